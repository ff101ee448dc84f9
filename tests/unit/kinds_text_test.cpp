#include "engine/report/kinds_text.hpp"

#include <doctest/doctest.h>

#include "providers/databricks/kinds/kinds.hpp"

using namespace dbplan;

namespace {

const Kind& kind(std::string_view name) { return *find_kind(databricks::databricks_kinds(), name); }

std::string text_of(std::string_view kind_name, std::string_view path) {
  const auto tree = describe_field(kind(kind_name), path);
  return tree ? field_tree_text(kind(kind_name), *tree) : tree.error().message;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("one field tells its type, its default and why a difference is no difference") {
  const std::string text = text_of("jobs", "tasks.run_if");
  CHECK(holds(text, "jobs.tasks.run_if\n"));
  CHECK(holds(text, "ALL_SUCCESS"));
  CHECK(holds(text, "server default  \"ALL_SUCCESS\"\n            ALL_SUCCESS unless set"));
  CHECK(text_of("jobs", "tasks[*].run_if") == text);
}

TEST_CASE("rules are found behind lists and maps") {
  CHECK(holds(text_of("jobs", "job_clusters.new_cluster.node_type_id"), "from the pool or policy"));
  CHECK(holds(text_of("jobs", "tasks"), "list      matched by task_key"));
  CHECK(holds(text_of("jobs", "tasks"), "tasks.notebook_task"));
  CHECK(holds(text_of("benchmarks", "arms"), "arms.job"));
}

TEST_CASE("an unknown field names a near one") {
  CHECK(text_of("jobs", "tasks.runif") ==
        "jobs.tasks has no field \"runif\"; did you mean \"run_if\"?");
  CHECK(holds(text_of("jobs", "name.first"), "name has no fields of its own"));
  CHECK(holds(text_of("jobs", "zzzzzzz"), "dbplan kinds jobs lists them"));
}

TEST_CASE("every field of every kind can be described, and every rule is told by some field") {
  for (const Kind* each : databricks::databricks_kinds()) {
    CAPTURE(each->name);
    const auto tree = describe_field(*each, "");
    REQUIRE(tree);
    CHECK(!tree->below.empty());
    for (const FieldInfo& field : tree->below) {
      const auto own = describe_field(*each, field.path);
      REQUIRE(own);
      CHECK(own->field->type == field.type);
    }
    const Json json = field_tree_json(*each, *tree);
    CHECK(json["fields"].size() == tree->below.size());
  }
  CHECK(holds(kinds_text(databricks::databricks_kinds()), "jobs"));
}
