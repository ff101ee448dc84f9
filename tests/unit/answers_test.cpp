#include <doctest/doctest.h>

#include <deque>

#include "engine/live/observe.hpp"
#include "engine/net/retry.hpp"
#include "providers/databricks/databricks.hpp"
#include "tests/support/memory_provider.hpp"
#include "tests/support/world.hpp"

using dbplan::Error;
using dbplan::Request;
using dbplan::Response;
using dbplan::Result;
using dbplan::test::MemoryProvider;
using dbplan::test::World;

namespace {

/// Answers with one body after the other; the last repeats.
class Bodies final : public dbplan::Transport {
 public:
  explicit Bodies(std::deque<std::string> bodies) : bodies_(std::move(bodies)) {}
  Result<Response> send(const Request&) override {
    const std::string body = bodies_.front();
    if (bodies_.size() > 1) bodies_.pop_front();
    return Response{.status = 200, .headers = {}, .body = body};
  }

 private:
  std::deque<std::string> bodies_;
};

std::unique_ptr<dbplan::Provider> provider_of(std::deque<std::string> bodies) {
  return dbplan::databricks::make_provider(
      "https://x.example",
      std::make_unique<dbplan::RetryingTransport>(std::make_unique<Bodies>(std::move(bodies)),
                                                  dbplan::system_clock()));
}

const dbplan::Kind& kind(std::string_view name) {
  return *dbplan::find_kind(dbplan::databricks::databricks_kinds(), name);
}

std::string refusal(std::deque<std::string> bodies, std::string_view name = "jobs") {
  const auto listing = provider_of(std::move(bodies))->list(kind(name));
  if (listing) return "taken";
  CHECK(listing.error().code == Error::Code::Unclear);
  return listing.error().message;
}

}  // namespace

TEST_CASE("answers: a list of another form is refused, with the field and what belongs there") {
  const std::string start = "GET /api/2.2/jobs/list: the answer is malformed: ";
  CHECK(refusal({"[]"}) == start + "expected an object, found a list");
  CHECK(refusal({R"({"jobs": "x"})"}) == start + "jobs: expected a list, found a text");
  CHECK(refusal({R"({"jobs": [1]})"}) == start + "jobs[0]: expected an object, found an integer");
  CHECK(refusal({R"({"jobs": [{"settings": {}}]})"}) ==
        start + "job_id: expected an id, found nothing");
  CHECK(refusal({R"({"jobs": [{"job_id": -1, "settings": {}}]})"}) ==
        start + "job_id: expected an id, found an integer");
  CHECK(refusal({R"({"jobs": [{"job_id": 1}]})"}) ==
        start + "settings: expected an object, found nothing");
  CHECK(refusal({R"({"jobs": [{"job_id": 1, "settings": {"tags": 7}}]})"}) ==
        start + "tags: expected an object, found an integer");
  CHECK(refusal({R"({"jobs": [{"job_id": 1, "settings":
                 {"tasks": [{"task_key": "a", "timeout_seconds": "soon"}]}}]})"}) ==
        start + "tasks[0].timeout_seconds: expected an integer, found a text");
}

TEST_CASE("answers: what services really do is taken") {
  CHECK(refusal({"{}"}) == "taken");
  CHECK(refusal({R"({"jobs": null})"}) == "taken");
  CHECK(refusal({R"({"jobs": [{"job_id": 1, "new": [], "settings":
                 {"timeout_seconds": "60", "tags": null, "unknown": {}}}]})"}) == "taken");
}

TEST_CASE("answers: pages that do not end are found out") {
  const auto page = [](const char* token) {
    return R"({"jobs": [], "has_more": true, "next_page_token": )" + std::string(token) + "}";
  };
  CHECK(refusal({page(R"("a")")}).ends_with("the server's pages do not end"));
  CHECK(refusal({page(R"("a")"), page(R"("b")"), page(R"("a")")})
            .ends_with("the server's pages do not end"));
  CHECK(refusal({page("7")}).ends_with("next_page_token: expected a text"));
  CHECK(refusal({page("null")}).ends_with("it has_more pages, but no next_page_token"));
}

TEST_CASE("answers: what is read by its id is that, and not what is deleted") {
  CHECK_FALSE(provider_of({R"({"job_id": 2, "settings": {}})"})->read(kind("jobs"), "1"));
  CHECK(provider_of({R"({"job_id": 1, "settings": {}})"})->read(kind("jobs"), "1").value());
  CHECK_FALSE(provider_of({R"({"id": "a", "state": "DELETED"})"})
                  ->read(kind("sql_warehouses"), "a")
                  .value());
}

TEST_CASE("answers: a create without a usable id is unclear, so that it is looked for") {
  for (const char* body : {"{}", R"({"job_id": null})", R"({"job_id": []})", R"({"job_id": 0})"}) {
    const auto id = provider_of({body})->create(kind("jobs"), {{"name", "x"}}, "token");
    REQUIRE_FALSE(id);
    CHECK(id.error().code == Error::Code::Unclear);
  }
}

namespace {

/// A workspace whose list shows other things than there are.
struct LyingList {
  MemoryProvider provider;
  World world;

  LyingList() {
    world.spec("jobs.a", R"({"name": "x"})");
    world.last("jobs.a", "1", R"({"name": "x"})");
  }
  static dbplan::LiveObject job(const std::string& id, const char* address) {
    const std::string stamp = dbplan::stamp_of(World::kRoot, World::address(address));
    return {.id = id, .body = {{"name", "x"}, {"tags", {{"dbplan", stamp}}}}, .facts = {}};
  }
  dbplan::Live look() {
    return dbplan::observe(world.desired, world.ledger, provider,
                           dbplan::databricks::databricks_kinds())
        .value();
  }
};

/// Lists what `shown` says, reads what is there.
class TwoFaced final : public MemoryProvider {
 public:
  std::vector<dbplan::LiveObject> shown;
  Result<dbplan::Listing> list(const dbplan::Kind& of, const std::string& parent,
                               const dbplan::Enough& enough) override {
    if (of.name != "jobs") return MemoryProvider::list(of, parent, enough);
    return dbplan::Listing{.objects = shown, .pages = 1};
  }
};

}  // namespace

TEST_CASE("answers: one object that comes on two pages is no double") {
  LyingList lying;
  lying.provider.objects["jobs"] = {LyingList::job("1", "jobs.a"), LyingList::job("1", "jobs.a")};
  const auto live = lying.look();
  CHECK(live.found.size() == 1);
  CHECK(live.doubles.empty());
}

TEST_CASE("answers: what a list does not show is asked for before it counts as gone") {
  LyingList lying;
  TwoFaced provider;
  provider.objects["jobs"] = {LyingList::job("1", "jobs.a")};
  const auto live = dbplan::observe(lying.world.desired, lying.world.ledger, provider,
                                    dbplan::databricks::databricks_kinds());
  REQUIRE(live);
  CHECK(live->found.at(World::address("jobs.a")).id == "1");
}

TEST_CASE("answers: what a list says is ours is read by its id before it may be deleted") {
  LyingList lying;
  TwoFaced provider;
  provider.objects["jobs"] = {LyingList::job("1", "jobs.a"), LyingList::job("5", "jobs.gone")};
  provider.objects["jobs"].push_back({.id = "7", .body = {{"name", "foreign"}}, .facts = {}});
  // The foreign job 7 is shown as a twin of jobs.a and as one that the spec no longer has.
  provider.shown = {LyingList::job("1", "jobs.a"), LyingList::job("7", "jobs.a"),
                    LyingList::job("7", "jobs.old"), LyingList::job("5", "jobs.gone")};
  const auto live = dbplan::observe(lying.world.desired, lying.world.ledger, provider,
                                    dbplan::databricks::databricks_kinds());
  REQUIRE(live);
  CHECK(live->doubles.empty());
  CHECK(live->found.size() == 2);
  CHECK(live->found.contains(World::address("jobs.gone")));
}
