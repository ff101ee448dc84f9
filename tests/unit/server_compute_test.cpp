#include <doctest/doctest.h>

#include "tests/unit/server_fixture.hpp"

using dbplan::Json;
using dbplan::local::LocalWorld;

namespace {

struct ComputeWorld : LocalWorld {
  static constexpr const char* kPools = "/api/2.0/instance-pools/";
  static constexpr const char* kPolicies = "/api/2.0/policies/clusters/";
  static constexpr const char* kWarehouses = "/api/2.0/sql/warehouses";

  std::string make_pool(const std::string& name, Json more = Json::object()) {
    more.update({{"instance_pool_name", name}, {"node_type_id", "i3.xlarge"}});
    return dbplan::text_at(post(kPools + std::string("create"), more), "instance_pool_id");
  }
  Json pool(const std::string& id) {
    return get(kPools + std::string("get?instance_pool_id=") + id);
  }
  std::string make_policy(const std::string& name, const std::string& definition = "{}") {
    const Json body = {{"name", name}, {"definition", definition}};
    return dbplan::text_at(post(kPolicies + std::string("create"), body), "policy_id");
  }
  Json policy(const std::string& id) { return get(kPolicies + std::string("get?policy_id=") + id); }
  std::string make_warehouse(const std::string& name, Json more = Json::object()) {
    more.update({{"name", name}, {"cluster_size", "2X-Small"}});
    return dbplan::text_at(post(kWarehouses, more), "id");
  }
  Json warehouse(const std::string& id) { return get(kWarehouses + ("/" + id)); }
};

}  // namespace

TEST_CASE("server pools: the answer has the defaults, tags and counts of the service") {
  ComputeWorld world;
  const std::string id = world.make_pool("small", {{"min_idle_instances", 2}});
  const Json pool = world.pool(id);
  CHECK(pool["instance_pool_name"] == "small");
  CHECK(pool["idle_instance_autotermination_minutes"] == 60);
  CHECK(pool["enable_elastic_disk"] == true);
  CHECK(pool["aws_attributes"]["availability"] == "SPOT");
  CHECK_FALSE(pool.contains("max_capacity"));
  CHECK(pool["state"] == "ACTIVE");
  CHECK(pool["stats"]["idle_count"] == 2);
  CHECK(pool["default_tags"]["DatabricksInstancePoolId"] == id);
  CHECK(world.get("/api/2.0/instance-pools/list")["instance_pools"][0] == pool);
}

TEST_CASE("server pools: an edit replaces what may change and keeps the rest") {
  ComputeWorld world;
  const std::string id = world.make_pool(
      "small", {{"max_capacity", 5}, {"preloaded_spark_versions", Json::array({"17.3.x"})}});
  world.post("/api/2.0/instance-pools/edit", {{"instance_pool_id", id},
                                              {"instance_pool_name", "large"},
                                              {"node_type_id", "i3.xlarge"},
                                              {"enable_elastic_disk", false}});
  const Json pool = world.pool(id);
  CHECK(pool["instance_pool_name"] == "large");
  CHECK_FALSE(pool.contains("max_capacity"));
  CHECK(pool["preloaded_spark_versions"].size() == 1);
  CHECK(pool["enable_elastic_disk"] == true);
}

TEST_CASE("server pools: names are unique, and what is gone is not found") {
  ComputeWorld world;
  const std::string id = world.make_pool("one");
  CHECK(world.make_pool("one").empty());
  CHECK(world.status == 400);
  world.post("/api/2.0/instance-pools/delete", {{"instance_pool_id", id}});
  CHECK(world.status == 200);
  CHECK(world.error_code(world.pool(id)) == "RESOURCE_DOES_NOT_EXIST");
  CHECK(world.make_pool("one") != id);
}

TEST_CASE("server pools: a cluster takes its node type and counts as use") {
  ComputeWorld world;
  const std::string id = world.make_pool("p");
  const Json spec = {
      {"spark_version", "17.3.x-scala2.13"}, {"num_workers", 2}, {"instance_pool_id", id}};
  const Json made = world.post("/api/2.1/clusters/create", spec);
  const Json cluster =
      world.get("/api/2.1/clusters/get?cluster_id=" + dbplan::text_at(made, "cluster_id"));
  CHECK(cluster["node_type_id"] == "i3.xlarge");
  CHECK(cluster["driver_instance_pool_id"] == id);
  CHECK(world.pool(id)["stats"]["used_count"] == 3);
}

TEST_CASE("server compute: an unknown pool or policy is refused wherever a cluster names it") {
  ComputeWorld world;
  Json cluster = LocalWorld::cluster_spec();
  cluster["policy_id"] = "0123456789ABCDEF";
  const Json pooled = {{"spark_version", "17.3.x-scala2.13"},
                       {"num_workers", 1},
                       {"instance_pool_id", "0101-000001-pool-00000000"}};
  for (const Json& bad : {cluster, pooled}) {
    world.post("/api/2.1/clusters/create", bad);
    CHECK(world.status == 400);
    const Json task = {{"task_key", "t"}, {"new_cluster", bad}};
    world.post("/api/2.2/jobs/create", {{"name", "j"}, {"tasks", Json::array({task})}});
    CHECK(world.status == 400);
    const Json shared = {{"job_cluster_key", "k"}, {"new_cluster", bad}};
    world.post("/api/2.2/jobs/create", {{"name", "j"}, {"job_clusters", Json::array({shared})}});
    CHECK(world.status == 400);
  }
  cluster["policy_id"] = world.make_policy("p");
  world.post("/api/2.1/clusters/create", cluster);
  CHECK(world.status == 200);
}

TEST_CASE("server policies: a definition is JSON in a text, names are unique") {
  ComputeWorld world;
  const std::string rule = R"({"spark_version": {"type": "unlimited"}})";
  const std::string id = world.make_policy("p", rule);
  const Json policy = world.policy(id);
  CHECK(policy["definition"] == rule);
  CHECK(policy["creator_user_name"] == "me@example.com");
  CHECK(policy["is_default"] == false);
  CHECK(policy["created_at_timestamp"] == world.now);
  for (const char* bad : {"", "no json", "[]", R"({"spark_version": {}})"}) {
    CAPTURE(bad);
    CHECK(world.make_policy("q", bad).empty());
    CHECK(world.status == 400);
  }
  CHECK(world.make_policy("p").empty());
  const std::string other = world.make_policy("a");
  CHECK(world.get("/api/2.0/policies/clusters/list")["policies"][0]["policy_id"] == id);
  CHECK(
      world.get(
          "/api/2.0/policies/clusters/list?sort_column=POLICY_NAME")["policies"][0]["policy_id"] ==
      other);
}

TEST_CASE("server policies: an edit replaces all of a policy") {
  ComputeWorld world;
  const std::string id =
      dbplan::text_at(world.post("/api/2.0/policies/clusters/create",
                                 {{"name", "p"}, {"definition", "{}"}, {"description", "d"}}),
                      "policy_id");
  world.post("/api/2.0/policies/clusters/edit",
             {{"policy_id", id}, {"name", "q"}, {"definition", "{}"}});
  CHECK(world.policy(id)["name"] == "q");
  CHECK_FALSE(world.policy(id).contains("description"));
  world.post("/api/2.0/policies/clusters/delete", {{"policy_id", id}});
  CHECK(world.error_code(world.policy(id)) == "RESOURCE_DOES_NOT_EXIST");
}

TEST_CASE("server warehouses: the answer has the defaults, and it runs at once") {
  ComputeWorld world;
  const std::string id = world.make_warehouse("w");
  const Json warehouse = world.warehouse(id);
  CHECK(warehouse["id"] == id);
  CHECK(warehouse["state"] == "RUNNING");
  CHECK(warehouse["auto_stop_mins"] == 120);
  CHECK(warehouse["min_num_clusters"] == 1);
  CHECK(warehouse["max_num_clusters"] == 1);
  CHECK(warehouse["enable_photon"] == true);
  CHECK(warehouse["spot_instance_policy"] == "COST_OPTIMIZED");
  CHECK(warehouse["warehouse_type"] == "CLASSIC");
  CHECK(warehouse["creator_name"] == "me@example.com");
  CHECK(warehouse["odbc_params"]["path"] == "/sql/1.0/warehouses/" + id);
  CHECK(world.get("/api/2.0/sql/warehouses")["warehouses"][0] == warehouse);
}

TEST_CASE("server warehouses: start, stop and idleness move its state") {
  ComputeWorld world;
  const std::string id = world.make_warehouse("w", {{"auto_stop_mins", 10}});
  world.post("/api/2.0/sql/warehouses/" + id + "/stop", {});
  CHECK(world.warehouse(id)["state"] == "STOPPED");
  CHECK(world.warehouse(id)["num_clusters"] == 0);
  world.post("/api/2.0/sql/warehouses/" + id + "/start", {});
  CHECK(world.warehouse(id)["state"] == "RUNNING");
  world.now += 10 * 60'000;
  CHECK(world.warehouse(id)["state"] == "STOPPED");
  world.post("/api/2.0/sql/warehouses/" + id + "/edit", {{"auto_stop_mins", 0}});
  world.post("/api/2.0/sql/warehouses/" + id + "/start", {});
  world.now += 1000LL * 60'000;
  CHECK(world.warehouse(id)["state"] == "RUNNING");
}

TEST_CASE("server warehouses: what the service refuses is refused") {
  ComputeWorld world;
  world.make_warehouse("w");
  for (const Json& bad : std::vector<Json>{{{"auto_stop_mins", 5}},
                                           {{"min_num_clusters", 31}},
                                           {{"min_num_clusters", 3}, {"max_num_clusters", 2}},
                                           {{"warehouse_type", "HUGE"}},
                                           {{"enable_serverless_compute", true}}}) {
    CAPTURE(bad.dump());
    CHECK(world.make_warehouse("v", bad).empty());
    CHECK(world.status == 400);
  }
  CHECK(world.make_warehouse("w").empty());
  world.post("/api/2.0/sql/warehouses", {{"name", "v"}, {"cluster_size", "Tiny"}});
  CHECK(world.status == 400);
  CHECK(world.error_code(world.warehouse("0123456789abcdef")) == "RESOURCE_DOES_NOT_EXIST");
}

TEST_CASE("server warehouses: the list comes in pages") {
  ComputeWorld world;
  std::vector<std::string> made, seen;
  for (int i = 0; i < 5; ++i) made.push_back(world.make_warehouse("w" + std::to_string(i)));
  std::string token;
  do {
    const Json page = world.get("/api/2.0/sql/warehouses?page_size=2&page_token=" + token);
    for (const Json& entry : page["warehouses"]) seen.push_back(dbplan::text_at(entry, "id"));
    token = dbplan::text_at(page, "next_page_token");
  } while (!token.empty());
  CHECK(seen == made);
}
