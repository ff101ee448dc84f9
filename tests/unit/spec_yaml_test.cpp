#include "tests/support/spec_check.hpp"

using namespace dbplan;
using namespace dbplan::test;

TEST_CASE("yaml: anchors, aliases and merge keys work") {
  const auto loaded = load_text(R"(
resources:
  clusters:
    a: &shape
      cluster_name: one
      spark_version: x
      num_workers: 1
      spark_conf: &conf {p: q}
    b:
      <<: *shape
      cluster_name: two
    c:
      <<: [{num_workers: 5}, *shape]
      spark_conf: *conf
)");
  check_clean(loaded);
  CHECK(
      canonical(loaded.at("clusters", "b").body) ==
      R"({"autotermination_minutes":60,"cluster_name":"two","num_workers":1,"spark_conf":{"p":"q"},"spark_version":"x"})");
  CHECK(loaded.at("clusters", "c").body["num_workers"] == 5);
  CHECK(loaded.at("clusters", "c").body["cluster_name"] == "one");
}

TEST_CASE("yaml: a merge key with a value that is no map is an error") {
  check_one(load_text("resources: {jobs: {a: {<<: 3, name: x}}}\n"), "Wrong merge key at 2: <<",
            "takes a map");
}

TEST_CASE("yaml: a duplicate key is an error at the second one") {
  check_one(load_text("resources:\n  jobs:\n    a:\n      name: x\n      description: y\n"
                      "      name: z\n"),
            "Duplicate key at 7: name", "at line 5");
}

TEST_CASE("yaml: duplicate keys are found in large maps too") {
  std::string text = "variables:\n";
  for (int i = 0; i < 40; ++i) text += "  v" + std::to_string(i) + ": {default: 1}\n";
  check_one(load_text(text + "  v3: {default: 2}\n"), "Duplicate key at 43: v3", "at line 6");
}

TEST_CASE("yaml: broken text is reported where it breaks") {
  const auto loaded = load_text("resources:\n  jobs: [\n");
  REQUIRE(loaded.problems.size() == 1);
  CHECK(loaded.problems[0].summary == "Invalid YAML");
  CHECK(loaded.problems[0].where.line >= 3);
}

TEST_CASE("yaml: a tab in the indentation is explained") {
  const auto loaded = load_text("resources:\n\tjobs: {}\n");
  REQUIRE(loaded.problems.size() == 1);
  CHECK(loaded.problems[0].summary == "Invalid YAML");
  CHECK(loaded.problems[0].where.line == 3);
  CHECK(loaded.problems[0].detail.find("tab") != std::string::npos);
}

TEST_CASE("yaml: an alias without anchor is explained") {
  check_one(load_text("resources: {jobs: {a: *nobody}}\n"), "Invalid YAML at 2: *nobody",
            "anchor that does not exist");
}

TEST_CASE("yaml: an alias inside its own anchor is an error, not a loop") {
  check_one(load_text("resources: &r\n  jobs: *r\n"), "Alias inside its anchor at 3: *r",
            "Remove it");
}

TEST_CASE("yaml: aliases cannot multiply without end") {
  std::string text = "variables:\n  a0: {type: complex, default: &a0 [1,1,1,1,1,1,1,1,1,1]}\n";
  for (int i = 1; i < 12; ++i) {
    const std::string n = std::to_string(i), before = "*a" + std::to_string(i - 1);
    text += "  a" + n + ": {type: complex, default: &a" + n + " [" + before;
    for (int k = 0; k < 9; ++k) text += "," + before;
    text += "]}\n";
  }
  const auto loaded = load_text(text);
  REQUIRE(loaded.problems.size() == 1);
  CHECK(loaded.problems[0].summary == "Too much nesting");
}

TEST_CASE("yaml: endless nesting is refused, not a crash") {
  const auto loaded = load_text("resources: " + std::string(5000, '[') + "\n");
  REQUIRE(loaded.problems.size() == 1);
  CHECK(loaded.problems[0].where.line == 2);
}

TEST_CASE("yaml: one document a file") {
  check_one(load_text("---\nresources: {}\n"), "Several documents at 3: resources",
            "file of its own");
  check_clean(load_text("resources: {}\n---\n"));
}

TEST_CASE("yaml: keys are texts") {
  check_one(load_text("resources: {jobs: {a: {name: {{x}}}}}\n"), "Key is no text at 2: {",
            "Quote it");
  check_one(load_text("resources:\n  jobs:\n    : {name: x}\n"),
            "Key is no text at 4: :", "must be text");
}

TEST_CASE("yaml: tags of one's own are refused") {
  check_one(load_text("resources: {jobs: {a: {name: !secret x}}}\n"),
            "Unknown YAML tag at 2: !secret x", "!secret");
}

TEST_CASE("yaml: a file that is no UTF-8 is refused at its first bad byte") {
  check_one(load_text("resources:\n  jobs: {a: {name: \"\xFF\"}}\n"), "Not UTF-8 at 3: \xFF\"",
            "UTF-8");
}

TEST_CASE("yaml: a byte order mark is no mistake and shifts no column") {
  const auto loaded = load_files({{"dbplan.yml",
                                   "\xEF\xBB\xBF"
                                   "bundle: {nam: b}\n"}});
  REQUIRE(loaded.problems.size() == 2);
  CHECK(loaded.problems[1].where.column == 10);
}

TEST_CASE("yaml: columns count characters, not bytes") {
  const auto loaded = load_text("resources: {jobs: {größe: {nam: x}}}\n");
  check_one(loaded, "Unknown field at 2: nam", "\"name\"");
  CHECK(loaded.problems[0].where.column == 28);
}

TEST_CASE("yaml: a file that is a list is no spec") {
  check_one(load_files({{"dbplan.yml", "- a\n"}}), "Wrong type at 1: -", "a list");
}

TEST_CASE("yaml: block texts, quotes and escapes arrive as meant") {
  const auto loaded = load_text(R"(
resources:
  jobs:
    a:
      name: "tab\tquote\" ${{x}}"
      description: |
        two
        lines
)");
  check_clean(loaded);
  CHECK(loaded.at("jobs", "a").body["name"] == "tab\tquote\" ${{x}}");
  CHECK(loaded.at("jobs", "a").body["description"] == "two\nlines\n");
}

TEST_CASE("yaml: an unquoted cron expression inside braces is explained") {
  check_one(
      load_text("resources: {schedules: {s: {quartz_cron_expression: 0 0 6 * * ?, job: j}}}\n"),
      "Invalid YAML at 2: ?", "into quotes");
}

TEST_CASE("yaml: a key that only holds anchors is no mistake, a misspelt one is") {
  const std::string use = "resources: {clusters: {c: {<<: *c, num_workers: 1}}}\n";
  check_clean(load_text("definitions:\n  c: &c {spark_version: x}\n" + use));
  check_clean(load_text("definitions: &c {spark_version: x}\n" + use));
  check_one(load_text("variable:\n  c: &c {spark_version: x}\n" + use),
            "Unknown field at 2: variable", "\"variables\"");
  check_one(load_text("definitions: {spark_version: x}\n"), "Unknown field at 2: definitions",
            "not a field of the spec");
}
