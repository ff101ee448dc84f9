#include <algorithm>

#include "engine/plan/plan.hpp"
#include "engine/report/diagnostic_text.hpp"
#include "engine/spec/spec.hpp"
#include "providers/databricks/kinds/kinds.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/memory_tree.hpp"

namespace dbplan::fuzz {
namespace {

struct Loaded {
  Desired desired;
  Diagnostics problems;
};

Loaded load(const Tree& tree) {
  Loaded loaded;
  const SpecPtr spec = load_spec(tree, {}, databricks::databricks_kinds(), loaded.problems);
  loaded.desired = resolve(*spec, tree, "me@example.com", loaded.problems);
  loaded.problems.sort();
  return loaded;
}

std::string bodies(const Desired& desired) {
  std::string text;
  for (const Resource& resource : desired.resources)
    text += resource.address.text() + " " + canonical(resource.body) + "\n";
  return text;
}

}  // namespace

/// The root file of a spec, beside one notebook and one included file. Problems are explained at
/// a place; without one, what was loaded can be planned, and loading is repeatable.
void fuzz_yaml(std::string_view input) {
  const test::MemoryTree tree({{"dbplan.yml", std::string(input)},
                               {"load.py", "# Databricks notebook source\nx = 1\n"},
                               {"more/jobs.yml", "resources: {jobs: {more: {name: more}}}\n"}});
  const Loaded loaded = load(tree);
  demand(!diagnostics_text(loaded.problems, false).empty() || loaded.problems.empty(),
         "problems can be shown");
  for (const Diagnostic& problem : loaded.problems.entries()) {
    demand(!problem.summary.empty() && !problem.detail.empty(), "a problem is explained");
    demand(problem.where.line >= 0 && problem.where.column >= 0 && problem.where.length >= 0,
           "a place is a place");
  }
  if (loaded.problems.has_errors()) return;
  const Desired& desired = loaded.desired;
  demand(std::ranges::is_sorted(desired.resources, {}, &Resource::address), "resources are sorted");
  for (const Resource& resource : desired.resources)
    for (const Address& needed : resource.depends_on)
      demand(desired.find(needed) != nullptr, "what is depended on is there");
  const Plan plan = make_plan(desired, {}, {}, databricks::databricks_kinds());
  demand(
      std::ranges::all_of(plan.changes, [](const Change& c) { return c.action == Action::Create; }),
      "on an empty workspace everything is created");
  demand(bodies(load(tree).desired) == bodies(desired), "loading again gives the same");
}

}  // namespace dbplan::fuzz
