#include <doctest/doctest.h>

#include <random>

#include "engine/import/readable.hpp"
#include "engine/import/yaml_text.hpp"
#include "engine/spec/compute.hpp"
#include "providers/databricks/kinds/kinds.hpp"
#include "tests/support/spec_check.hpp"

using namespace dbplan;

namespace {

const Kind& kind(std::string_view name) { return *find_kind(databricks::databricks_kinds(), name); }

/// Texts that YAML, a shell or a person might take for something else.
const std::vector<std::string> kTexts = {"plain",
                                         "two words",
                                         "",
                                         " ",
                                         " lead",
                                         "trail ",
                                         "yes",
                                         "No",
                                         "null",
                                         "~",
                                         "true",
                                         "1",
                                         "-1",
                                         "007",
                                         "1e3",
                                         "0x1F",
                                         "1_000",
                                         "12:30:45",
                                         "2026-03-01",
                                         ".5",
                                         "-.inf",
                                         "a: b",
                                         "a:",
                                         "a #b",
                                         "#a",
                                         "- a",
                                         "-",
                                         "? a",
                                         "[a]",
                                         "{a}",
                                         "*a",
                                         "&a",
                                         "!a",
                                         "|",
                                         ">",
                                         "@a",
                                         "`a`",
                                         "%a",
                                         "'a'",
                                         "\"a\"",
                                         "a'b\"c",
                                         "back\\slash",
                                         "tab\there",
                                         "\ttab",
                                         "two\nlines",
                                         "three\nlines\n",
                                         "ends\n\n\n",
                                         "\nstarts",
                                         "  indented\nthen not",
                                         "not\n  then indented\n",
                                         "a\r\nb",
                                         "\n",
                                         "---",
                                         "--- a",
                                         "...",
                                         "/Users/me@example.com/x",
                                         "./x.py",
                                         "{{job.id}}",
                                         "${HOME}",
                                         "é ü 漢字",
                                         "🚀",
                                         "bell\x07",
                                         "escape\x1b[31m",
                                         "del\x7f",
                                         "zero\u200bwidth",
                                         "\ufeffmark",
                                         "\u2028line",
                                         "a, b",
                                         "a]b",
                                         "x=y",
                                         "<<",
                                         "=",
                                         "0 0 7 ? * MON-FRI",
                                         "17.3.x-scala2.13",
                                         "1.0",
                                         "1.0.0",
                                         "long " + std::string(300, 'x') + " text"};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }
  const std::string& text() { return kTexts[below(kTexts.size())]; }

  Json map() {
    Json map = Json::object();
    for (std::size_t i = below(4); i > 0; --i) map[text() + std::to_string(i)] = text();
    return map;
  }

  /// A body of that type as far as the schema tells; what only a server can judge is left out.
  Json value(const Schema& schema, std::string_view type, int depth) {
    if (type.starts_with("list<")) {
      Json list = Json::array();
      for (std::size_t i = below(3); i > 0; --i)
        list.push_back(value(schema, type.substr(5, type.size() - 6), depth));
      return list;
    }
    if (type.starts_with("map<")) return map();
    if (type.starts_with("enum:")) {
      const auto found = std::ranges::find(schema.enums, type.substr(5), &SchemaEnum::name);
      return std::string(found->values[below(found->values.size())]);
    }
    if (type.starts_with("object:")) return object(schema, type.substr(7), depth + 1);
    if (type == "bool") return below(2) == 1;
    if (type == "int" || type == "int64")
      return std::uniform_int_distribution<std::int64_t>(-9, 1'000'000)(random_);
    if (type == "number") return 0.25 * static_cast<double>(below(100));
    return text();
  }

  Json object(const Schema& schema, std::string_view name, int depth) {
    Json json = Json::object();
    const auto type = std::ranges::find(schema.types, name, &SchemaType::name);
    for (const SchemaField& field : type->fields)
      if (field.required || (!field.output_only && below(3) == 0 && depth < 4))
        json[std::string(field.name)] = value(schema, field.type, depth);
    return json;
  }

 private:
  std::mt19937 random_;
};

/// Null, {} and [] count as absent.
Json without_empty(const Json& value) {
  if (!value.is_structured()) return value;
  Json kept = value.is_object() ? Json::object() : Json::array();
  for (const auto& [key, item] : value.items()) {
    Json below = without_empty(item);
    if (value.is_array())
      kept.push_back(below);
    else if (!below.is_null() && !(below.is_structured() && below.empty()))
      kept[key] = below;
  }
  return kept;
}

std::string spec_of(const Kind& of, const Json& body) {
  const RuleNode rules = index_rules(of);
  return "resources:\n  " + std::string(of.name) + ":\n    x:\n" +
         yaml_text(body, 6, &rules, of.name_field);
}

Json read_back(const Kind& of, const Json& body) {
  const std::string text = spec_of(of, body);
  CAPTURE(text);
  const auto loaded = test::load_text(text);
  for (const Diagnostic& problem :
       loaded.problems)  // a warning of a cluster without workers is fine
    CHECK_MESSAGE(problem.severity == Diagnostic::Severity::Warning, problem.detail);
  return loaded.at(std::string(of.name), "x").body;
}

/// As the loader completes a cluster: what is decided goes, what the API would fill in comes.
Json completed(const Kind& of, Json body) {
  const SourceFiles files;
  Diagnostics problems;
  Reporter report(files, problems);
  complete_compute(of, Node{}, body, Place{}, report);
  return without_empty(body);
}

}  // namespace

TEST_CASE("every text comes back from YAML as it went, as a value and as a key") {
  for (const std::string& text : kTexts) {
    const Json body = {{"cluster_name", text},
                       {"spark_version", "1"},
                       {"num_workers", 1},
                       {"autotermination_minutes", 10},
                       {"spark_conf", {{"k" + text, text}}}};
    CHECK(read_back(kind("clusters"), body) == body);
  }
}

TEST_CASE("generated clusters, pools and policies come back from YAML as they went") {
  for (const char* name : {"clusters", "instance_pools", "cluster_policies"}) {
    const Kind& of = kind(name);
    for (unsigned seed = 0; seed < 150; ++seed) {
      CAPTURE(seed);
      Generator generator(seed);
      Json body = without_empty(generator.object(*of.schema, of.body_type, 0));
      body.erase("definition");  // JSON text is written with other spaces: see below
      body.erase("policy_family_definition_overrides");
      if (!body.empty()) CHECK(without_empty(read_back(of, body)) == completed(of, body));
    }
  }
}

TEST_CASE("generated jobs come back from YAML as they went") {
  for (unsigned seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    Json body = {{"name", generator.text()},
                 {"description", generator.text()},
                 {"tags", generator.map()},
                 {"timeout_seconds", generator.below(1000)}};
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < 1 + generator.below(3); ++i) {
      Json task = {
          {"task_key", "t" + std::to_string(i)},
          {"notebook_task",
           {{"notebook_path", "/Users/me@example.com/n"}, {"base_parameters", generator.map()}}},
          {"description", generator.text()}};
      if (!keys.empty()) task["depends_on"] = {{{"task_key", keys[generator.below(keys.size())]}}};
      keys.push_back(task["task_key"]);
      body["tasks"].push_back(task);
    }
    body = without_empty(body);
    CHECK(without_empty(read_back(kind("jobs"), body)) == body);
  }
}

TEST_CASE("what is plain stays plain, and a name comes first") {
  const Json body = *parse_json(R"({
    "name": "nightly", "timeout_seconds": 60,
    "tasks": [{"notebook_task": {"notebook_path": "../notebooks/load.py"}, "task_key": "load"}],
    "description": "first\nsecond\n", "tags": {"team": "etl", "on": "yes"}})");
  const RuleNode rules = index_rules(kind("jobs"));
  CHECK(yaml_text(body, 2, &rules, "name") == R"(  name: nightly
  description: |
    first
    second
  timeout_seconds: 60
  tags:
    "on": "yes"
    team: etl
  tasks:
    - task_key: load
      notebook_task:
        notebook_path: ../notebooks/load.py
)");
}

TEST_CASE("only what a reader of YAML could mistake is quoted") {
  for (const char* text : {"0101-000001-361e359a", "17.3.x-scala2.13", "3 days", "i3.xlarge", "a:b",
                           "Ünïcödé", "2026-W10", "12-34"})
    CHECK(yaml_scalar(text) == text);
  for (const char* text : {"12:30", "1e3", "0x1F", "2026-03-01", "2026-03-01 12:00", "+1", "-.5",
                           "1_000", "1.", "- a", "a: b", "tab\t"})
    CHECK(yaml_scalar(text).front() == '"');
}

TEST_CASE("JSON in a text stands in lines of its own") {
  const Json body = {{"name", "p"}, {"definition", R"({"a":{"type":"fixed"}})"}};
  const RuleNode rules = index_rules(kind("cluster_policies"));
  const std::string text = yaml_text(body, 0, &rules, "name");
  CHECK(text.find("definition: |-\n  {\n    \"a\": {\n") != std::string::npos);
}

TEST_CASE("a readable body leaves out what the server alone writes and what the table explains") {
  std::vector<std::string> notes;
  const Json live = *parse_json(R"({
    "name": "n", "format": "MULTI_TASK", "max_concurrent_runs": 1, "timeout_seconds": 0,
    "queue": {"enabled": true}, "email_notifications": {}, "tags": {"dbplan": "12345678.jobs.n"},
    "continuous": {"pause_status": "UNPAUSED"}, "of_tomorrow": 1,
    "tasks": [{"task_key": "t", "run_if": "ALL_SUCCESS",
               "notebook_task": {"notebook_path": "/n", "source": "WORKSPACE"},
               "new_cluster": {"node_type_id": "a", "driver_node_type_id": "a", "num_workers": 2,
                               "spark_version": "17.3"}}]})");
  const Json expected = *parse_json(R"({
    "name": "n", "continuous": {"pause_status": "UNPAUSED"},
    "tasks": [{"task_key": "t", "notebook_task": {"notebook_path": "/n"},
               "new_cluster": {"node_type_id": "a", "num_workers": 2, "spark_version": "17.3"}}]})");
  CHECK(readable_body(kind("jobs"), live, notes) == expected);
  CHECK(notes ==
        std::vector<std::string>{"of_tomorrow is left out: dbplan does not know this field"});
}

TEST_CASE("only a dotted name in ${} is a reference to a spec") {
  CHECK(find_interpolation(*parse_json(R"({"a": ["${HOME}", "$x.y", "{{job.id}}"]})")).empty());
  CHECK(find_interpolation(*parse_json(R"({"a": ["x ${b.c} y"]})")) == "${b.c}");
  CHECK(find_interpolation(*parse_json(R"({"${b.c}": 1})")) == "${b.c}");
}
