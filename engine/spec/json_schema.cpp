#include "engine/spec/json_schema.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string>

#include "engine/spec/layout.hpp"
#include "engine/spec/permissions.hpp"
#include "engine/spec/resources.hpp"
#include "engine/spec/variables.hpp"

namespace dbplan {
namespace {

// What may stand for a value of any type: it is filled in later.
const Json& placeholder() {
  static const Json schema = {{"type", "string"}, {"pattern", "\\$\\{|\\{\\{"}};
  return schema;
}
Json or_placeholder(Json schema) {
  return {{"anyOf", Json::array({std::move(schema), placeholder()})}};
}
Json or_null(Json schema) {
  return {{"anyOf", Json::array({std::move(schema), {{"type", "null"}}})}};
}
// Numbers and booleans are taken as the text that they are.
Json scalar() { return {{"type", {"string", "number", "boolean"}}}; }
Json closed(Json properties) {
  return {
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}
Json refused(const std::string& what) {
  return {{"not", Json::object()}, {"description", what + ": not supported by dbplan yet"}};
}

Json of_shape(std::string_view name, Shape shape) {
  switch (shape) {
    case Shape::Text:
      return or_null(scalar());
    case Shape::Flag:
      return or_null(or_placeholder({{"type", "boolean"}}));
    case Shape::Count:
      return or_null(or_placeholder({{"type", "integer"}}));
    case Shape::Texts:
      return or_null({{"type", "array"}, {"items", scalar()}});
    case Shape::Maps:
      return or_null({{"type", "array"}, {"items", {{"type", "object"}}}});
    case Shape::Map:
      return or_null({{"type", "object"}});
    case Shape::Any:
      return Json::object();
    case Shape::Unsupported:
      break;
  }
  return refused(std::string(name));
}

std::string inner(std::string_view type, std::string_view prefix) {
  return std::string(type.substr(prefix.size(), type.size() - prefix.size() - 1));
}

class SchemaWriter {
 public:
  explicit SchemaWriter(std::span<const Kind* const> kinds) : kinds_(kinds) {}

  Json write() {
    Json root = frame("spec");
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema";
    root["title"] = "dbplan spec";
    Json& properties = root["properties"];
    fill_blocks(properties, false);
    properties["variables"] =
        or_null({{"type", "object"}, {"additionalProperties", or_null(variable())}});
    Json target = frame("target");
    fill_blocks(target["properties"], true);
    properties["targets"] =
        or_null({{"type", "object"}, {"additionalProperties", or_null(std::move(target))}});
    root["$defs"] = std::move(definitions_);
    return root;
  }

 private:
  static Json frame(std::string_view block) {
    Json properties = Json::object();
    for (const Entry& entry : frame_entries(block))
      properties[std::string(entry.name)] = of_shape(entry.name, entry.shape);
    return closed(std::move(properties));
  }

  // The blocks that a spec and its targets have in common. In a target a resource is a part of
  // one: nothing is required.
  void fill_blocks(Json& properties, bool partial) {
    for (const char* block : {"workspace", "presets", "sync", "run_as"})
      properties[block] = or_null(frame(block));
    Json bundle = frame("bundle");
    bundle["properties"]["git"] = or_null(frame("git"));
    properties["bundle"] = or_null(std::move(bundle));
    if (partial) properties["git"] = or_null(frame("git"));
    properties["permissions"] = or_null(grants(general_levels()));
    properties["resources"] = or_null(resources(partial));
  }

  static Json variable() {
    Json schema = frame("variable");
    Json types = Json::object();
    for (const std::string_view type : lookup_types()) types[std::string(type)] = scalar();
    Json lookup = closed(std::move(types));
    lookup["minProperties"] = lookup["maxProperties"] = 1;
    schema["properties"]["lookup"] = std::move(lookup);
    schema["properties"]["type"] = or_null({{"enum", {"complex", "string"}}});
    return schema;
  }

  Json resources(bool partial) {
    Json properties = Json::object();
    for (const Kind* kind : kinds_) {
      if (kind->home == Home::Part || !kind->parent_field.empty()) continue;
      properties[std::string(kind->name)] =
          or_null({{"type", "object"}, {"additionalProperties", resource(*kind, partial)}});
    }
    for (const std::string_view later : later_kinds())
      if (!properties.contains(later)) properties[std::string(later)] = refused(std::string(later));
    return closed(std::move(properties));
  }

  Json resource(const Kind& kind, bool partial) {
    Json schema = object(kind, kind.body_type, partial);
    Json& properties = schema["properties"];
    describe(kind, properties);
    const Json flag = {{"type", "boolean"}};
    Json lifecycle = {{"prevent_destroy", flag}, {"release", flag}};
    if (!kind.start.method.empty()) lifecycle["started"] = flag;
    properties["lifecycle"] = or_null(closed(std::move(lifecycle)));
    Json moved = closed({{"from", scalar()}});
    moved["required"] = {"from"};
    properties["moved"] = or_null(std::move(moved));
    if (kind.home == Home::Server) {
      Json adopt = closed({{"id", scalar()}, {"name", scalar()}});
      adopt["minProperties"] = adopt["maxProperties"] = 1;
      properties["adopt"] = or_null(std::move(adopt));
    }
    if (const ObjectLevels* levels = permission_levels(kind))
      properties["permissions"] = or_null(or_placeholder(grants(levels->levels)));
    if (kind.name == "secret_scopes") properties["secrets"] = or_null(secrets());
    properties["grants"] = refused("grants");
    return define(std::string(kind.name) + (partial ? "-part" : ""), std::move(schema));
  }

  static Json secrets() {
    Json secret = closed({{"env", scalar()}});
    secret["required"] = {"env"};
    return {{"type", "object"}, {"additionalProperties", std::move(secret)}};
  }

  static Json grants(std::span<const std::string_view> levels) {
    Json names = Json::array();
    for (const std::string_view level : levels) names.push_back(level);
    Json grant = closed({{"group_name", scalar()},
                         {"level", or_placeholder({{"enum", std::move(names)}})},
                         {"service_principal_name", scalar()},
                         {"user_name", scalar()}});
    grant["required"] = {"level"};
    grant["minProperties"] = grant["maxProperties"] = 2;  // the level and one principal
    return {{"type", "array"}, {"items", std::move(grant)}};
  }

  // Why a field is treated as it is, from the kind's rules.
  static void describe(const Kind& kind, Json& properties) {
    for (const FieldRule& rule : kind.fields) {
      const auto property = properties.find(rule.path);
      if (property == properties.end()) continue;
      const std::string what = rule.behaviour == Behaviour::ServerDefault ? "Default: "
                               : rule.behaviour == Behaviour::Immutable
                                   ? "A change replaces the object: "
                                   : "";
      (*property)["description"] = what + std::string(rule.why);
    }
  }

  Json object(const Kind& kind, std::string_view type_name, bool partial) {
    Json schema = closed(Json::object());
    const auto type = std::ranges::find(kind.schema->types, type_name, &SchemaType::name);
    if (type == kind.schema->types.end()) return Json::object();
    for (const SchemaField& field : type->fields) {
      if (field.output_only) continue;
      schema["properties"][std::string(field.name)] = of_type(kind, field.type, partial);
      if (field.required && !partial) schema["required"].push_back(field.name);
    }
    return schema;
  }

  Json of_type(const Kind& kind, std::string_view type, bool partial) {
    if (type == "any") return Json::object();
    if (type.starts_with("list<"))
      return or_placeholder(
          {{"type", "array"}, {"items", of_type(kind, inner(type, "list<"), partial)}});
    if (type.starts_with("map<"))
      return or_placeholder(
          {{"type", "object"},
           {"additionalProperties", of_type(kind, inner(type, "map<string,"), partial)}});
    if (type.starts_with("object:"))
      return or_placeholder(reference(kind, type.substr(7), partial));
    if (type.starts_with("enum:")) return choice(kind, type.substr(5));
    if (type == "bool") return or_placeholder({{"type", "boolean"}});
    if (type == "int64") return or_placeholder({{"type", "integer"}});
    if (type == "int")
      return or_placeholder({{"type", "integer"},
                             {"minimum", std::numeric_limits<std::int32_t>::min()},
                             {"maximum", std::numeric_limits<std::int32_t>::max()}});
    if (type == "number") return or_placeholder({{"type", "number"}});
    return scalar();
  }

  static Json choice(const Kind& kind, std::string_view name) {
    const auto found = std::ranges::find(kind.schema->enums, name, &SchemaEnum::name);
    if (found == kind.schema->enums.end()) return scalar();
    Json values = Json::array();
    for (const std::string_view value : found->values) values.push_back(value);
    return or_placeholder({{"enum", std::move(values)}});
  }

  // A type of the kind's schema, defined once; types may hold themselves.
  Json reference(const Kind& kind, std::string_view type, bool partial) {
    const auto owner = owners_.emplace(kind.schema, kind.name).first->second;
    const std::string name =
        std::string(owner) + "." + std::string(type) + (partial ? "-part" : "");
    if (!definitions_.contains(name)) {
      definitions_[name] = Json::object();
      Json made = object(kind, type, partial);
      definitions_[name] = std::move(made);
    }
    return pointer(name);
  }

  Json define(const std::string& name, Json schema) {
    definitions_[name] = std::move(schema);
    return pointer(name);
  }
  static Json pointer(const std::string& name) { return {{"$ref", "#/$defs/" + name}}; }

  std::span<const Kind* const> kinds_;
  std::map<const Schema*, std::string_view> owners_;  // who names the types of a schema
  Json definitions_ = Json::object();
};

}  // namespace

Json spec_json_schema(std::span<const Kind* const> kinds) { return SchemaWriter(kinds).write(); }

}  // namespace dbplan
