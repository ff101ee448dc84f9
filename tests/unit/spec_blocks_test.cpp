#include "tests/support/spec_check.hpp"

using namespace dbplan;
using namespace dbplan::test;

namespace {

LoadedSpecs job(const std::string& block, const std::string& others = "") {
  return load_text("resources:\n  jobs:\n    a:\n      " + block + "\n" + others);
}

LoadedSpecs skipping(const std::string& text) {
  SpecOptions options;
  options.skip_unsupported = true;
  return load_text(text, options);
}

}  // namespace

TEST_CASE("blocks: moved, adopt and lifecycle fill the resource and are no fields") {
  const auto loaded = load_text(R"(
resources:
  jobs:
    renamed: {moved: {from: jobs.old.name}, lifecycle: {release: true}}
    theirs: {adopt: {id: 123}}
    named: {adopt: {name: nightly}}
)");
  check_clean(loaded);
  const Resource& renamed = loaded.at("jobs", "renamed");
  REQUIRE(renamed.moved_from);
  CHECK(renamed.moved_from->text() == "jobs.old.name");
  CHECK(renamed.release);
  CHECK(renamed.body.empty());
  CHECK(loaded.at("jobs", "theirs").adopt->id == "123");
  CHECK(loaded.at("jobs", "theirs").adopt->name.empty());
  CHECK(loaded.at("jobs", "named").adopt->name == "nightly");
}

TEST_CASE("blocks: a move comes from an address that is gone, and only once") {
  check_one(job("moved: {from: jobs.b}", "    b: {name: b}\n"),
            "Move from what exists at 5: jobs.b", "still declared");
  check_one(job("moved: {from: jobs.x}", "    b: {moved: {from: jobs.x}}\n"),
            "Two moves from one address at 6: jobs.x", "\"jobs.a\"");
  check_one(job("moved: {from: clusters.x}"), "Wrong kind of address at 5: clusters.x", "key");
  check_one(job("moved: {from: old}"), "Not an address at 5: old", "jobs.<key>");
  check_one(job("moved: {}"), "Missing field at 5: {", "\"from\"");
  check_one(job("moved: {frm: jobs.x, from: jobs.y}"), "Unknown field at 5: frm", "\"from\"");
  check_one(job("moved: jobs.x"), "Wrong type at 5: jobs.x", "a map");
}

TEST_CASE("blocks: adopt names an object in one way") {
  check_one(job("adopt: {}"), "Missing field at 5: adopt", "exactly one");
  check_one(job("adopt: {id: 1, name: x}"), "Conflicting fields at 5: adopt", "exactly one");
  check_one(load_text("resources: {jobs: {j: {}}, schedules: {s: {job: j, adopt: {id: 1}, "
                      "periodic: {interval: 1, unit: DAYS}}}}\n"),
            "Unknown field at 2: adopt", "nothing to adopt");
}

TEST_CASE("blocks: what bundles know and dbplan does not do can be left out") {
  const auto loaded = skipping(R"(
artifacts: {}
scripts: {}
resources:
  pipelines: {p: {name: x}}
  jobs: {j: {name: n, grants: []}}
)");
  CHECK(briefs(loaded) == std::vector<std::string>{"Not supported yet at 3: artifacts",
                                                   "Not supported yet at 4: scripts",
                                                   "Not supported yet at 6: pipelines",
                                                   "Not supported yet at 7: grants"});
  for (const Diagnostic& problem : loaded.problems)
    CHECK(problem.severity == Diagnostic::Severity::Warning);
  CHECK(loaded.at("jobs", "j").body == Json{{"name", "n"}});
}

TEST_CASE("blocks: an id of what dbplan does not manage is an error, also when it is left out") {
  const auto loaded = skipping(
      "resources: {pipelines: {p: {}}, jobs: {j: {tasks: [{task_key: t, pipeline_task: "
      "{pipeline_id: '${resources.pipelines.p.id}'}}]}}}\n");
  REQUIRE(loaded.problems.size() == 2);
  CHECK(loaded.problems[1].summary == "Unknown reference");
  CHECK(loaded.problems[1].detail.find("lookup") != std::string::npos);
}

TEST_CASE("blocks: run_as reaches the jobs that say nothing themselves") {
  const std::string resources =
      "resources: {jobs: {a: {}, b: {run_as: {user_name: you@example.com}}}}\n";
  const auto loaded = load_text("run_as: {service_principal_name: app}\n" + resources);
  check_clean(loaded);
  CHECK(loaded.at("jobs", "a").body["run_as"] == Json{{"service_principal_name", "app"}});
  CHECK(loaded.at("jobs", "b").body["run_as"] == Json{{"user_name", "you@example.com"}});
  const auto target = load_text(
      "run_as: {service_principal_name: app}\n"
      "targets: {dev: {run_as: {user_name: me@example.com}}}\n" +
      resources);
  check_clean(target);
  CHECK(target.at("jobs", "a").body["run_as"] == Json{{"user_name", "me@example.com"}});
  check_one(load_text("run_as: {user_name: x, service_principal_name: y}\n"),
            "Conflicting fields at 2: {", "or a service principal");
  check_one(load_text("run_as: {user: x}\n"), "Unknown field at 2: user", "run_as");
}
