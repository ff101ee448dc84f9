#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "engine/net/curl_transport.hpp"
#include "providers/local/server/http.hpp"
#include "providers/local/server/instant_host.hpp"
#include "tests/unit/server_fixture.hpp"

using dbplan::Json;
using dbplan::local::HttpServer;
using dbplan::local::ServerLog;
using dbplan::local::Workspace;

namespace {

/// A workspace with everything that it has in real life: HTTP, its thread, the real clock.
struct HttpWorld {
  ServerLog log{-1};
  Workspace workspace;
  HttpServer http;
  std::string url;

  explicit HttpWorld(const std::string& outcome = "SUCCESS")
      : workspace({.store = std::move(*dbplan::local::Store::open(":memory:")),
                   .host = dbplan::local::make_instant_host(outcome),
                   .log = log,
                   .owner = "me@example.com",
                   .token = "the-token",
                   .url = "http://127.0.0.1:1"}),
        http([this](dbplan::local::Call& call) { return workspace.handle(call); }) {
    url = "http://127.0.0.1:" + std::to_string(*http.bind(0));
    workspace.start();
    http.start();
  }
  ~HttpWorld() {
    workspace.stop();
    http.stop();
  }

  std::unique_ptr<dbplan::Transport> client() const {
    return dbplan::make_curl_transport({.host = url, .token = "the-token", .user_agent = "test"});
  }
};

int status_of(dbplan::Transport& client, const std::string& method, const std::string& path,
              const Json& body = nullptr) {
  const auto answer = client.send(
      {.method = method, .path = path, .body = body.is_null() ? "" : dbplan::canonical(body)});
  return answer ? answer->status : 0;
}

Json body_of(dbplan::Transport& client, const std::string& method, const std::string& path,
             const Json& body = nullptr) {
  const auto answer = client.send(
      {.method = method, .path = path, .body = body.is_null() ? "" : dbplan::canonical(body)});
  return answer ? dbplan::parse_json(answer->body).value_or(Json()) : Json();
}

}  // namespace

TEST_CASE("server http: many clients at once lose and double nothing") {
  constexpr int kClients = 8;
  constexpr int kRounds = 20;
  HttpWorld world;
  std::atomic<int> winners = 0;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int number = 0; number < kClients; ++number)
    threads.emplace_back([&, number] {
      const auto client = world.client();
      for (int round = 0; round < kRounds; ++round) {
        const std::string name = std::to_string(number) + "-" + std::to_string(round);
        if (status_of(*client, "POST", "/api/2.2/jobs/create", {{"name", name}}) != 200) ++wrong;
        if (status_of(*client, "GET", "/api/2.2/jobs/list?limit=100&expand_tasks=true") != 200)
          ++wrong;
        const std::string lock = "/api/2.0/workspace-files/import-file/Users/me@example.com/lock." +
                                 std::to_string(round) + "?overwrite=false";
        const int status = status_of(*client, "POST", lock, {{"holder", number}});
        if (status == 200) ++winners;
        if (status != 200 && status != 409) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(winners == kRounds);
  const auto client = world.client();
  const Json page = body_of(*client, "GET", "/api/2.2/jobs/list?limit=100");
  const Json rest = body_of(
      *client, "GET",
      "/api/2.2/jobs/list?limit=100&page_token=" + dbplan::text_at(page, "next_page_token"));
  CHECK(page["jobs"].size() + rest["jobs"].size() == kClients * kRounds);
}

TEST_CASE("server http: a path is matched decoded, and an upload comes back as it was") {
  HttpWorld world;
  const auto client = world.client();
  const std::string path = "%2FWorkspace%2FUsers%2Fme@example.com%2Fa%20b%2B.bin";
  const std::string bytes = std::string("\0\xff{\"not\": json", 14);
  const auto sent = client->send({.method = "POST",
                                  .path = "/api/2.0/workspace-files/import-file/" + path,
                                  .body = bytes,
                                  .content_type = "application/octet-stream"});
  REQUIRE(sent.has_value());
  CHECK(sent->status == 200);
  const auto read = client->send({.method = "GET", .path = "/api/2.0/workspace-files/" + path});
  REQUIRE(read.has_value());
  CHECK(read->body == bytes);
}

TEST_CASE("server http: who waits for a run is answered when the workspace stops") {
  auto world = std::make_unique<HttpWorld>("RUNNING");
  const auto client = world->client();
  const Json text = {{"path", "/Users/me@example.com/nb"}, {"language", "PYTHON"}, {"content", ""}};
  CHECK(status_of(*client, "POST", "/api/2.0/workspace/import", text) == 200);
  const Json cluster = body_of(*client, "POST", "/api/2.1/clusters/create",
                               dbplan::local::LocalWorld::cluster_spec());
  Json submit = {{"run_name", "r"}};
  submit["tasks"] =
      Json::array({dbplan::local::LocalWorld::task("a", dbplan::text_at(cluster, "cluster_id"))});
  submit["tasks"][0]["notebook_task"]["notebook_path"] = "/Users/me@example.com/nb";
  const Json run = body_of(*client, "POST", "/api/2.2/jobs/runs/submit", submit);
  const std::string id = std::to_string(dbplan::int_at(run, "run_id"));
  const Json view = body_of(*client, "GET", "/api/2.2/jobs/runs/get?run_id=" + id);
  const std::int64_t parent = dbplan::int_at(view["tasks"][0], "run_id");
  const Json child =
      body_of(*client, "POST", "/api/local/notebook-runs",
              {{"parent", std::to_string(parent)}, {"path", "/Users/me@example.com/nb"}});
  const std::string wait = "/api/local/notebook-runs/" +
                           std::to_string(dbplan::int_at(child, "run_id")) + "?wait_seconds=60";
  std::atomic<int> answered = -1;
  std::thread waiter([&] {
    const auto own = world->client();
    answered = status_of(*own, "GET", wait);
  });
  // Whether it waits already or comes too late: it is answered, not left hanging.
  world->workspace.stop();
  waiter.join();
  CHECK(answered == 503);
}

TEST_CASE("server http: a port that is taken is refused") {
  const auto nothing = [](dbplan::local::Call&) { return dbplan::local::Answer{}; };
  HttpServer first(nothing);
  HttpServer second(nothing);
  const auto port = first.bind(0);
  REQUIRE(port.has_value());
  CHECK_FALSE(second.bind(*port).has_value());
}

TEST_CASE("server http: faults are what a client sees of them") {
  using Code = dbplan::Error::Code;
  HttpWorld world;
  const auto client = world.client();
  const auto strike = [&](const Json& rule) {
    REQUIRE(status_of(*client, "PUT", "/api/local/faults", {{"faults", Json::array({rule})}}) ==
            200);
    // Another connection: the library sends once more on its own when a kept one ends.
    return world.client()->send(
        {.method = "GET", .path = "/api/2.2/jobs/list", .repeatable = false});
  };
  for (const char* fault : {"refuse", "reset", "lost_answer", "truncated"}) {
    CAPTURE(fault);
    const auto answer = strike({{"fault", fault}});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Code::Unclear);
    CHECK(status_of(*client, "GET", "/api/2.2/jobs/list") == 200);
  }
  const auto page = strike({{"fault", "not_json"}});
  REQUIRE(page);
  CHECK(page->status == 200);
  CHECK(page->body.starts_with("<html>"));
  const auto moved = strike({{"fault", "status"},
                             {"code", 302},
                             {"headers", {{"Location", "http://other.example.com/"}}}});
  REQUIRE(moved);
  CHECK(moved->headers.at("location") == "http://other.example.com/");
}

TEST_CASE("server http: a client that is never answered gives up, and the server still ends") {
  HttpWorld world;
  const auto client = dbplan::make_curl_transport({.host = world.url,
                                                   .token = "the-token",
                                                   .user_agent = "test",
                                                   .timeout = std::chrono::seconds(1)});
  REQUIRE(status_of(*client, "PUT", "/api/local/faults",
                    {{"faults", Json::array({{{"fault", "timeout"}, {"times", 2}}})}}) == 200);
  CHECK(status_of(*client, "GET", "/api/2.2/jobs/list") == 0);
  std::thread waits([&] { CHECK(status_of(*world.client(), "GET", "/api/2.2/jobs/list") == 0); });
  // It is being waited for once it has been counted.
  while (body_of(*client, "GET", "/api/local/faults")["requests"] != 2) std::this_thread::yield();
  world.workspace.stop();
  world.http.stop();
  waits.join();
}
