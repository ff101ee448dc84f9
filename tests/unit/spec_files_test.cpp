#include "tests/support/spec_check.hpp"

using namespace dbplan;
using namespace dbplan::test;

namespace {

SpecOptions at(const std::string& path) {
  SpecOptions options;
  options.path = path;
  return options;
}

const std::string kBundle = "bundle: {name: b}\n";
std::string job(const std::string& key) { return "resources: {jobs: {" + key + ": {name: n}}}\n"; }

}  // namespace

TEST_CASE("files: a folder without a root file is all YAML below it") {
  const auto loaded = load_files({{"specs/a.yml", kBundle + job("a")},
                                  {"specs/deep/b.yaml", job("b")},
                                  {"specs/notes.txt", "no: spec"},
                                  {"other/c.yml", "no: spec"}},
                                 at("specs"));
  check_clean(loaded);
  CHECK(loaded.desired.resources.size() == 2);
}

TEST_CASE("files: a root file and what it includes") {
  const auto loaded = load_files({{"dbplan.yml", kBundle + "include: [jobs/*.yml, one.yml]\n"},
                                  {"jobs/a.yml", job("a")},
                                  {"jobs/deep/b.yml", job("no")},
                                  {"one.yml", job("one")},
                                  {"stray.yml", "no: spec"}});
  check_clean(loaded);
  CHECK(loaded.desired.resources.size() == 2);
}

TEST_CASE("files: ** in an include reaches every depth, and a file counts once") {
  const auto loaded = load_files({{"databricks.yml", kBundle + "include: ['**/*.yml', a.yml]\n"},
                                  {"a.yml", job("a")},
                                  {"x/y/b.yml", job("b")}});
  check_clean(loaded);
  CHECK(loaded.desired.resources.size() == 2);
}

TEST_CASE("files: one file by name") {
  const auto loaded =
      load_files({{"x/jobs.yml", kBundle + job("a")}, {"x/b.yml", "no: spec"}}, at("x/jobs.yml"));
  check_clean(loaded);
  CHECK(loaded.desired.resources.size() == 1);
}

TEST_CASE("files: nothing of that name, an empty folder, two root files") {
  const auto none = load_files({{"a.yml", kBundle}}, at("specs"));
  check_one(none, "No such spec at 0: ", "Name a spec file");
  CHECK(none.problems[0].where.file == "specs");
  check_one(load_files({{"specs/a.txt", ""}}, at("specs")), "No spec files at 0: ", "dbplan.yml");
  check_one(load_files({{"dbplan.yml", kBundle}, {"databricks.yml", kBundle}}),
            "Two root files at 0: ", "Rename or remove one");
}

TEST_CASE("files: a missing include is an error, a glob without files is none") {
  check_one(load_text("include: [nowhere.yml]\n"), "Missing file at 2: nowhere.yml", "nowhere.yml");
  check_clean(load_text("include: [none/*.yml]\n"));
}

TEST_CASE("files: includes stay inside the project") {
  check_one(load_text("include:\n  - ../secret.yml\n"), "Outside the project at 3: ../secret.yml",
            "leads out");
  check_one(load_text("include:\n  - /etc/passwd\n"), "Outside the project at 3: /etc/passwd",
            "leads out");
}

TEST_CASE("files: an included file includes nothing") {
  const auto loaded =
      load_files({{"dbplan.yml", kBundle + "include: [a.yml]\n"}, {"a.yml", "include: [b.yml]\n"}});
  check_one(loaded, "Include inside an included file at 1: include", "dbplan.yml:2");
}

TEST_CASE("files: what two files both define is an error that names both") {
  const auto loaded = load_files({{"dbplan.yml", kBundle + "include: [a.yml, b.yml]\n"},
                                  {"a.yml", job("x")},
                                  {"b.yml", "\n" + job("x")}});
  check_one(loaded, "Defined twice at 2: x", "a.yml:1");
  check_one(load_files({{"a.yml", kBundle}, {"b.yml", "bundle: {name: c}\n"}}),
            "Defined twice at 1: name", "a.yml:1");
}

TEST_CASE("files: blocks of several files are joined, targets too") {
  const auto loaded = load_files(
      {{"dbplan.yml", kBundle + "include: [a.yml, b.yml]\nvariables: {v: {default: 1}}\n"
                                "targets: {dev: {variables: {v: 2}}}\nresources:\n"},
       {"a.yml", "variables: {w: {default: '${var.v}'}}\n" + job("x")},
       {"b.yml", "targets: {dev: {resources: {jobs: {x: {description: '${var.w}'}}}}}\n"}});
  check_clean(loaded);
  CHECK(loaded.at("jobs", "x").body["description"] == "2");
}

TEST_CASE("files: while one file is broken, what it may define is no second mistake") {
  const auto loaded =
      load_files({{"dbplan.yml", kBundle + "include: [a.yml, b.yml]\n"},
                  {"a.yml", "resources: [\n"},
                  {"b.yml",
                   "resources: {jobs: {x: {name: '${var.later}', nam: 1, tasks: [{task_key: t, "
                   "existing_cluster_id: '${resources.clusters.c.id}', notebook_task: "
                   "{notebook_path: /a}}]}}}\n"}});
  CHECK(briefs(loaded) ==
        std::vector<std::string>{"Invalid YAML at 2: ", "Unknown field at 1: nam"});
}

TEST_CASE("files: top-level mistakes") {
  check_one(load_text("resource: {}\n"), "Unknown field at 2: resource", "\"resources\"");
  check_one(load_text("resources: []\n"), "Wrong type at 2: [", "a list");
  check_one(load_text("include: a.yml\n"), "Wrong type at 2: a.yml", "a list of texts");
  check_one(load_text("presets: {name_prefx: x}\n"), "Unknown field at 2: name_prefx",
            "\"name_prefix\"");
  check_one(load_text("targets: {dev: {defalt: true}}\n"), "Unknown field at 2: defalt",
            "\"default\"");
  check_one(load_text("targets: {dev: {default: 1}}\n"), "Wrong type at 2: 1", "true or false");
  check_one(load_text("targets: {dev: 3}\n"), "Wrong type at 2: 3", "is a map");
  check_one(load_text("variables: {v: 3}\n"), "Wrong type at 2: 3", "\"variables\"");
  check_one(load_text("variables: {v: {defalt: 3}}\n"), "Unknown field at 2: defalt",
            "\"default\"");
}

TEST_CASE("files: what bundles know and dbplan does not do yet is refused by name") {
  for (const char* block : {"artifacts", "scripts", "python", "experimental"}) {
    CAPTURE(block);
    check_one(load_text(std::string(block) + ": {}\n"),
              std::string("Not supported yet at 2: ") + block, block);
  }
  check_one(load_text("targets: {dev: {artifacts: {}}}\n"), "Not supported yet at 2: artifacts",
            "artifacts");
  check_one(load_text("resources: {pipelines: {}}\n"), "Not supported yet at 2: pipelines",
            "resources.pipelines");
}

TEST_CASE("files: a spec needs a name") {
  check_one(load_files({{"dbplan.yml", "resources: {}\n"}}),
            "Missing bundle name at 0: ", "bundle:");
}

TEST_CASE("files: the order of files and keys does not matter") {
  const auto one = load_files({{"a.yml", kBundle + job("x")}, {"b.yml", job("y")}});
  const auto two = load_files({{"a.yml", job("y")}, {"b.yml", job("x") + kBundle}});
  check_clean(one);
  check_clean(two);
  REQUIRE(one.desired.resources.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(one.desired.resources[i].address == two.desired.resources[i].address);
    CHECK(one.desired.resources[i].body == two.desired.resources[i].body);
  }
}
