#include <doctest/doctest.h>

#include "tests/unit/server_fixture.hpp"

using dbplan::Json;
using dbplan::local::HostEvent;
using dbplan::local::LocalWorld;

namespace {

struct ClusterWorld : LocalWorld {
  Json cluster(const std::string& id) { return get("/api/2.1/clusters/get?cluster_id=" + id); }
  std::string state(const std::string& id) { return dbplan::text_at(cluster(id), "state"); }
  Json act(const std::string& verb, const std::string& id) {
    return post("/api/2.1/clusters/" + verb, {{"cluster_id", id}});
  }
};

}  // namespace

TEST_CASE("server clusters: the answer has the defaults, and spec what was sent") {
  ClusterWorld world;
  const std::string id = world.make_cluster();
  const Json cluster = world.cluster(id);
  CHECK(cluster["spec"] == LocalWorld::cluster_spec());
  CHECK(cluster["driver_node_type_id"] == "i3.xlarge");
  CHECK(cluster["data_security_mode"] == "SINGLE_USER");
  CHECK(cluster["single_user_name"] == "me@example.com");
  CHECK(cluster["enable_elastic_disk"] == false);
  CHECK(cluster["aws_attributes"]["availability"] == "SPOT_WITH_FALLBACK");
  CHECK(cluster["autotermination_minutes"] == 0);
  CHECK(cluster["default_tags"]["ClusterId"] == id);
  const Json listed = world.get("/api/2.1/clusters/list");
  CHECK_FALSE(listed["clusters"][0].contains("spec"));
}

TEST_CASE("server clusters: one idempotency token makes one cluster") {
  ClusterWorld world;
  Json spec = LocalWorld::cluster_spec();
  spec["idempotency_token"] = "t";
  const Json first = world.post("/api/2.1/clusters/create", spec);
  CHECK(world.post("/api/2.1/clusters/create", spec) == first);
  CHECK_FALSE(world.cluster(dbplan::text_at(first, "cluster_id")).contains("idempotency_token"));
}

TEST_CASE("server clusters: a start takes its time and may fail") {
  ClusterWorld world;
  world.host->slow = true;
  const std::string id = world.make_cluster();
  CHECK(world.state(id) == "PENDING");
  world.host->tell(HostEvent::Kind::ClusterEnded, id, "run ./dev install");
  world.move_on();
  CHECK(world.state(id) == "TERMINATED");
  CHECK(world.cluster(id)["state_message"] == "run ./dev install");
  CHECK(world.cluster(id)["termination_reason"]["code"] == "SPARK_STARTUP_FAILURE");
  world.act("start", id);
  world.host->tell(HostEvent::Kind::ClusterReady, id);
  world.move_on();
  CHECK(world.state(id) == "RUNNING");
}

TEST_CASE("server clusters: an edit restarts a running cluster and is refused while it starts") {
  ClusterWorld world;
  const std::string id = world.make_cluster();
  Json spec = LocalWorld::cluster_spec();
  spec["cluster_id"] = id;
  spec["spark_conf"] = {{"spark.x", "1"}};
  world.host->slow = true;
  world.post("/api/2.1/clusters/edit", spec);
  CHECK(world.state(id) == "RESTARTING");
  CHECK(world.host->stopped_clusters == std::vector{id});
  CHECK(world.error_code(world.post("/api/2.1/clusters/edit", spec)) == "INVALID_STATE");
  world.host->tell(HostEvent::Kind::ClusterReady, id);
  world.move_on();
  CHECK(world.state(id) == "RUNNING");
  CHECK(world.cluster(id)["spec"]["spark_conf"]["spark.x"] == "1");
}

TEST_CASE("server clusters: an edit of a stopped cluster leaves it stopped") {
  ClusterWorld world;
  const std::string id = world.make_cluster();
  world.act("delete", id);
  CHECK(world.state(id) == "TERMINATED");
  Json spec = LocalWorld::cluster_spec();
  spec["cluster_id"] = id;
  spec["num_workers"] = 5;
  world.post("/api/2.1/clusters/edit", spec);
  CHECK(world.status == 200);
  CHECK(world.state(id) == "TERMINATED");
  CHECK(world.cluster(id)["num_workers"] == 5);
}

TEST_CASE("server clusters: resize needs a running cluster and restarts nothing") {
  ClusterWorld world;
  const std::string id = world.make_cluster();
  world.post("/api/2.1/clusters/resize", {{"cluster_id", id}, {"num_workers", 4}});
  CHECK(world.status == 200);
  CHECK(world.host->stopped_clusters.empty());
  CHECK(world.cluster(id)["num_workers"] == 4);
  CHECK(world.cluster(id)["spec"]["num_workers"] == 4);
  world.act("delete", id);
  const Json refused =
      world.post("/api/2.1/clusters/resize", {{"cluster_id", id}, {"num_workers", 1}});
  CHECK(world.error_code(refused) == "INVALID_STATE");
  CHECK(refused["message"] == "Cluster is not running");
}

TEST_CASE("server clusters: a permanently deleted cluster is gone for good") {
  ClusterWorld world;
  const std::string id = world.make_cluster();
  world.act("pin", id);
  world.act("permanent-delete", id);
  CHECK(world.status == 400);
  world.act("unpin", id);
  world.act("permanent-delete", id);
  CHECK(world.status == 200);
  const Json answer = world.cluster(id);
  CHECK(world.status == 400);
  CHECK(world.error_code(answer) == "INVALID_PARAMETER_VALUE");
  CHECK(answer["message"] == "Cluster " + id + " does not exist");
  CHECK(world.get("/api/2.1/clusters/list") == Json::object());
}

TEST_CASE("server clusters: an idle cluster ends, a busy one does not") {
  ClusterWorld world;
  Json spec = LocalWorld::cluster_spec();
  spec["autotermination_minutes"] = 10;
  const std::string id =
      dbplan::text_at(world.post("/api/2.1/clusters/create", spec), "cluster_id");
  world.import_notebook("/Users/me@example.com/nb");
  world.run(world.make_job({{"name", "j"}, {"tasks", Json::array({world.task("a", id)})}}));
  world.now += 60 * 60'000;
  world.workspace->look();
  CHECK(world.state(id) == "RUNNING");
  world.end_task("a", "SUCCESS");
  world.now += 10 * 60'000 - 1;
  world.workspace->look();
  CHECK(world.state(id) == "RUNNING");
  world.now += 1;
  world.workspace->look();
  CHECK(world.state(id) == "TERMINATED");
  CHECK(world.cluster(id)["termination_reason"]["code"] == "INACTIVITY");
}

TEST_CASE("server clusters: lists are filtered and paged") {
  ClusterWorld world;
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) made.push_back(world.make_cluster());
  world.act("pin", made[1]);
  world.act("delete", made[2]);
  CHECK(world.get("/api/2.1/clusters/list?filter_by.is_pinned=True")["clusters"].size() == 1);
  CHECK(
      world.get("/api/2.1/clusters/list?filter_by.cluster_states=TERMINATED")["clusters"].size() ==
      1);
  CHECK(world.get("/api/2.1/clusters/list?filter_by.cluster_sources=JOB") == Json::object());
  std::size_t seen = 0;
  std::string token;
  do {
    const Json page = world.get("/api/2.1/clusters/list?page_size=2" +
                                (token.empty() ? "" : "&page_token=" + token));
    seen += page["clusters"].size();
    token = dbplan::text_at(page, "next_page_token");
  } while (!token.empty());
  CHECK(seen == 5);
}

TEST_CASE("server clusters: specifications that contradict themselves are refused") {
  ClusterWorld world;
  const auto refused = [&](const Json& change) {
    Json spec = LocalWorld::cluster_spec();
    spec.update(change);
    world.post("/api/2.1/clusters/create", spec);
    return world.status == 400;
  };
  CHECK(refused({{"autoscale", {{"min_workers", 1}, {"max_workers", 2}}}}));
  CHECK(refused({{"instance_pool_id", "p"}}));
  CHECK(refused({{"autotermination_minutes", 5}}));
  CHECK(refused({{"spark_version", ""}}));
  CHECK(refused({{"num_workers", -1}}));
  CHECK(refused({{"aws_attributes", Json::object()}, {"gcp_attributes", Json::object()}}));
}

TEST_CASE("server clusters: the list comes in the order that is asked for, page by page") {
  ClusterWorld world;
  Json spec = LocalWorld::cluster_spec();
  for (const char* name : {"b", "c", "a"}) {
    spec["cluster_name"] = name;
    world.post("/api/2.1/clusters/create", spec);
  }
  const auto names = [&](const std::string& order) {
    std::string text, token;
    do {
      const Json page = world.get("/api/2.1/clusters/list?page_size=2&page_token=" + token + order);
      for (const Json& cluster : page["clusters"]) text += dbplan::text_at(cluster, "cluster_name");
      token = dbplan::text_at(page, "next_page_token");
    } while (!token.empty());
    return text;
  };
  CHECK(names("") == "acb");
  CHECK(names("&sort_by.field=CLUSTER_NAME") == "abc");
  CHECK(names("&sort_by.field=CLUSTER_NAME&sort_by.direction=DESC") == "cba");
}
