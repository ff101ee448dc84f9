#include "engine/live/observe.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "engine/base/digest.hpp"
#include "tests/support/memory_provider.hpp"
#include "tests/support/world.hpp"

using dbplan::Address;
using dbplan::Live;
using dbplan::Look;
using dbplan::test::MemoryProvider;
using dbplan::test::World;

namespace {

/// `count` jobs of others, and after them our own, by the names of their addresses.
void fill_jobs(MemoryProvider& provider, int count, const std::vector<std::string>& ours) {
  auto& jobs = provider.objects["jobs"];
  for (int i = 0; i < count; ++i)
    jobs.push_back({.id = "9" + std::to_string(i), .body = {{"name", "other"}}, .facts = {}});
  for (std::size_t i = 0; i < ours.size(); ++i)
    jobs.push_back(
        {.id = std::to_string(i + 1),
         .body = {{"name", ours[i]},
                  {"tags", {{"dbplan", dbplan::stamp_of(World::kRoot, World::address(ours[i]))}}}},
         .facts = {}});
}

Live look(const World& world, MemoryProvider& provider, Look how = Look::Named) {
  return dbplan::observe(world.desired, world.ledger, provider,
                         dbplan::databricks::databricks_kinds(), how)
      .value();
}

long count(const MemoryProvider& provider, const std::string& start) {
  return std::ranges::count_if(provider.calls,
                               [&](const std::string& call) { return call.starts_with(start); });
}

}  // namespace

TEST_CASE("observe: few jobs among many pages are read by id once the pages are known") {
  World world;
  for (const char* name : {"jobs.a", "jobs.b"}) world.spec(name, R"({"name": "x"})");
  world.last("jobs.a", "1", R"({"name": "x"})");
  world.last("jobs.b", "2", R"({"name": "x"})");
  world.ledger.pages["jobs"] = 100;
  MemoryProvider provider;
  provider.page_size = 10;
  fill_jobs(provider, 990, {"jobs.a", "jobs.b"});
  const Live live = look(world, provider);
  CHECK(live.found.size() == 2);
  CHECK(count(provider, "list jobs") == 0);
  CHECK(count(provider, "read jobs") == 2);
}

TEST_CASE("observe: pages of unknown number are read until ids are fewer, then the ids") {
  World world;
  for (const char* name : {"jobs.a", "jobs.b", "jobs.c"}) {
    world.spec(name, R"({"name": "x"})");
    world.last(name, std::to_string(name[5] - 'a' + 1), R"({"name": "x"})");
  }
  MemoryProvider provider;
  provider.page_size = 10;
  fill_jobs(provider, 990, {"jobs.a", "jobs.b", "jobs.c"});
  const Live live = look(world, provider);
  CHECK(live.found.size() == 3);
  CHECK(count(provider, "list jobs") == 3);
  CHECK(count(provider, "read jobs") == 3);
}

TEST_CASE("observe: many jobs are read by list, and the number of pages is remembered") {
  World world;
  std::vector<std::string> names;
  for (int i = 0; i < 30; ++i) names.push_back("jobs.j" + std::to_string(i));
  for (std::size_t i = 0; i < names.size(); ++i) {
    world.spec(names[i], R"({"name": "x"})");
    world.last(names[i], std::to_string(i + 1), R"({"name": "x"})");
  }
  MemoryProvider provider;
  provider.page_size = 10;
  fill_jobs(provider, 0, names);
  const Live live = look(world, provider);
  CHECK(live.found.size() == 30);
  CHECK(live.pages.at("jobs") == 3);
  CHECK(count(provider, "read jobs") == 0);
}

TEST_CASE("observe: something new in the spec is looked for by its stamp in the whole list") {
  World world;
  world.spec("jobs.a", R"({"name": "x"})");
  world.last("jobs.b", "1", R"({"name": "x"})");
  world.ledger.pages["jobs"] = 100;
  MemoryProvider provider;
  provider.page_size = 10;
  fill_jobs(provider, 90, {"jobs.b", "jobs.a"});
  CHECK(look(world, provider).find({"jobs", "a"}) != nullptr);
}

TEST_CASE("observe: after an unsettled apply every kind with tags is looked at") {
  World world;
  world.desired.root_path = World::kRoot;
  world.last("jobs.a", "1", R"({"name": "x"})");
  MemoryProvider provider;
  look(world, provider);
  CHECK(count(provider, "list instance_pools") == 0);
  world.ledger.unsettled = true;
  look(world, provider);
  CHECK(count(provider, "list instance_pools") == 1);
}

TEST_CASE("observe: a job is found under its new address by the stamp of the old one") {
  World world;
  world.spec("jobs.new", R"({"name": "x"})").moved_from = Address{"jobs", "old"};
  MemoryProvider provider;
  fill_jobs(provider, 0, {"jobs.old"});
  CHECK(look(world, provider).find({"jobs", "new"})->id == "1");
}

TEST_CASE("observe: what the spec adopts is found by id or by its one name") {
  World world;
  world.spec("jobs.a", R"({"name": "x"})").adopt = dbplan::Adoption{.id = "90", .name = {}};
  world.spec("jobs.b", R"({"name": "x"})").adopt = dbplan::Adoption{.id = {}, .name = "other"};
  world.spec("jobs.c", R"({"name": "x"})").adopt = dbplan::Adoption{.id = {}, .name = "nobody"};
  MemoryProvider provider;
  fill_jobs(provider, 3, {});
  const Live live = look(world, provider);
  CHECK(live.find({"jobs", "a"})->id == "90");
  CHECK(live.adopted.contains({"jobs", "a"}));
  CHECK(live.not_adoptable.at({"jobs", "b"}).find("several") != std::string::npos);
  CHECK(live.not_adoptable.at({"jobs", "c"}).find("does not exist") != std::string::npos);
}

TEST_CASE("observe: what another deployment stamped cannot be adopted") {
  World world;
  world.spec("jobs.a", R"({"name": "x"})").adopt = dbplan::Adoption{.id = "1", .name = {}};
  MemoryProvider provider;
  provider.objects["jobs"].push_back(
      {.id = "1", .body = {{"tags", {{"dbplan", "00000000.jobs.a"}}}}, .facts = {}});
  CHECK(look(world, provider).not_adoptable.at({"jobs", "a"}).find("another deployment") !=
        std::string::npos);
}

TEST_CASE("observe: a policy of the wanted name that the ledger does not know is foreign") {
  World world;
  world.spec("cluster_policies.p", R"({"name": "small"})");
  MemoryProvider provider;
  provider.objects["cluster_policies"].push_back(
      {.id = "P1", .body = {{"name", "small"}}, .facts = {}});
  CHECK(look(world, provider).foreign.contains({"cluster_policies", "p"}));
  world.last("cluster_policies.p", "P1", R"({"name": "small"})");
  CHECK(look(world, provider).foreign.empty());
}

TEST_CASE("observe: secrets are listed once for each scope") {
  World world;
  world.spec("secrets.s.a", R"({"scope": "s", "key": "a"})");
  world.spec("secrets.s.b", R"({"scope": "s", "key": "b"})");
  MemoryProvider provider;
  provider.objects["secrets s"].push_back(
      {.id = "s/a", .body = {{"scope", "s"}, {"key", "a"}}, .facts = {}});
  const Live live = look(world, provider);
  CHECK(live.find({"secrets", "s.a"}) != nullptr);
  CHECK(live.find({"secrets", "s.b"}) == nullptr);
  CHECK(count(provider, "list secrets s") == 1);
}

TEST_CASE("observe: permissions cost one request for each object that exists") {
  World world;
  world.spec("jobs.a", R"({"name": "x"})");
  world.spec("permissions.jobs.a", "{}").owner = Address{"jobs", "a"};
  world.spec("jobs.b", R"({"name": "x"})");
  world.spec("permissions.jobs.b", "{}").owner = Address{"jobs", "b"};
  MemoryProvider provider;
  fill_jobs(provider, 0, {"jobs.a"});
  provider.objects["permissions"].push_back(
      {.id = "jobs/1", .body = {{"access_control_list", dbplan::Json::array()}}, .facts = {}});
  const Live live = look(world, provider);
  CHECK(live.find({"permissions", "jobs.a"})->id == "jobs/1");
  CHECK(live.find({"permissions", "jobs.b"}) == nullptr);
  CHECK(count(provider, "read permissions") == 1);
}

TEST_CASE("observe: files that nobody touched are not downloaded") {
  const std::string path = std::string(World::kRoot) + "/files";
  const std::string hash = dbplan::sha256_hex("text");
  World world;
  auto& row = world.spec("files.sync",
                         R"({"path": ")" + path + R"(", "files": {"a.py": ")" + hash + R"("}})");
  row.files["a.py"] = "text";
  MemoryProvider provider;
  provider.tree[path + "/a.py"] = {.path = path + "/a.py",
                                   .object_type = "FILE",
                                   .language = {},
                                   .object_id = 5,
                                   .modified_at = 77};
  provider.contents[path + "/a.py"] = "text";
  CHECK(look(world, provider).find({"files", "sync"})->body["files"]["a.py"] == hash);
  CHECK(count(provider, "download") == 1);
  world.last("files.sync", path, dbplan::canonical(row.body), R"({"seen": {"a.py": [5, 77]}})");
  look(world, provider);
  CHECK(count(provider, "download") == 1);
}
