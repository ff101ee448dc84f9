#include "engine/import/readable.hpp"

#include <algorithm>

#include "engine/model/stamp.hpp"
#include "engine/plan/rules.hpp"

namespace dbplan {
namespace {

/// Fields that the server fills in whatever was asked for, and that say nothing to a reader. They
/// may stand in a spec; they only make it longer.
constexpr std::string_view kNoise[] = {"format", "run_as_repl", "enable_elastic_disk"};

/// What clouds fill in where nothing was said (beside `false`).
struct Filled {
  std::string_view name;
  std::string_view value;  // JSON text
};
constexpr Filled kFilled[] = {
    {"availability", "\"SPOT_WITH_FALLBACK\""},
    {"availability", "\"ON_DEMAND_AZURE\""},
    {"availability", "\"ON_DEMAND_GCP\""},
    {"first_on_demand", "1"},
    {"spot_bid_price_percent", "100"},
    {"spot_bid_max_price", "-1"},
    {"spot_bid_max_price", "-1.0"},
    {"zone_id", "\"auto\""},
    {"runtime_engine", "\"STANDARD\""},
};

bool is_filled_in(const std::string& name, const Json& value) {
  const std::string text = canonical(value);
  return std::ranges::any_of(
      kFilled, [&](const Filled& filled) { return filled.name == name && filled.value == text; });
}

bool is_empty(const Json& value) {
  return value.is_null() || ((value.is_object() || value.is_array()) && value.empty());
}

/// "driver_node_type_id" beside an equal "node_type_id".
bool repeats_sibling(const Json& object, std::string_view name, const Json& value) {
  for (const auto& [other, its] : object.items())
    if (name.size() > other.size() && name.ends_with("_" + other) && its == value) return true;
  return false;
}

class Reader {
 public:
  Reader(const Kind& kind, const Json& body, std::vector<std::string>& notes)
      : schema_(*kind.schema), has_git_(body.contains("git_source")), notes_(notes) {}

  Json value(std::string_view type, const Json& live, const RuleNode* rules,
             const std::string& path) {
    if (type.starts_with("list<") && live.is_array()) {
      type = type.substr(5, type.size() - 6);
      Json list = Json::array();
      for (const Json& item : live) list.push_back(value(type, item, items(rules), path));
      return list;
    }
    if (type.starts_with("map<string,") && live.is_object()) {
      type = type.substr(11, type.size() - 12);
      Json map = Json::object();
      for (const auto& [key, item] : live.items())
        if (!is_default(live, key, item, member(rules, key)))
          map[key] = value(type, item, member(rules, key), path + "." + key);
      return map;
    }
    if (!type.starts_with("object:") || !live.is_object()) return live;
    const auto found = std::ranges::find(schema_.types, type.substr(7), &SchemaType::name);
    return found == schema_.types.end() ? live : object(*found, live, rules, path);
  }

  Json object(const SchemaType& type, const Json& live, const RuleNode* rules,
              const std::string& path) {
    Json written = Json::object();
    for (const auto& [name, item] : live.items()) {
      const RuleNode* rule = member(rules, name);
      if (is_empty(item) || find_rule(rule, Behaviour::ReadOnly)) continue;
      const std::string at = path.empty() ? name : path + "." + name;
      const auto field = std::ranges::find(type.fields, name, &SchemaField::name);
      if (field == type.fields.end()) {
        notes_.push_back(at + " is left out: dbplan does not know this field");
        continue;
      }
      if (field->output_only || is_default(live, name, item, rule)) continue;
      Json kept = value(field->type, item, rule, at);
      // A block that holds nothing but defaults still says that it is there.
      if (is_empty(kept) && !find_rule(rule, Behaviour::ServerDefault)) kept = item;
      if (!is_empty(kept)) written[name] = std::move(kept);
    }
    return written;
  }

 private:
  bool is_default(const Json& siblings, const std::string& name, const Json& value,
                  const RuleNode* rules) const {
    const FieldRule* rule = find_rule(rules, Behaviour::ServerDefault);
    if (!rule) return false;
    if (!rule->value.empty()) {
      const auto explained = parse_json(rule->value);
      return explained && *explained == value;
    }
    if (name == "source") return !has_git_;
    return value == Json(false) || is_filled_in(name, value) ||
           std::ranges::find(kNoise, name) != std::end(kNoise) ||
           repeats_sibling(siblings, name, value);
  }

  const Schema& schema_;
  bool has_git_;
  std::vector<std::string>& notes_;
};

void visit_at(Json& value, std::string_view pattern, const std::function<void(Json&)>& visit) {
  if (pattern.starts_with('.')) pattern.remove_prefix(1);
  if (pattern.empty()) return visit(value);
  if (pattern.starts_with("[*]")) {
    if (value.is_array())
      for (Json& item : value) visit_at(item, pattern.substr(3), visit);
    return;
  }
  if (!value.is_object()) return;
  const std::size_t end = std::min(pattern.find_first_of(".["), pattern.size());
  const std::string name(pattern.substr(0, end));
  if (name == "*") {
    for (auto& [key, item] : value.items()) visit_at(item, pattern.substr(end), visit);
  } else if (const auto found = value.find(name); found != value.end()) {
    visit_at(*found, pattern.substr(end), visit);
  }
}

}  // namespace

Json readable_body(const Kind& kind, const Json& live, std::vector<std::string>& notes) {
  Json body = live;
  drop_stamp(kind, body);
  const RuleNode rules = index_rules(kind);
  const auto type = std::ranges::find(kind.schema->types, kind.body_type, &SchemaType::name);
  if (type == kind.schema->types.end()) return body;
  return Reader(kind, body, notes).object(*type, body, &rules, "");
}

void for_each_at(Json& body, std::string_view pattern, const std::function<void(Json&)>& visit) {
  visit_at(body, pattern, visit);
}

std::string find_interpolation(const Json& body) {
  if (body.is_structured()) {
    for (const auto& [key, item] : body.items()) {
      if (body.is_object())
        if (std::string found = find_interpolation(Json(key)); !found.empty()) return found;
      if (std::string found = find_interpolation(item); !found.empty()) return found;
    }
    return {};
  }
  if (!body.is_string()) return {};
  const auto& text = body.get_ref<const std::string&>();
  for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 2)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string::npos) return {};
    std::string inside = text.substr(at, end - at + 1);
    if (inside.find('.') != std::string::npos) return inside;
  }
  return {};
}

}  // namespace dbplan
