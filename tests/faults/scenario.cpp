#include "tests/faults/scenario.hpp"

namespace dbplan::faults {
namespace {

std::string folder(const std::string& name) { return "tests/faults/scenarios/" + name; }

/// A deployment of `before` becomes one of `after`.
Scenario change(const std::string& name, const std::string& files) {
  return {.name = name,
          .folders = {folder(files) + "/before", folder(files) + "/after"},
          .before = {{"apply", "before", "--auto-approve"}},
          .cut = {{"apply", "after", "--auto-approve"}},
          .plan = {"plan", "after"}};
}

Scenario first_apply() {
  return {.name = "first apply",
          .folders = {"specs", "notebooks"},
          .cut = {{"apply", "specs"}},
          .plan = {"plan", "specs"}};
}

Scenario every_kind_created() {
  return {.name = "create every kind",
          .folders = {folder("every_kind/before")},
          .cut = {{"apply", "before"}},
          .plan = {"plan", "before"}};
}

/// Promised is only that the next plan shows it, and the next apply repairs it.
Scenario unwinnable() {
  Scenario scenario = every_kind_created();
  scenario.name = "what no run can win";
  scenario.cut = {{"apply", "before", "--auto-approve"}};
  scenario.unwinnable = true;
  return scenario;
}

/// The first job of a deployment is taken out of the spec again: neither spec nor ledger speaks of
/// jobs by then.
Scenario taken_back() {
  Scenario scenario = change("change taken back", "taken_back");
  scenario.again = {{"apply", "before", "--auto-approve"}};
  scenario.plan = {"plan", "before"};
  return scenario;
}

Scenario destroy() {
  return {.name = "destroy",
          .folders = {folder("every_kind/before")},
          .before = {{"apply", "before"}},
          .cut = {{"destroy", "before", "--auto-approve"}},
          .plan = {"plan", "before", "--destroy"}};
}

Scenario adopt() {
  return {
      .name = "adopt",
      .folders = {folder("adopt/spec")},
      .others = {{"/api/2.0/policies/clusters/create", {{"name", "limits"}, {"definition", "{}"}}},
                 {"/api/2.1/clusters/create",
                  {{"cluster_name", "worker"},
                   {"spark_version", "17.3.x-scala2.13"},
                   {"node_type_id", "i3.xlarge"},
                   {"num_workers", 1}}},
                 {"/api/2.2/jobs/create", {{"name", "nightly"}}}},
      .cut = {{"apply", "spec", "--auto-approve"}},
      .plan = {"plan", "spec"}};
}

Scenario bench() {
  return {.name = "benchmark run",
          .folders = {folder("bench/spec")},
          .before = {{"apply", "spec"}},
          .cut = {{"bench", "run", "compare", "spec"}},
          .again = {{"apply", "spec"}, {"bench", "run", "compare", "spec"}},
          .plan = {"plan", "spec"},
          .runs_jobs = true};
}

Scenario two_at_once() {
  Scenario scenario = change("two applies at once", "notebooks");
  scenario.cut.push_back(scenario.cut[0]);
  return scenario;
}

/// A saved plan that was half applied rests on what is no more: one plans again.
Scenario saved_plan() {
  Scenario scenario = change("apply of a saved plan", "replace");
  scenario.before.push_back({"plan", "after", "--out", "plan.json"});
  scenario.cut = {{"apply", "plan.json"}};
  scenario.writes_files = true;
  scenario.again = {{"plan", "after", "--out", "again.json"}, {"apply", "again.json"}};
  return scenario;
}

/// Once the spec is written, it is what one goes on with.
Scenario import() {
  return {.name = "import",
          .folders = {},
          .others = {{"/api/2.0/instance-pools/create",
                      {{"instance_pool_name", "small machines"}, {"node_type_id", "i3.xlarge"}}},
                     {"/api/2.0/workspace/import",
                      {{"path", "/Users/me@example.com/load"},
                       {"language", "PYTHON"},
                       {"content", "cHJpbnQoMSkK"}}},
                     {"/api/2.2/jobs/create", {{"name", "nightly"}, {"tags", {{"team", "etl"}}}}},
                     {"/api/2.2/jobs/create", {{"name", "hourly"}}}},
          .cut = {{"import", "--all", "--out", "imported", "--auto-approve"}},
          .again = {{"apply", "imported", "--auto-approve"}},
          .unless_written = "imported/dbplan.yml",
          .plan = {"plan", "imported"},
          .writes_files = true};
}

}  // namespace

std::vector<Scenario> all_scenarios() {
  return {first_apply(),
          every_kind_created(),
          change("update every kind", "every_kind"),
          change("replace", "replace"),
          change("rename by moved", "rename"),
          change("keys and places change", "places"),
          destroy(),
          adopt(),
          change("permissions and secrets", "access"),
          change("notebooks only", "notebooks"),
          bench(),
          two_at_once(),
          saved_plan(),
          import(),
          taken_back(),
          unwinnable()};
}

}  // namespace dbplan::faults
