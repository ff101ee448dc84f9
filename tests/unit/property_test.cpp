#include <doctest/doctest.h>

#include "engine/base/digest.hpp"
#include "engine/plan/diff.hpp"
#include "engine/plan/plan.hpp"
#include "engine/plan/wanted.hpp"
#include "providers/databricks/kinds/kinds.hpp"
#include "tests/support/generated_body.hpp"

using namespace dbplan;
using namespace dbplan::test;

namespace {

constexpr unsigned kSeeds = 40;

/// Calls `check` with every kind that has bodies, and with many seeds.
template <class Check>
void for_generated(Check check) {
  for (const Kind* kind : databricks::databricks_kinds())
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
      CAPTURE(kind->name);
      CAPTURE(seed);
      check(*kind, seed);
    }
}

std::string paths(const std::vector<FieldChange>& changes) {
  std::string text;
  for (const FieldChange& change : changes) text += change.path + "\n";
  return text;
}

/// The body after what the diff says has been done to it.
Json applied(Json live, const Json& desired, const std::vector<FieldChange>& changes) {
  for (const FieldChange& change : changes)
    if (change.acts()) set_path(live, change.path, at_path(desired, change.path));
  return live;
}

/// The desired body with what the server may keep.
Json with_defaults(Json desired, const std::vector<FieldChange>& changes) {
  for (const FieldChange& change : changes)
    if (!change.acts()) set_path(desired, change.path, *change.live);
  return desired;
}

}  // namespace

TEST_CASE("property: a body that was applied and that the server shows has no difference") {
  for_generated([](const Kind& kind, unsigned seed) {
    BodyGenerator generator(kind, seed);
    const Json body = generator.body();
    const Json last = storable(body, generator.rules());
    const Json live = shown_by_server(body, &generator.rules());
    CHECK(paths(diff({&body, &last, &live, nullptr}, generator.rules())) == "");
    CHECK(paths(diff({&live, nullptr, &live, nullptr}, generator.rules())) == "");
  });
}

TEST_CASE("property: the order of keyed lists and sets is no difference") {
  for_generated([](const Kind& kind, unsigned seed) {
    BodyGenerator generator(kind, seed);
    const Json body = shown_by_server(generator.body(), &generator.rules());
    const Json live = generator.shuffled(body);
    CHECK(paths(diff({&body, nullptr, &live, nullptr}, generator.rules())) == "");
  });
}

TEST_CASE("property: a body with the difference applied is the other body") {
  int compared = 0;
  for_generated([&](const Kind& kind, unsigned seed) {
    BodyGenerator generator(kind, seed);
    const RuleNode& rules = generator.rules();
    const Json live = shown_by_server(generator.body(), &rules);
    const Json desired = shown_by_server(generator.body(), &rules);
    const auto changes = diff({&desired, nullptr, &live, nullptr}, rules);
    CAPTURE(canonical(desired));
    CAPTURE(canonical(live));
    CHECK(canonical(normal_form(applied(live, desired, changes), &rules)) ==
          canonical(normal_form(with_defaults(desired, changes), &rules)));
    compared += changes.empty() ? 0 : 1;
  });
  CHECK(compared > 200);  // the generator does make different bodies
}

TEST_CASE("property: the canonical form is its own canonical form") {
  for_generated([](const Kind& kind, unsigned seed) {
    const std::string once = canonical(BodyGenerator(kind, seed).body());
    CHECK(canonical(parse_json(once).value()) == once);
  });
}

TEST_CASE("property: the plan of what the workspace has already is empty") {
  for_generated([](const Kind& kind, unsigned seed) {
    if (kind.home != Home::Server) return;
    BodyGenerator generator(kind, seed);
    Desired desired{.root_path = "/Workspace/x"};
    Resource resource{.address = {std::string(kind.name), "x"}, .kind = &kind, .where = {}};
    resource.body = shown_by_server(generator.body(), &generator.rules());
    Live live;
    const Json wanted = wanted_body(resource, desired, live);
    live.found[resource.address] = {.id = "1", .body = generator.shuffled(wanted), .facts = {}};
    live.found[resource.address].content_hash = notebook_hash(resource);
    desired.resources.push_back(std::move(resource));
    const Plan plan = make_plan(desired, live, {}, databricks::databricks_kinds());
    CHECK(plan.changes.size() == 1);
    CHECK(paths(plan.changes[0].fields) == "");
    CHECK(plan.empty());
  });
}
