#include <doctest/doctest.h>

#include "engine/plan/moves.hpp"
#include "engine/plan/select.hpp"
#include "engine/plan/wanted.hpp"
#include "tests/support/world.hpp"

using dbplan::Action;
using dbplan::Address;
using dbplan::Change;
using dbplan::Plan;
using dbplan::test::World;

// What the planner does beside comparing fields: moves, adoptions, releases, parts, replacements.

TEST_CASE("planner: a moved job keeps its id and gets its new stamp") {
  World world;
  world.spec("jobs.new", R"({"name": "a"})").moved_from = Address{"jobs", "old"};
  world.last("jobs.old", "1", R"({"name": "a"})");
  world.ledger = dbplan::with_moves(world.ledger, world.desired);
  world.live("jobs.new", "1",
             R"({"name": "a", "tags": {"dbplan": ")" +
                 dbplan::stamp_of(World::kRoot, {"jobs", "old"}) + R"("}})");
  CHECK(world.text() == "jobs.new update\n  tags.dbplan changed\n");
  const Change change = world.plan().changes[0];
  CHECK(change.id == "1");
  CHECK(change.reason == "moved from jobs.old");
}

TEST_CASE("planner: a move is found by the stamp when the ledger is lost") {
  World world;
  world.spec("jobs.new", R"({"name": "a"})").moved_from = Address{"jobs", "old"};
  world.live("jobs.new", "1",
             R"({"name": "a", "tags": {"dbplan": ")" +
                 dbplan::stamp_of(World::kRoot, {"jobs", "old"}) + R"("}})");
  CHECK(world.plan().changes[0].moved_from == Address{"jobs", "old"});
}

TEST_CASE("planner: an adopted object becomes ours by an update of its stamp alone") {
  World world;
  world.spec("jobs.a", R"({"name": "a"})");
  world.live("jobs.a", "1", R"({"name": "a", "tags": {"dbplan": ""}})");
  world.workspace.found[{"jobs", "a"}].body.erase("tags");
  world.workspace.adopted.insert({"jobs", "a"});
  const Change change = world.plan().changes[0];
  CHECK(change.action == Action::Update);
  CHECK(change.adopted);
  CHECK(change.reason == "exists already and becomes ours");
}

TEST_CASE("planner: what cannot be adopted blocks the plan and says why") {
  World world;
  world.spec("jobs.a", R"({"name": "a"})");
  world.workspace.not_adoptable[{"jobs", "a"}] = "what it adopts does not exist";
  CHECK(world.plan().blocked());
}

TEST_CASE("planner: a foreign policy that equals the spec is ours, another is blocked") {
  World world;
  world.spec("cluster_policies.p", R"({"name": "p", "definition": "{\"a\": 1, \"b\": 2}"})");
  world.live("cluster_policies.p", "P", R"({"name": "p", "definition": "{\"b\":2,\"a\":1}"})");
  world.workspace.foreign.insert({"cluster_policies", "p"});
  CHECK(world.text() == "");
  world.live("cluster_policies.p", "P", R"({"name": "p", "definition": "{\"b\":3}"})");
  CHECK(world.plan().blocked());
}

TEST_CASE("planner: a released job stays, without its stamp") {
  World world;
  world.spec("jobs.a", R"({"name": "changed"})").release = true;
  world.last("jobs.a", "1", R"({"name": "a"})");
  world.live("jobs.a", "1", R"({"name": "a"})");
  CHECK(world.text() == "jobs.a release\n");
  world.workspace.found.clear();
  CHECK(world.plan().empty());
}

TEST_CASE("planner: what belongs to a released job is released with it") {
  World world;
  world.spec("jobs.a", R"({"name": "a"})").release = true;
  world.spec("permissions.jobs.a", "{}").owner = Address{"jobs", "a"};
  world.spec("schedules.s", R"({"job": "a"})").carrier = Address{"jobs", "a"};
  world.last("jobs.a", "1", R"({"name": "a"})");
  world.live("jobs.a", "1", R"({"name": "a"})");
  CHECK(world.text() == "jobs.a release\n");
}

TEST_CASE("planner: permissions get an entry by which their setter keeps its hold") {
  const auto jobs = World::kind_of({"jobs", "a"});
  const auto clusters = World::kind_of({"clusters", "c"});
  const auto acl = [](const std::string& list) {
    return World::parse(R"({"access_control_list": [)" + list + "]}");
  };
  const auto text = [&](const dbplan::Json& body, const dbplan::Kind* kind) {
    return dbplan::canonical(
        dbplan::with_caller(body, *kind, "Me@example.com")["access_control_list"]);
  };
  const std::string viewer = R"({"group_name":"all","permission_level":"CAN_VIEW"})";
  const std::string owner = R"({"permission_level":"IS_OWNER","user_name":"you@example.com"})";
  CHECK(text(acl(viewer), jobs) ==
        "[" + viewer + R"(,{"permission_level":"IS_OWNER","user_name":"me@example.com"}])");
  CHECK(text(acl(owner), jobs) ==
        "[" + owner + R"(,{"permission_level":"CAN_MANAGE","user_name":"me@example.com"}])");
  CHECK(text(acl(R"({"permission_level":"CAN_VIEW","user_name":"ME@example.com"})"), jobs) ==
        R"([{"permission_level":"IS_OWNER","user_name":"me@example.com"}])");
  CHECK(text(acl(""), clusters) ==
        R"([{"permission_level":"CAN_MANAGE","user_name":"me@example.com"}])");
  CHECK(dbplan::with_caller(acl(""), *jobs, "0a-1b")["access_control_list"][0].contains(
      "service_principal_name"));
}

TEST_CASE("planner: an entry that somebody added to permissions is drift, by its principal") {
  World world;
  world.desired.user_name = "me@example.com";
  world.spec("jobs.a", R"({"name": "a"})");
  world.live("jobs.a", "1", R"({"name": "a"})");
  world.last("jobs.a", "1", R"({"name": "a"})");
  world.spec("permissions.jobs.a", R"({"access_control_list": []})").owner = Address{"jobs", "a"};
  const std::string mine = R"({"user_name": "me@example.com", "permission_level": "IS_OWNER"})";
  world.last("permissions.jobs.a", "jobs/1", R"({"access_control_list": [)" + mine + "]}");
  world.live("permissions.jobs.a", "jobs/1",
             R"({"access_control_list": [{"group_name": "g", "permission_level": "CAN_VIEW"}, )" +
                 mine + "]}");
  CHECK(world.text() == "permissions.jobs.a update\n  access_control_list[group_name=g] added\n");
  CHECK(world.plan().changes[1].is_drift());
}

TEST_CASE("planner: a field that an edit does not take replaces the pool, and its permissions") {
  World world;
  world.spec("instance_pools.p",
             R"({"instance_pool_name": "p", "disk_spec": {"disk_count": 2}, "node_type_id": "n"})");
  world.live("instance_pools.p", "1",
             R"({"instance_pool_name": "p", "disk_spec": {"disk_count": 1}, "node_type_id": "n"})");
  world.spec("permissions.instance_pools.p", R"({"access_control_list": []})").owner =
      Address{"instance_pools", "p"};
  world.live("permissions.instance_pools.p", "instance-pools/1", R"({"access_control_list": []})");
  const Plan plan = world.plan();
  CHECK(plan.changes[0].action == Action::Replace);
  CHECK(plan.changes[0].old_id == "1");
  CHECK(plan.changes[1].action == Action::Create);
}

TEST_CASE("planner: prevent_destroy blocks a replacement") {
  World world;
  world.spec("instance_pools.p", R"({"node_type_id": "a"})").prevent_destroy = true;
  world.live("instance_pools.p", "1", R"({"node_type_id": "b"})");
  CHECK(world.plan().blocked());
}

TEST_CASE("planner: a warehouse is stamped in its list of tags") {
  const auto kind = World::kind_of({"sql_warehouses", "w"});
  dbplan::Json body = World::parse(R"({"tags": {"custom_tags": [{"key": "a", "value": "b"}]}})");
  dbplan::put_stamp(*kind, body, "1.x");
  dbplan::put_stamp(*kind, body, "2.x");
  CHECK(body["tags"]["custom_tags"].size() == 2);
  CHECK(dbplan::stamp_in(*kind, body) == "2.x");
  dbplan::drop_stamp(*kind, body);
  CHECK(body["tags"]["custom_tags"].size() == 1);
}

TEST_CASE("select: a job comes with what it needs, not with what else there is") {
  World world;
  world.spec("jobs.foo", R"({"name": "foo"})").depends_on = {Address{"jobs", "bar"}};
  world.spec("jobs.bar", R"({"name": "bar"})");
  world.spec("jobs.baz", R"({"name": "baz"})");
  world.spec("permissions.jobs.foo", "{}").owner = Address{"jobs", "foo"};
  const Plan plan = dbplan::select_changes(world.plan(), {"foo"}).value();
  REQUIRE(plan.changes.size() == 3);
  CHECK(plan.changes[0].address.text() == "jobs.bar");
  CHECK(plan.changes[1].address.text() == "jobs.foo");
  CHECK(plan.changes[2].address.text() == "permissions.jobs.foo");
}

TEST_CASE("select: what would be deleted takes along what needs it") {
  World world;
  world.desired.root_path = World::kRoot;
  world.last("jobs.a", "1", "{}");
  world.last("clusters.c", "2", "{}");
  world.ledger.entries[{"jobs", "a"}].depends_on = {Address{"clusters", "c"}};
  world.live("jobs.a", "1", "{}");
  world.live("clusters.c", "2", "{}");
  CHECK(dbplan::select_changes(world.plan(), {"clusters.*"})->changes.size() == 2);
  CHECK(dbplan::select_changes(world.plan(), {"jobs.a"})->changes.size() == 1);
}

TEST_CASE("select: a name that nothing has is an error") {
  World world;
  world.spec("jobs.a", "{}");
  CHECK(dbplan::select_changes(world.plan(), {"nightly"}).error().message.find("nightly") !=
        std::string::npos);
}

TEST_CASE("planner: what names something that is replaced changes with it") {
  World world;
  world.spec("instance_pools.p", R"({"instance_pool_name": "p", "node_type_id": "b"})");
  world.spec("clusters.c", R"({"cluster_name": "c", "num_workers": 1,
                               "instance_pool_id": "${resources.instance_pools.p.id}"})");
  world.live("instance_pools.p", "1", R"({"instance_pool_name": "p", "node_type_id": "a"})");
  world.live("clusters.c", "2",
             R"({"cluster_name": "c", "num_workers": 1, "instance_pool_id": "1"})");
  world.last("instance_pools.p", "1", R"({"instance_pool_name": "p", "node_type_id": "a"})");
  world.last("clusters.c", "2",
             R"({"cluster_name": "c", "num_workers": 1, "instance_pool_id": "1"})");
  CHECK(world.text() ==
        "clusters.c update\n  instance_pool_id changed\n"
        "instance_pools.p replace\n  node_type_id changed\n");
}

TEST_CASE("planner: permissions that a cut-off run did not reach are created, others are updated") {
  World world;
  world.desired.user_name = "me@example.com";
  world.spec("jobs.a", R"({"name": "a"})");
  world
      .spec("permissions.jobs.a", R"({"access_control_list": [
      {"group_name": "users", "permission_level": "CAN_VIEW"}]})")
      .owner = Address{"jobs", "a"};
  world.live("jobs.a", "1", R"({"name": "a"})");
  world.live("permissions.jobs.a", "jobs/1", R"({"access_control_list": [
      {"user_name": "me@example.com", "permission_level": "IS_OWNER"}]})");
  const Address address{"permissions", "jobs.a"};
  CHECK(world.text().starts_with("permissions.jobs.a create"));
  world.last("jobs.a", "1", R"({"name": "a"})");
  CHECK(world.text().starts_with("permissions.jobs.a update"));  // it lived on without ours
  world.ledger.entries[address] = {.id = {}, .body = {}, .echo = {}};
  CHECK(world.text().starts_with("permissions.jobs.a create"));  // announced, not reached
}
