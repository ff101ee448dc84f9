#include <doctest/doctest.h>

#include <algorithm>

#include "providers/databricks/kinds/kinds.hpp"
#include "tests/mutation/check.hpp"

using namespace dbplan;
using namespace dbplan::mutation;

namespace {

struct Placed {
  const Fact* fact;
  std::string_view prefix;
};

/// The facts of one kind, with those of cluster specifications at each of their places.
std::vector<Placed> facts_of(const Kind& kind) {
  std::vector<Placed> found;
  for (const Fact& fact : facts()) {
    if (fact.kind == kind.name) found.push_back({&fact, ""});
    if (fact.kind != "cluster spec") continue;
    for (const std::string_view prefix : spec_prefixes(kind.name)) found.push_back({&fact, prefix});
  }
  return found;
}

bool all_hold(const std::vector<Placed>& placed, const Kind& kind) {
  return std::ranges::all_of(placed,
                             [&](const Placed& at) { return holds(*at.fact, kind, at.prefix); });
}

}  // namespace

TEST_CASE("kind tables: what the API's documentation says of a field holds") {
  for (const Kind* kind : databricks::databricks_kinds())
    for (const auto& [fact, prefix] : facts_of(*kind)) {
      CAPTURE(kind->name);
      CAPTURE(prefix);
      CAPTURE(fact->path);
      CAPTURE(static_cast<int>(fact->says));
      CHECK(holds(*fact, *kind, prefix));
    }
}

// A row that no fact needs does nothing, or nothing that anybody has written down: add a line to
// tests/mutation/facts.cpp that says, from the API's documentation, what the field does.
TEST_CASE("kind tables: with any one row dropped some fact no longer holds") {
  for (const Kind* kind : databricks::databricks_kinds()) {
    const auto placed = facts_of(*kind);
    const Mutants mutants(*kind);
    for (const Mutant& mutant : mutants.all())
      if (all_hold(placed, mutant.kind))
        FAIL_CHECK("survivor in " << kind->name << ": " << mutant.row);
  }
}

TEST_CASE("kind tables: every fact is about a kind that exists") {
  for (const Fact& fact : facts()) {
    CAPTURE(fact.kind);
    CHECK((fact.kind == "cluster spec" ||
           find_kind(databricks::databricks_kinds(), fact.kind) != nullptr));
  }
}
