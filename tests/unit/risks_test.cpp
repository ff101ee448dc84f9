#include "engine/plan/risks.hpp"

#include <doctest/doctest.h>

#include "tests/support/world.hpp"

using dbplan::Address;
using dbplan::Plan;
using dbplan::test::World;

namespace {

/// "R04 high: 2 runs active since ..." for each label, in order.
std::string risks(const World& world) {
  static constexpr const char* kLevels[] = {"low", "medium", "high"};
  std::string text;
  for (const auto& change : world.plan().changes)
    for (const auto& risk : change.risks)
      text += risk.id + " " + kLevels[static_cast<int>(risk.level)] + ": " + risk.message + "\n";
  return text;
}

World edited_job(const std::string& before, const std::string& after) {
  World world;
  world.spec("jobs.a", after);
  world.last("jobs.a", "1", before);
  world.live("jobs.a", "1", before);
  return world;
}

World edited_cluster(const std::string& before, const std::string& after) {
  World world;
  world.spec("clusters.c", after);
  world.last("clusters.c", "1", before);
  world.live("clusters.c", "1", before);
  return world;
}

}  // namespace

TEST_CASE("risks: a delete says how much history goes with it") {
  World world;
  world.desired.root_path = World::kRoot;
  world.last("jobs.a", "1", "{}");
  world.live("jobs.a", "1", "{}");
  world.workspace.evidence[{"jobs", "a"}] = {.past_runs = 25, .more_past = true};
  CHECK(risks(world) ==
        "R01 high: its history of 25+ runs and its permissions are deleted with it\n");
}

TEST_CASE("risks: runs that an edit would meet are told with their start") {
  World world = edited_job(R"({"name": "a"})", R"({"name": "b"})");
  world.workspace.evidence[{"jobs", "a"}] = {.active_runs = 2, .since = 1767600000000};
  CHECK(risks(world) == "R04 medium: 2 runs active since 2026-01-05T08:00:00Z\n");
  world.workspace.evidence[{"jobs", "a"}] = {.unknown = true};
  CHECK(risks(world) == "R18 medium: whether runs are active could not be read: not checked\n");
}

TEST_CASE("risks: a schedule that fires within the hour") {
  const std::string schedule =
      R"("schedule": {"quartz_cron_expression": "0 30 8 * * ?", "timezone_id": "UTC"})";
  World world =
      edited_job(R"({"name": "a", )" + schedule + "}", R"({"name": "b", )" + schedule + "}");
  world.workspace.observed_at = std::chrono::sys_seconds(std::chrono::seconds(1767600000));
  CHECK(risks(world) == "R05 low: its schedule fires at 2026-01-05T08:30:00Z, in 30 min\n");
  world.workspace.observed_at += std::chrono::minutes(40);
  CHECK(risks(world).empty());
}

TEST_CASE("risks: an identity, a guard, a runtime, a size, an end") {
  CHECK(risks(edited_job("{}", R"({"run_as": {"user_name": "x@example.com"}})")) ==
        "R07 high: changes whose identity it runs with\n");
  CHECK(risks(edited_job(R"({"timeout_seconds": 60})", "{}")) ==
        "R14 medium: timeout_seconds guarded it until now\n");
  CHECK(risks(edited_cluster(R"({"spark_version": "15.4.x-scala2.12"})",
                             R"({"spark_version": "17.3.x-scala2.13"})")) ==
        "R11 medium: another major version of the runtime\n");
  CHECK(risks(edited_cluster(R"({"spark_version": "15.3.x-scala2.12"})",
                             R"({"spark_version": "15.4.x-scala2.12"})"))
            .empty());
  CHECK(risks(edited_cluster(R"({"num_workers": 2})", R"({"num_workers": 8})")) ==
        "R10 medium: more workers cost more\n");
  CHECK(risks(edited_cluster(R"({"autotermination_minutes": 60})",
                             R"({"autotermination_minutes": 0})")) ==
        "R10 high: it would no longer stop by itself\n");
}

TEST_CASE("risks: permissions that become wider, not those that become narrower") {
  const auto permissions = [](const std::string& level) {
    return R"({"access_control_list": [{"group_name": "g", "permission_level": ")" + level +
           "\"}]}";
  };
  const auto world = [&](const std::string& before, const std::string& after) {
    World made;
    made.spec("jobs.a", "{}");
    made.live("jobs.a", "1", "{}");
    made.spec("permissions.jobs.a", permissions(after)).owner = Address{"jobs", "a"};
    made.last("permissions.jobs.a", "jobs/1", permissions(before));
    made.live("permissions.jobs.a", "jobs/1", permissions(before));
    return risks(made);
  };
  CHECK(world("CAN_VIEW", "CAN_MANAGE").starts_with("R08 high"));
  CHECK(world("CAN_MANAGE", "CAN_VIEW").empty());
}

TEST_CASE("risks: only what a plan disturbs is asked about") {
  World world = edited_job(R"({"name": "a"})", R"({"name": "b"})");
  world.spec("jobs.kept", R"({"name": "k"})");
  world.live("jobs.kept", "2", R"({"name": "k"})");
  world.spec("jobs.new", R"({"name": "n"})");
  const auto questions = dbplan::evidence_questions(world.plan(), world.workspace);
  REQUIRE(questions.size() == 1);
  CHECK(questions[0].id == "1");
  CHECK_FALSE(questions[0].history);
}

TEST_CASE("risks: characters that do not show are a risk of their own") {
  World world = edited_job(R"({"name": "a"})", "{\"name\": \"a\xE2\x80\xAEtxt\"}");
  CHECK(risks(world).starts_with("R20 high"));
}
