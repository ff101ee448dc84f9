#include <doctest/doctest.h>

#include "tests/unit/server_fixture.hpp"

using dbplan::Json;
using dbplan::local::LocalWorld;

namespace {

struct PermissionsWorld : LocalWorld {
  Json list(const std::string& object) { return get("/api/2.0/permissions/" + object); }
  Json set(const std::string& object, const std::vector<Json>& entries,
           const std::string& method = "PUT") {
    return dbplan::parse_json(send(method, "/api/2.0/permissions/" + object,
                                   dbplan::canonical({{"access_control_list", entries}}))
                                  .body)
        .value_or(Json());
  }
  std::string object_id(const std::string& path) {
    return std::to_string(
        dbplan::int_at(get("/api/2.0/workspace/get-status?path=" + path), "object_id"));
  }
};

Json may(const std::string& user, const std::string& level) {
  return {{"user_name", user}, {"permission_level", level}};
}

/// "LEVEL", with what it is inherited from; empty if `name` has nothing.
std::string held(const Json& list, const std::string& name) {
  std::string text;
  for (const Json& entry : list["access_control_list"]) {
    if (entry.value("user_name", entry.value("group_name", "")) != name) continue;
    for (const Json& one : entry["all_permissions"]) {
      text += (text.empty() ? "" : ", ") + dbplan::text_at(one, "permission_level");
      if (one["inherited"] == true)
        text += " of " + one["inherited_from_object"][0].get<std::string>();
    }
  }
  return text;
}

}  // namespace

TEST_CASE("server permissions: pools, policies and warehouses have lists of their own") {
  PermissionsWorld world;
  const std::string pool =
      dbplan::text_at(world.post("/api/2.0/instance-pools/create",
                                 {{"instance_pool_name", "p"}, {"node_type_id", "i3.xlarge"}}),
                      "instance_pool_id");
  const std::string policy = dbplan::text_at(
      world.post("/api/2.0/policies/clusters/create", {{"name", "p"}, {"definition", "{}"}}),
      "policy_id");
  const std::string warehouse = dbplan::text_at(
      world.post("/api/2.0/sql/warehouses", {{"name", "w"}, {"cluster_size", "Small"}}), "id");
  CHECK(world.list("instance-pools/" + pool)["object_type"] == "instance-pool");
  CHECK(held(world.list("instance-pools/" + pool), "me@example.com") == "CAN_MANAGE");
  CHECK(world.list("cluster-policies/" + policy)["object_type"] == "cluster-policy");
  CHECK(held(world.list("cluster-policies/" + policy), "me@example.com").empty());
  const Json listed = world.list("sql/warehouses/" + warehouse);
  CHECK(listed["object_type"] == "warehouses");
  CHECK(listed["object_id"] == "/sql/warehouses/" + warehouse);
  CHECK(held(listed, "admins") == "CAN_MANAGE of /sql/warehouses/");
  world.set("cluster-policies/" + policy, {may("you@example.com", "CAN_USE")});
  CHECK(held(world.list("cluster-policies/" + policy), "you@example.com") == "CAN_USE");
  world.set("cluster-policies/" + policy, {may("you@example.com", "CAN_MANAGE")});
  CHECK(world.status == 400);
  world.list("instance-pools/none");
  CHECK(world.status == 404);
}

TEST_CASE("server permissions: a warehouse keeps its owner until another is named") {
  PermissionsWorld world;
  const std::string id = dbplan::text_at(
      world.post("/api/2.0/sql/warehouses", {{"name", "w"}, {"cluster_size", "Small"}}), "id");
  world.set("sql/warehouses/" + id, {may("you@example.com", "CAN_USE")});
  CHECK(held(world.list("warehouses/" + id), "me@example.com") == "IS_OWNER");
  CHECK(held(world.list("warehouses/" + id), "you@example.com") == "CAN_USE");
  world.set("warehouses/" + id, {may("you@example.com", "IS_OWNER")});
  CHECK(held(world.list("sql/warehouses/" + id), "you@example.com") == "IS_OWNER");
  CHECK(held(world.list("sql/warehouses/" + id), "me@example.com").empty());
}

TEST_CASE("server permissions: what a folder gives is inherited by all below it") {
  PermissionsWorld world;
  const std::string home = "/Users/me@example.com";
  world.post("/api/2.0/workspace/mkdirs", {{"path", home + "/a/b"}});
  world.import_notebook(home + "/a/b/nb");
  const std::string folder = world.object_id(home + "/a");
  const std::string notebook = "notebooks/" + world.object_id(home + "/a/b/nb");
  world.set("directories/" + folder, {may("you@example.com", "CAN_RUN")}, "PATCH");
  const Json list = world.list(notebook);
  CHECK(held(list, "you@example.com") == "CAN_RUN of /directories/" + folder);
  CHECK(held(list, "me@example.com") == "CAN_MANAGE of /directories/" + world.object_id(home));
  CHECK(held(list, "admins") == "CAN_MANAGE of /directories/");
  CHECK(held(world.list("directories/" + world.object_id(home)), "me@example.com") == "CAN_MANAGE");
  world.set(notebook, {may("you@example.com", "CAN_EDIT")});
  CHECK(held(world.list(notebook), "you@example.com") ==
        "CAN_EDIT, CAN_RUN of /directories/" + folder);
}

TEST_CASE("server permissions: nobody checks that a principal exists, and the last entry counts") {
  PermissionsWorld world;
  const std::string job = "jobs/" + std::to_string(world.make_job({{"name", "j"}}));
  world.set(job, {may("me@example.com", "IS_OWNER"), may("nobody@example.com", "CAN_VIEW"),
                  may("Nobody@example.com", "CAN_MANAGE")});
  CHECK(world.status == 200);
  CHECK(held(world.list(job), "Nobody@example.com") == "CAN_MANAGE");
  CHECK(held(world.list(job), "nobody@example.com").empty());
  world.set(job, {may("me@example.com", "IS_OWNER"), may("you@example.com", "IS_OWNER")});
  CHECK(world.status == 400);
  world.set(job, {may("you@example.com", "IS_OWNER")}, "PATCH");
  CHECK(held(world.list(job), "me@example.com").empty());
  const Json levels = world.list(job + "/permissionLevels");
  CHECK(levels["permission_levels"][0]["permission_level"] == "CAN_VIEW");
  CHECK(levels["permission_levels"][1]["description"] == "Can manage run");
}
