#include <doctest/doctest.h>

#include <set>

#include "engine/spec/json_schema.hpp"
#include "providers/databricks/kinds/kinds.hpp"

using namespace dbplan;

namespace {

void collect_references(const Json& value, std::set<std::string>& found) {
  if (value.is_object())
    if (const auto reference = value.find("$ref"); reference != value.end())
      found.insert(reference->get<std::string>());
  if (value.is_structured())
    for (const Json& item : value) collect_references(item, found);
}

}  // namespace

TEST_CASE("schema: every definition is used, and every reference leads to one") {
  const Json schema = spec_json_schema(databricks::databricks_kinds());
  std::set<std::string> references, definitions;
  collect_references(schema, references);
  for (const auto& [name, definition] : schema["$defs"].items())
    definitions.insert("#/$defs/" + name);
  CHECK(references == definitions);
}

TEST_CASE("schema: every kind that is declared by itself has its fields and the blocks") {
  const Json schema = spec_json_schema(databricks::databricks_kinds());
  for (const Kind* kind : databricks::databricks_kinds()) {
    CAPTURE(kind->name);
    const bool is_own = kind->home != Home::Part && kind->parent_field.empty();
    CHECK(schema["$defs"].contains(kind->name) == is_own);
    if (!is_own) continue;
    const Json& properties = schema["$defs"][std::string(kind->name)]["properties"];
    CHECK(properties.contains("lifecycle"));
    CHECK(properties.contains("moved"));
  }
  CHECK(schema["$defs"]["jobs"]["properties"].contains("permissions"));
  CHECK_FALSE(schema["$defs"]["schedules"]["properties"].contains("permissions"));
  for (const auto& [name, definition] : schema["$defs"].items()) {
    if (name.ends_with(".Task")) CHECK(definition["required"] == Json::array({"task_key"}));
    if (name.ends_with("-part")) CHECK_FALSE(definition.contains("required"));
  }
}
