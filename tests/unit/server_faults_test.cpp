#include <doctest/doctest.h>

#include "tests/unit/server_fixture.hpp"

using dbplan::Json;
using dbplan::local::Delivery;
using dbplan::local::LocalWorld;

namespace {

struct FaultWorld : LocalWorld {
  Json set(const Json& rules) {
    const std::string body = dbplan::canonical({{"faults", rules}});
    return dbplan::parse_json(send("PUT", "/api/local/faults", body).body).value_or(Json());
  }
  Json faults() { return get("/api/local/faults"); }
  std::size_t jobs() { return get("/api/local/summary")["jobs"].get<std::size_t>(); }
  dbplan::local::Answer create(const std::string& name) {
    return send("POST", "/api/2.2/jobs/create", dbplan::canonical({{"name", name}}));
  }
};

Json rule(const Json& match, const std::string& fault, Json more = Json::object()) {
  more.update({{"match", match}, {"fault", fault}});
  return more;
}

}  // namespace

TEST_CASE("server faults: a rule strikes the request that it names, and no other") {
  FaultWorld world;
  const Json match = {{"method", "POST"}, {"path", "/api/2.2/jobs/"}, {"index", 2}};
  world.set(Json::array({rule(match, "status", {{"code", 429}, {"retry_after", 7}})}));
  CHECK(world.create("a").status == 200);
  world.get("/api/2.2/jobs/list");
  const auto struck = world.create("b");
  CHECK(struck.status == 429);
  CHECK(struck.headers.at("Retry-After") == "7");
  CHECK(world.create("b").status == 200);
  CHECK(world.jobs() == 2);
  const Json seen = world.faults();
  CHECK(seen["requests"] == 4);
  CHECK(seen["faults"][0]["matched"] == 3);
  CHECK(seen["faults"][0]["fired"] == 1);
}

TEST_CASE("server faults: a storm lasts as many requests as it was given, or for ever") {
  FaultWorld world;
  world.set(Json::array({rule({{"index", 2}}, "status", {{"code", 503}, {"times", 2}})}));
  std::vector<int> seen;
  for (int i = 0; i < 5; ++i) seen.push_back(world.create("j").status);
  CHECK(seen == std::vector<int>{200, 503, 503, 200, 200});
  world.set(Json::array({rule(Json::object(), "status", {{"times", 0}})}));
  for (int i = 0; i < 5; ++i) CHECK(world.create("j").status == 500);
  CHECK(world.faults()["faults"][0]["fired"] == 5);
}

TEST_CASE("server faults: some leave an effect behind, others do not, and a rule may say so") {
  struct Case {
    const char* fault;
    Delivery delivery;
    std::size_t jobs;
  };
  for (const Case& c :
       {Case{"refuse", Delivery::Closed, 0}, Case{"reset", Delivery::Reset, 0},
        Case{"timeout", Delivery::Silent, 0}, Case{"status", Delivery::Whole, 0},
        Case{"lost_answer", Delivery::Closed, 1}, Case{"truncated", Delivery::Truncated, 1},
        Case{"not_json", Delivery::Whole, 1}, Case{"kill", Delivery::Exit, 0}}) {
    CAPTURE(c.fault);
    for (const bool opposite : {false, true}) {
      FaultWorld world;
      Json wanted = rule({{"path", "/api/2.2/jobs/create"}}, c.fault);
      if (opposite) wanted["effect"] = c.jobs == 0;
      world.set(Json::array({wanted}));
      CHECK(world.create("j").delivery == c.delivery);
      CHECK(world.jobs() == (opposite ? 1 - c.jobs : c.jobs));
    }
  }
}

TEST_CASE("server faults: a stale answer is that of before the last write") {
  FaultWorld world;
  const auto first = world.make_job({{"name", "first"}});
  world.set(Json::array({rule({{"path", "/api/2.2/jobs/get"}}, "stale", {{"times", 2}}),
                         rule({{"path", "/api/2.2/jobs/list"}}, "stale")}));
  const std::string get = "/api/2.2/jobs/get?job_id=";
  const auto second = world.make_job({{"name", "second"}});
  world.get(get + std::to_string(second));
  CHECK(world.status == 400);
  CHECK(world.get("/api/2.2/jobs/list")["jobs"].size() == 1);
  CHECK(world.get("/api/2.2/jobs/list")["jobs"].size() == 2);
  world.post("/api/2.2/jobs/update", {{"job_id", first}, {"new_settings", {{"name", "new"}}}});
  CHECK(world.get(get + std::to_string(first))["settings"]["name"] == "first");
  CHECK(world.get(get + std::to_string(first))["settings"]["name"] == "new");
  CHECK(world.get(get + std::to_string(second))["settings"]["name"] == "second");
}

TEST_CASE("server faults: what runs is not ended by looking back at it") {
  FaultWorld world;
  world.import_notebook("/Users/me@example.com/nb");
  const std::string cluster = world.make_cluster();
  const auto job = world.make_job({{"tasks", Json::array({LocalWorld::task("t", cluster)})}});
  const auto run = world.run(job);
  world.set(Json::array({rule({{"path", "/api/2."}}, "stale", {{"times", 2}})}));
  world.make_job({{"name", "another"}});
  CHECK(world.get("/api/2.1/clusters/get?cluster_id=" + cluster)["state"] == "RUNNING");
  CHECK(world.how(run) == "RUNNING");
  CHECK(world.faults()["faults"][0]["fired"] == 2);
  world.end_task("t", "SUCCESS");
  CHECK(world.how(run) == "TERMINATED SUCCESS");
}

TEST_CASE("server faults: they need the token, and a wrong rule changes nothing") {
  FaultWorld world;
  world.set(Json::array({rule(Json::object(), "status", {{"times", 0}})}));
  CHECK(world.send("PUT", "/api/local/faults", R"({"faults": []})", "another").status == 401);
  for (const Json& bad : {Json{{"fault", "sunspots"}}, Json{{"fault", "status"}, {"code", 42}},
                          Json{{"fault", "reset"}, {"tmes", 2}},
                          Json{{"fault", "reset"}, {"match", {{"verb", "GET"}}}}}) {
    CAPTURE(bad.dump());
    world.set(Json::array({bad}));
    CHECK(world.status == 400);
  }
  CHECK(world.create("j").status == 500);
  world.set(Json::array());
  CHECK(world.create("j").status == 200);
}
