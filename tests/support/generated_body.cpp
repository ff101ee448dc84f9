#include "tests/support/generated_body.hpp"

#include <algorithm>

namespace dbplan::test {
namespace {

constexpr int kDeepest = 6;

std::string_view inside(std::string_view type, std::string_view form) {
  return type.substr(form.size(), type.size() - form.size() - 1);
}

std::string_view one_of_keys(std::string_view key, unsigned which) {
  while (which-- > 0 && key.find('|') != key.npos) key.remove_prefix(key.find('|') + 1);
  return key.substr(0, key.find('|'));
}

bool is_empty(const Json& value) {
  return value.is_null() || (value.is_structured() && value.empty());
}

bool hidden(const RuleNode* rules) {
  return find_rule(rules, Behaviour::WriteOnly) || find_rule(rules, Behaviour::Secret);
}

/// Takes the first step off a path: a member, "[3]", "[key=id]".
std::string take_step(std::string_view& path) {
  if (path.starts_with('.')) path.remove_prefix(1);
  const bool quoted = path.starts_with("[\"");
  const std::size_t end = quoted                  ? path.find("\"]") + 2
                          : path.starts_with('[') ? path.find(']') + 1
                                                  : std::min(path.find_first_of(".["), path.size());
  const std::string step(path.substr(0, end));
  path.remove_prefix(end);
  return quoted ? step.substr(2, step.size() - 4) : step;
}

/// The index that "[3]" or "[key=id]" means in a list; its size: there is none.
std::size_t index_of(const Json& list, const std::string& step) {
  const std::size_t equals = step.find('=');
  if (equals == std::string::npos) return std::stoul(step.substr(1));
  const std::string key = step.substr(1, equals - 1);
  const std::string id = step.substr(equals + 1, step.size() - equals - 2);
  std::size_t i = 0;
  while (i < list.size() && text_at(list[i], key) != id) ++i;
  return i;
}

}  // namespace

unsigned BodyGenerator::random(unsigned below) {
  state_ = state_ * 1664525u + 1013904223u;
  return (state_ >> 16) % below;
}

Json BodyGenerator::text(const RuleNode* rules) {
  if (find_rule(rules, Behaviour::JsonText))
    return random(2) ? R"({"a": 1, "b": [2]})" : R"({"b":[2],"a":1})";
  static constexpr const char* kTexts[] = {"a", "b", "c", "é → 中", "two words", "line\nline"};
  return kTexts[random(6)];
}

Json BodyGenerator::value(std::string_view type, const RuleNode* rules, int depth) {
  if (type.starts_with("list<")) return list(inside(type, "list<"), rules, depth);
  if (type.starts_with("map<string,")) {
    static constexpr const char* kKeys[] = {"k", "with.dot", "z"};
    Json map = Json::object();
    for (const char* key : kKeys)
      if (random(2)) map[key] = value(inside(type, "map<string,"), member(rules, key), depth + 1);
    return map;
  }
  if (type.starts_with("object:")) return object(type.substr(7), rules, depth + 1);
  if (type.starts_with("enum:")) {
    for (const SchemaEnum& known : kind_.schema->enums)
      if (known.name == type.substr(5) && !known.values.empty())
        return known.values[random(static_cast<unsigned>(known.values.size()))];
    return "UNKNOWN";
  }
  if (type == "bool") return random(2) == 0;
  if (type == "int" || type == "int64") return random(3);
  if (type == "number") return 0.5 * random(3);
  return text(rules);
}

Json BodyGenerator::object(std::string_view type, const RuleNode* rules, int depth) {
  Json made = Json::object();
  const auto found = std::ranges::find(kind_.schema->types, type, &SchemaType::name);
  if (found == kind_.schema->types.end()) return made;
  const unsigned one_in = static_cast<unsigned>(2 + depth);
  for (const SchemaField& field : found->fields) {
    const RuleNode* below = member(rules, field.name);
    if (field.output_only || find_rule(below, Behaviour::ReadOnly)) continue;
    if (!field.required && (depth > kDeepest || random(one_in) != 0)) continue;
    made[std::string(field.name)] = value(field.type, below, depth);
  }
  return made;
}

Json BodyGenerator::list(std::string_view type, const RuleNode* rules, int depth) {
  Json made = Json::array();
  if (depth > kDeepest) return made;
  const KeyedList* rule = list_rule(rules);
  static constexpr const char* kIds[] = {"one", "two", "three"};
  for (const char* id : kIds) {
    if (random(2)) continue;
    Json item = value(type, items(rules), depth + 1);
    if (rule && !rule->key.empty()) {
      for (unsigned i = 0; i < 3; ++i) item.erase(std::string(one_of_keys(rule->key, i)));
      item[std::string(one_of_keys(rule->key, random(3)))] = id;
    } else if (rule && std::ranges::find(made, item) != made.end()) {
      continue;
    }
    made.push_back(std::move(item));
  }
  return made;
}

Json BodyGenerator::shuffled(const Json& value, const RuleNode* rules) {
  Json result = value;
  if (result.is_object())
    for (auto& [name, item] : result.items()) item = shuffled(item, member(rules, name));
  if (!result.is_array()) return result;
  for (Json& item : result) item = shuffled(item, items(rules));
  if (list_rule(rules) && !result.empty())
    std::rotate(result.begin(), result.begin() + random(static_cast<unsigned>(result.size())),
                result.end());
  return result;
}

Json shown_by_server(const Json& body, const RuleNode* rules) {
  Json shown = body.is_object() ? Json::object() : Json::array();
  if (body.is_object()) {
    for (const auto& [name, item] : body.items())
      if (!hidden(member(rules, name))) shown[name] = shown_by_server(item, member(rules, name));
  } else if (body.is_array()) {
    for (const Json& item : body) shown.push_back(shown_by_server(item, items(rules)));
  } else {
    return body;
  }
  return shown;
}

Json normal_form(const Json& body, const RuleNode* rules) {
  if (body.is_string() && find_rule(rules, Behaviour::JsonText))
    return parse_json(body.get_ref<const std::string&>()).value_or(body);
  if (body.is_object()) {
    Json kept = Json::object();
    for (const auto& [name, item] : body.items()) {
      Json normal = normal_form(item, member(rules, name));
      if (!is_empty(normal)) kept[name] = std::move(normal);
    }
    return kept;
  }
  if (!body.is_array()) return body;
  std::vector<Json> kept;
  for (const Json& item : body) kept.push_back(normal_form(item, items(rules)));
  if (list_rule(rules))
    std::ranges::sort(kept, {}, [](const Json& item) { return canonical(item); });
  return kept;
}

Json at_path(const Json& body, std::string_view path) {
  if (path.empty()) return body;
  const std::string step = take_step(path);
  if (body.is_array()) {
    const std::size_t i = index_of(body, step);
    return i < body.size() ? at_path(body[i], path) : Json();
  }
  return at_path(at_or_null(body, step), path);
}

void set_path(Json& body, std::string_view path, const Json& value) {
  const std::string step = take_step(path);
  const bool is_last = path.empty();
  if (body.is_array()) {
    const std::size_t i = index_of(body, step);
    if (is_last && value.is_null() && i < body.size()) return body.erase(i);
    if (i >= body.size()) body.push_back(Json::object());
    return is_last ? void(body[i] = value) : set_path(body[i], path, value);
  }
  if (is_last && value.is_null()) return void(body.erase(step));
  return is_last ? void(body[step] = value) : set_path(body[step], path, value);
}

}  // namespace dbplan::test
