#include "engine/report/kinds_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/diagnostic.hpp"
#include "engine/base/text.hpp"
#include "engine/plan/rules.hpp"

namespace dbplan {
namespace {

const SchemaType* find_type(const Schema& schema, std::string_view name) {
  const auto found = std::ranges::find(schema.types, name, &SchemaType::name);
  return found == schema.types.end() ? nullptr : &*found;
}

/// What lies inside of list<...> and map<string,...>.
std::string_view inner_of(std::string_view type) {
  for (const std::string_view outer : {"list<", "map<string,"})
    if (type.starts_with(outer)) {
      type.remove_prefix(outer.size());
      type.remove_suffix(1);
      return inner_of(type);
    }
  return type;
}

std::string type_text(const Schema& schema, std::string_view type) {
  if (type.starts_with("list<"))
    return "list of " + type_text(schema, type.substr(5, type.size() - 6));
  if (type.starts_with("map<string,"))
    return "map to " + type_text(schema, type.substr(11, type.size() - 12));
  if (type.starts_with("object:")) return std::string(type.substr(7));
  if (!type.starts_with("enum:")) return std::string(type.substr(0, type.find(':')));
  const auto found = std::ranges::find(schema.enums, type.substr(5), &SchemaEnum::name);
  if (found == schema.enums.end()) return "string";
  return fmt::format("one of {}", fmt::join(found->values, ", "));
}

/// The rules below a field, behind the lists that its type wraps around it.
const RuleNode* below_lists(const RuleNode* node, std::string_view type) {
  for (; type.starts_with("list<") || type.starts_with("map<string,");) {
    const bool list = type.starts_with("list<");
    node = list ? items(node) : member(node, "*");
    type.remove_prefix(list ? 5 : 11);
    type.remove_suffix(1);
  }
  return node;
}

FieldInfo info_of(const Kind& kind, const SchemaField& field, const std::string& parent,
                  const RuleNode* node) {
  FieldInfo info{
      .path = parent.empty() ? std::string(field.name) : parent + "." + std::string(field.name),
      .type = type_text(*kind.schema, field.type),
      .required = field.required,
      .rules = node ? node->rules() : std::vector<const FieldRule*>{},
      .output_only = field.output_only,
      .list = {}};
  if (const KeyedList* list = list_rule(node))
    info.list =
        list->key.empty() ? "order carries no meaning" : "matched by " + std::string(list->key);
  return info;
}

std::unexpected<Error> no_such_field(const Kind& kind, const SchemaType& type,
                                     const std::string& parent, const std::string& name) {
  std::vector<std::string> names;
  for (const SchemaField& field : type.fields) names.emplace_back(field.name);
  const std::string near = nearest(name, names);
  const std::string where = std::string(kind.name) + (parent.empty() ? "" : "." + parent);
  return fail(Error::Code::NotFound,
              fmt::format("{} has no field \"{}\"{}", where, name,
                          near.empty() ? "; dbplan kinds " + std::string(kind.name) +
                                             (parent.empty() ? "" : " " + parent) + " lists them"
                                       : "; did you mean \"" + near + "\"?"));
}

std::string_view behaviour_name(Behaviour behaviour) {
  switch (behaviour) {
    case Behaviour::ReadOnly:
      return "read-only";
    case Behaviour::WriteOnly:
      return "write-only";
    case Behaviour::ServerDefault:
      return "server default";
    case Behaviour::Immutable:
      return "immutable";
    case Behaviour::Secret:
      return "secret";
    case Behaviour::JsonText:
      return "JSON text";
    case Behaviour::AnyCase:
      return "any case";
  }
  return "";
}

std::string rule_text(const FieldRule& rule) {
  std::string text(behaviour_name(rule.behaviour));
  if (!rule.value.empty()) text += " " + std::string(rule.value);
  return text + ": " + std::string(rule.why);
}

/// What is worth knowing of a field besides its type, in one line.
std::string notes_of(const FieldInfo& field) {
  std::vector<std::string> notes;
  if (field.output_only) notes.emplace_back("read-only: written by the server");
  for (const FieldRule* rule : field.rules) notes.push_back(rule_text(*rule));
  if (!field.list.empty()) notes.push_back(field.list);
  return fmt::format("{}", fmt::join(notes, "; "));
}

std::string_view home_text(const Kind& kind) {
  switch (kind.home) {
    case Home::Server:
      return kind.stamp_field.empty() ? "found by its name or path" : "found by its tag";
    case Home::Carrier:
      return "travels inside of another resource";
    case Home::Part:
      return "part of another resource";
    case Home::Local:
      return "used by dbplan alone, never sent";
  }
  return "";
}

std::size_t width_of(const std::vector<std::string>& texts) {
  std::size_t width = 0;
  for (const std::string& text : texts) width = std::max(width, display_width(text));
  return width;
}

constexpr std::size_t kTypeWidth = 28;  // longer types push their notes to the right

Json field_json(const FieldInfo& field) {
  Json rules = Json::array();
  for (const FieldRule* rule : field.rules) {
    Json json = {{"behaviour", behaviour_name(rule->behaviour)}, {"why", rule->why}};
    if (auto value = parse_json(rule->value); !rule->value.empty() && value)
      json["value"] = std::move(*value);
    rules.push_back(std::move(json));
  }
  Json json = {{"path", field.path},
               {"type", field.type},
               {"required", field.required},
               {"read_only", field.output_only},
               {"rules", std::move(rules)}};
  if (!field.list.empty()) json["list"] = field.list;
  return json;
}

}  // namespace

Result<FieldTree> describe_field(const Kind& kind, std::string_view path) {
  const RuleNode root = index_rules(kind);
  const RuleNode* node = &root;
  const SchemaType* type = find_type(*kind.schema, kind.body_type);
  FieldTree tree;
  std::string parent;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    std::string name(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
    name = name.substr(0, name.find('['));  // "tasks[*].run_if" is the same field
    if (!type) return fail(Error::Code::NotFound, parent + " has no fields of its own");
    const auto field = std::ranges::find(type->fields, name, &SchemaField::name);
    if (field == type->fields.end()) return no_such_field(kind, *type, parent, name);
    node = member(node, name);
    tree.field = info_of(kind, *field, parent, node);
    parent = tree.field->path;
    node = below_lists(node, field->type);
    const std::string_view inner = inner_of(field->type);
    type = inner.starts_with("object:") ? find_type(*kind.schema, inner.substr(7)) : nullptr;
  }
  if (type)
    for (const SchemaField& field : type->fields)
      tree.below.push_back(info_of(kind, field, parent, member(node, field.name)));
  return tree;
}

std::string kinds_text(std::span<const Kind* const> kinds) {
  std::vector<std::string> names;
  for (const Kind* kind : kinds) names.emplace_back(kind->name);
  const std::size_t width = width_of(names);
  std::string text;
  for (const Kind* kind : kinds)
    text += fmt::format("{}  {}{}\n", padded(kind->name, width), home_text(*kind),
                        kind->permission_object.empty() ? "" : "; may declare permissions");
  return text +
         "\nFields of one kind: dbplan kinds jobs; one field: dbplan kinds jobs tasks.run_if\n";
}

std::string field_tree_text(const Kind& kind, const FieldTree& tree) {
  std::string text;
  if (tree.field) {
    const FieldInfo& field = *tree.field;
    text += fmt::format("{}.{}\n  type      {}\n", kind.name, field.path, field.type);
    if (field.required) text += "  required\n";
    if (field.output_only) text += "  read-only: written by the server, refused in a spec\n";
    for (const FieldRule* rule : field.rules)
      text += fmt::format("  {}{}\n            {}\n", behaviour_name(rule->behaviour),
                          rule->value.empty() ? "" : "  " + std::string(rule->value), rule->why);
    if (!field.list.empty()) text += "  list      " + field.list + "\n";
    if (!tree.below.empty()) text += "\n";
  } else {
    text += fmt::format("{}: a {}, {}\n\n", kind.name, kind.noun, home_text(kind));
  }
  std::vector<std::string> names;
  for (const FieldInfo& field : tree.below) names.push_back(field.path);
  const std::size_t width = width_of(names);
  for (const FieldInfo& field : tree.below) {
    const std::string notes = notes_of(field);
    std::string line =
        fmt::format("  {} {} ", padded(field.path, width), field.required ? "*" : " ");
    line += notes.empty() ? field.type : padded(field.type, kTypeWidth) + "  " + notes;
    text += line + "\n";
  }
  if (std::ranges::any_of(tree.below, &FieldInfo::required)) text += "\n  * required\n";
  return text;
}

Json kinds_json(std::span<const Kind* const> kinds) {
  Json list = Json::array();
  for (const Kind* kind : kinds)
    list.push_back({{"name", kind->name},
                    {"noun", kind->noun},
                    {"found", home_text(*kind)},
                    {"permissions", !kind->permission_object.empty()}});
  return {{"kinds", std::move(list)}};
}

Json field_tree_json(const Kind& kind, const FieldTree& tree) {
  Json fields = Json::array();
  for (const FieldInfo& field : tree.below) fields.push_back(field_json(field));
  Json json = {{"kind", kind.name}, {"fields", std::move(fields)}};
  if (tree.field) json["field"] = field_json(*tree.field);
  return json;
}

}  // namespace dbplan
