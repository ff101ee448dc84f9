#include <doctest/doctest.h>

#include "tests/support/world.hpp"

using dbplan::test::World;

// The rows of the planning table (engine/README.md), one case each.

TEST_CASE("planner: spec, last apply and server agree: nothing") {
  World world;
  world.spec("jobs.a", R"({"name": "a"})");
  world.last("jobs.a", "1", R"({"name": "a"})");
  world.live("jobs.a", "1", R"({"name": "a"})");
  CHECK(world.text() == "");
}

TEST_CASE("planner: edited in the spec is a change") {
  World world;
  world.spec("jobs.a", R"({"name": "a", "timeout_seconds": 60})");
  world.last("jobs.a", "1", R"({"name": "a", "timeout_seconds": 30})");
  world.live("jobs.a", "1", R"({"name": "a", "timeout_seconds": 30})");
  CHECK(world.text() == "jobs.a update\n  timeout_seconds changed\n");
}

TEST_CASE("planner: changed on the server is drift") {
  World world;
  world.spec("jobs.a", R"({"name": "a", "timeout_seconds": 60})");
  world.last("jobs.a", "1", R"({"name": "a", "timeout_seconds": 60})");
  world.live("jobs.a", "1", R"({"name": "a", "timeout_seconds": 30})");
  CHECK(world.text() == "jobs.a update\n  timeout_seconds drift\n");
  CHECK(world.plan().changes[0].is_drift());
}

TEST_CASE("planner: changed on both sides is a conflict") {
  World world;
  world.spec("jobs.a", R"({"name": "a", "timeout_seconds": 60})");
  world.last("jobs.a", "1", R"({"name": "a", "timeout_seconds": 45})");
  world.live("jobs.a", "1", R"({"name": "a", "timeout_seconds": 30})");
  CHECK(world.text() == "jobs.a update\n  timeout_seconds conflict\n");
}

TEST_CASE("planner: without a ledger a difference is of unknown origin") {
  World world;
  world.spec("jobs.a", R"({"name": "a", "timeout_seconds": 60})");
  world.live("jobs.a", "1", R"({"name": "a", "timeout_seconds": 30})");
  CHECK(world.text() == "jobs.a update\n  timeout_seconds differs\n");
}

TEST_CASE("planner: removed from the spec is cleared") {
  World world;
  world.spec("jobs.a", R"({"name": "a"})");
  world.last("jobs.a", "1", R"({"name": "a", "description": "x"})");
  world.live("jobs.a", "1", R"({"name": "a", "description": "x"})");
  CHECK(world.text() == "jobs.a update\n  description removed\n");
}

TEST_CASE("planner: a value that the server chose is not a change") {
  World world;
  world.spec("jobs.a", R"({"name": "a"})");
  world.live("jobs.a", "1", R"({"name": "a", "format": "MULTI_TASK", "max_concurrent_runs": 1,
                                "email_notifications": {}, "queue": {"enabled": true}})");
  CHECK(world.text() == "");
}

TEST_CASE("planner: a default that only holds for one value is drift with another") {
  World world;
  world.spec("jobs.a", R"({"name": "a"})");
  world.last("jobs.a", "1", R"({"name": "a"})");
  world.live("jobs.a", "1", R"({"name": "a", "max_concurrent_runs": 7})");
  CHECK(world.text() == "jobs.a update\n  max_concurrent_runs added\n");
}

TEST_CASE("planner: what the server had right after the last apply is its own") {
  World world;
  world.spec("jobs.a", R"({"name": "a"})");
  world.last("jobs.a", "1", R"({"name": "a"})", R"({"new_server_field": 5})");
  world.live("jobs.a", "1", R"({"name": "a", "new_server_field": 5})");
  CHECK(world.text() == "");
}

TEST_CASE("planner: a tag added on the server shows alone") {
  World world;
  world.spec("jobs.a", R"({"name": "a", "tags": {"team": "x"}})");
  world.last("jobs.a", "1", R"({"name": "a", "tags": {"team": "x"}})");
  world.live("jobs.a", "1",
             R"({"name": "a", "tags": {"team": "x", "ui": "y"}, "format": "MULTI_TASK"})");
  CHECK(world.text() == "jobs.a update\n  tags.ui added\n");
}

TEST_CASE("planner: reordering a keyed list is not a difference") {
  World world;
  world.spec(
      "jobs.a",
      R"({"tasks": [{"task_key": "b"}, {"task_key": "a", "depends_on": [{"task_key": "b"}]}]})");
  world.live("jobs.a", "1", R"({"tasks": [{"task_key": "a", "run_if": "ALL_SUCCESS",
                                           "depends_on": [{"task_key": "b"}]}, {"task_key": "b"}]})");
  CHECK(world.text() == "");
}

TEST_CASE("planner: a task added or removed is named by its key") {
  World world;
  world.spec("jobs.a", R"({"tasks": [{"task_key": "a"}, {"task_key": "new"}]})");
  world.last("jobs.a", "1", R"({"tasks": [{"task_key": "a"}, {"task_key": "old"}]})");
  world.live("jobs.a", "1", R"({"tasks": [{"task_key": "a"}, {"task_key": "old"}]})");
  CHECK(world.text() ==
        "jobs.a update\n  tasks[task_key=new] changed\n  tasks[task_key=old] removed\n");
}

TEST_CASE("planner: a resource deleted on the server is created, with the reason") {
  World world;
  world.spec("jobs.a", R"({"name": "a"})");
  world.last("jobs.a", "1", R"({"name": "a"})");
  CHECK(world.text() == "jobs.a create\n");
  CHECK(world.plan().changes[0].reason == "deleted in the workspace since the last apply");
}

TEST_CASE("planner: only the size of a running cluster changed: resize") {
  World world;
  world.spec("clusters.c", R"({"cluster_name": "c", "num_workers": 4})");
  world.last("clusters.c", "x", R"({"cluster_name": "c", "num_workers": 3})");
  world.live("clusters.c", "x", R"({"cluster_name": "c", "num_workers": 3, "state": "RUNNING"})");
  CHECK(world.text() == "clusters.c resize\n  num_workers changed\n");
}

TEST_CASE("planner: the size of a stopped cluster is edited") {
  World world;
  world.spec("clusters.c", R"({"cluster_name": "c", "num_workers": 3})");
  world.last("clusters.c", "x", R"({"cluster_name": "c", "num_workers": 2})");
  world.live("clusters.c", "x",
             R"({"cluster_name": "c", "num_workers": 2, "state": "TERMINATED"})");
  CHECK(world.text() == "clusters.c update\n  num_workers changed\n");
}

TEST_CASE(
    "planner: a running cluster with more than its size changed is edited, and that is a risk") {
  World world;
  world.spec("clusters.c", R"({"num_workers": 4, "spark_conf": {"a": "b"}})");
  world.last("clusters.c", "x", R"({"num_workers": 3})");
  world.live("clusters.c", "x", R"({"num_workers": 3, "state": "RUNNING"})");
  CHECK(world.text() == "clusters.c update\n  num_workers changed\n  spark_conf changed\n");
  CHECK(world.plan().changes[0].risks.at(0).id == "R03");
}

TEST_CASE("planner: a schedule is told at its own address and its job is kept") {
  World world;
  world.spec(
      "jobs.a",
      R"({"name": "a", "schedule": {"quartz_cron_expression": "0 0 7 * * ?", "timezone_id": "UTC"}})");
  auto& schedule = world.spec("schedules.daily", R"({"job": "a"})");
  schedule.carrier = dbplan::Address{"jobs", "a"};
  world.last(
      "jobs.a", "1",
      R"({"name": "a", "schedule": {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC"}})");
  world.ledger.entries[{"schedules", "daily"}] = {.id = "1", .body = {}, .echo = {}};
  world.ledger.entries[{"schedules", "daily"}].carrier = dbplan::Address{"jobs", "a"};
  world.live("jobs.a", "1", R"({"name": "a", "schedule": {"quartz_cron_expression": "0 0 6 * * ?",
                                "timezone_id": "UTC", "pause_status": "UNPAUSED"}})");
  CHECK(world.text() == "schedules.daily update\n  schedule.quartz_cron_expression changed\n");
}

TEST_CASE("planner: removed from the spec is deleted, a high risk") {
  World world;
  world.desired.root_path = World::kRoot;
  world.last("jobs.a", "1", R"({"name": "a"})");
  world.live("jobs.a", "1", R"({"name": "a"})");
  CHECK(world.text() == "jobs.a delete\n");
  CHECK(world.plan().highest_risk() == dbplan::Risk::Level::High);
}

TEST_CASE("planner: a second object with one stamp is offered for deletion, the ledger's stays") {
  World world;
  world.spec("jobs.a", R"({"name": "a"})");
  world.last("jobs.a", "1", R"({"name": "a"})");
  world.live("jobs.a", "1", R"({"name": "a"})");
  world.workspace.doubles[{"jobs", "a"}].push_back(
      {.id = "2", .body = World::parse(R"({"name": "a"})"), .facts = {}});
  CHECK(world.text() == "jobs.a delete\n");
  CHECK(world.plan().changes.size() == 2);
  CHECK(world.plan().changes[1].id == "2");
}

TEST_CASE("planner: a reference is compared by the id that it stands for") {
  World world;
  world.spec("clusters.c", R"({"num_workers": 1})");
  world.spec(
      "jobs.a",
      R"({"tasks": [{"task_key": "t", "existing_cluster_id": "${resources.clusters.c.id}"}]})");
  world.live("clusters.c", "0101-abc", R"({"num_workers": 1})");
  world.live("jobs.a", "1", R"({"tasks": [{"task_key": "t", "existing_cluster_id": "0101-abc"}]})");
  CHECK(world.text() == "");
}

TEST_CASE("planner: the same input gives the same plan") {
  World world;
  world.spec("jobs.b", R"({"name": "b"})");
  world.spec("jobs.a", R"({"name": "a"})");
  world.live("jobs.a", "1", R"({"name": "x", "description": "y"})");
  CHECK(world.text() == world.text());
  CHECK(world.text() == "jobs.a update\n  description added\n  name differs\njobs.b create\n");
}

TEST_CASE("planner: a secret is compared by its salted hash and never shown") {
  const std::string body = R"({"docker_image": {"basic_auth": {"password": "canary"}}})";
  World world;
  world.spec("clusters.c", body);
  world.last("clusters.c", "x", "{}");
  const auto rules = dbplan::index_rules(*World::kind_of({"clusters", "c"}));
  const auto stored = dbplan::storable(World::parse(body), rules);
  CHECK(dbplan::canonical(stored).find("canary") == std::string::npos);
  CHECK(stored != dbplan::storable(World::parse(body), rules));
  world.ledger.entries[{"clusters", "c"}].body["docker_image"] = stored["docker_image"];
  world.live("clusters.c", "x", "{}");
  CHECK(world.text() == "");
  world.desired.resources[0].body["docker_image"]["basic_auth"]["password"] = "other";
  CHECK(world.text() == "clusters.c update\n  docker_image.basic_auth.password write-only\n");
  CHECK_FALSE(world.plan().changes[0].fields[0].desired.has_value());
}

TEST_CASE("planner: a secret inside of something newly added is not shown") {
  World world;
  world.spec("clusters.c",
             R"({"docker_image": {"url": "u", "basic_auth": {"password": "canary"}}})");
  world.last("clusters.c", "x", "{}");
  world.live("clusters.c", "x", "{}");
  CHECK(world.text() == "clusters.c update\n  docker_image changed\n");
  const auto shown = world.plan().changes[0].fields[0].desired;
  CHECK(dbplan::canonical(*shown).find("canary") == std::string::npos);
}
