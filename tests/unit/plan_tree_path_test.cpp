#include <doctest/doctest.h>

#include "tests/support/world.hpp"

using namespace dbplan;

namespace {

/// What the plan does to a job whose notebook the spec and the server spell so.
Action planned(const std::string& desired, const std::string& live) {
  const auto body = [](const std::string& path) {
    return R"({"name": "j", "tasks": [{"task_key": "t", "notebook_task": {"notebook_path": ")" +
           path + R"("}}]})";
  };
  test::World world;
  world.spec("jobs.j", body(desired));
  world.live("jobs.j", "1", body(live));
  const Plan plan =
      make_plan(world.desired, world.workspace, world.ledger, databricks::databricks_kinds());
  return plan.changes.front().action;
}

}  // namespace

TEST_CASE("a notebook's path is the same with and without the mount") {
  CHECK(planned("/Workspace/Users/me@example.com/n", "/Users/me@example.com/n") == Action::Keep);
  CHECK(planned("/Users/me@example.com/n", "/Workspace/Users/me@example.com/n") == Action::Keep);
  CHECK(planned("/Workspace/Users/me@example.com/n", "/Workspace/Users/me@example.com/m") ==
        Action::Update);
  CHECK(planned("/Workspacex/n", "x/n") == Action::Update);
  CHECK(planned("/Workspace/Workspace/n", "/n") == Action::Update);
}
