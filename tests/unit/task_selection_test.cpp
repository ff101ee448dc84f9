#include "engine/model/task_selection.hpp"

#include <doctest/doctest.h>

using namespace dbplan;

namespace {

/// a -> b -> d, a -> c -> d, e alone: "x needs y" is written as depends_on.
Json diamond() {
  return *parse_json(R"([
    {"task_key": "d", "depends_on": [{"task_key": "b"}, {"task_key": "c"}]},
    {"task_key": "a"},
    {"task_key": "b", "depends_on": [{"task_key": "a"}]},
    {"task_key": "c", "depends_on": [{"task_key": "a"}]},
    {"task_key": "e"}])");
}

std::string chosen(const std::vector<std::string>& only) {
  std::string text;
  const auto keys = select_tasks(diamond(), only);
  if (!keys) return keys.error().message;
  for (const std::string& key : *keys) text += key;
  return text;
}

}  // namespace

TEST_CASE("a task alone, with all it needs, with all that needs it, and both") {
  CHECK(chosen({"b"}) == "b");
  CHECK(chosen({"+b"}) == "ab");
  CHECK(chosen({"b+"}) == "db");
  CHECK(chosen({"+b+"}) == "dab");
  CHECK(chosen({"+d"}) == "dabc");
  CHECK(chosen({"a+"}) == "dabc");
}

TEST_CASE("several choices are put together in the job's order, each task once") {
  CHECK(chosen({"e", "+b", "a"}) == "abe");
  CHECK(chosen({"c+", "+c"}) == "dac");
}

TEST_CASE("an unknown task is refused, with a near name or all of them") {
  CHECK(chosen({"+f+"}) == "the job has no task \"f\"; it has: d a b c e");
  const Json tasks = *parse_json(R"([{"task_key": "extract"}])");
  CHECK(select_tasks(tasks, {"extarct"}).error().message ==
        "the job has no task \"extarct\"; did you mean \"extract\"?");
  CHECK(chosen({"+"}).starts_with("the job has no task \"\""));
}

TEST_CASE("a cycle that the server let through does not hang the choice") {
  const Json tasks = *parse_json(R"([
    {"task_key": "x", "depends_on": [{"task_key": "y"}]},
    {"task_key": "y", "depends_on": [{"task_key": "x"}]}])");
  CHECK(select_tasks(tasks, {"+x"})->size() == 2);
}
