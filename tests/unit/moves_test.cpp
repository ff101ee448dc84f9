#include "engine/plan/moves.hpp"

#include <doctest/doctest.h>

#include "tests/support/world.hpp"

using dbplan::Address;
using dbplan::with_moves;
using dbplan::test::World;

namespace {

/// Policies "a", "b", ... that the ledger knows, by number.
void remember(World& world, const std::string& keys) {
  for (const char key : keys)
    world.last(std::string("cluster_policies.") + key, std::string("id-") + key,
               std::string(R"({"name": ")") + key + R"("})");
}

void want(World& world, const std::string& key, const std::string& name) {
  world.spec("cluster_policies." + key, R"({"name": ")" + name + R"("})");
}

/// "a:id-b b:id-a"
std::string moved(const World& world) {
  std::string text;
  for (const auto& [address, entry] : with_moves(world.ledger, world.desired).entries)
    text += (text.empty() ? "" : " ") + address.key + ":" + entry.id;
  return text;
}

}  // namespace

TEST_CASE("moves: parts and schedules follow, and a known address keeps its own") {
  World world;
  world.spec("jobs.new", "{}").moved_from = Address{"jobs", "old"};
  world.last("jobs.old", "1", "{}");
  world.ledger.entries[{"permissions", "jobs.old"}] = {
      .id = "jobs/1", .body = {}, .echo = {}, .owner = Address{"jobs", "old"}};
  world.ledger.entries[{"schedules", "s"}] = {
      .id = "1", .body = {}, .echo = {}, .carrier = Address{"jobs", "old"}};
  const auto moved = with_moves(world.ledger, world.desired);
  CHECK(moved.find({"jobs", "old"}) == nullptr);
  CHECK(moved.find({"permissions", "jobs.new"})->owner == Address{"jobs", "new"});
  CHECK(moved.find({"schedules", "s"})->carrier == Address{"jobs", "new"});
  CHECK(with_moves(moved, world.desired).entries.size() == moved.entries.size());
}

TEST_CASE("moves: a name goes to the key that has it now") {
  World world;
  remember(world, "a");
  want(world, "new", "a");
  CHECK(moved(world) == "new:id-a");
  CHECK(with_moves(world.ledger, world.desired).find({"cluster_policies", "new"})->moved_from ==
        Address{"cluster_policies", "a"});
}

TEST_CASE("moves: names that change places, in pairs, circles and rows") {
  World pair;
  remember(pair, "ab");
  want(pair, "a", "b");
  want(pair, "b", "a");
  CHECK(moved(pair) == "a:id-b b:id-a");

  World circle;
  remember(circle, "abc");
  want(circle, "a", "b");
  want(circle, "b", "c");
  want(circle, "c", "a");
  CHECK(moved(circle) == "a:id-b b:id-c c:id-a");

  World row;  // what nobody wants goes to the end, which is renamed
  remember(row, "abc");
  want(row, "a", "b");
  want(row, "b", "c");
  want(row, "c", "d");
  CHECK(moved(row) == "a:id-b b:id-c c:id-a");
}

TEST_CASE("moves: who takes a removed one's name leaves its own to be removed") {
  World world;
  remember(world, "ab");
  want(world, "a", "b");
  CHECK(moved(world) == "a:id-b b:id-a");
}

TEST_CASE("moves: a rename in place stays where it is, and so does what nobody else wants") {
  World world;
  remember(world, "ab");
  want(world, "a", "other");
  CHECK(moved(world) == "a:id-a b:id-b");
}

TEST_CASE("moves: two entries of one name, of which one is its owner's, are one") {
  World world;
  remember(world, "a");
  world.last("cluster_policies.old", "id-a", R"({"name": "a"})");
  want(world, "a", "a");
  CHECK(moved(world) == "a:id-a");
}

TEST_CASE("moves: permissions stay with their object") {
  World world;
  remember(world, "ab");
  world.ledger.entries[{"permissions", "cluster_policies.a"}] = {
      .id = "cluster-policies/id-a",
      .body = {},
      .echo = {},
      .owner = Address{"cluster_policies", "a"}};
  want(world, "a", "b");
  want(world, "b", "a");
  const auto ledger = with_moves(world.ledger, world.desired);
  CHECK(ledger.find({"permissions", "cluster_policies.a"}) == nullptr);
  CHECK(ledger.find({"permissions", "cluster_policies.b"})->owner ==
        Address{"cluster_policies", "b"});
}
