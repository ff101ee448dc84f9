#include "engine/spec/body.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "engine/spec/blocks.hpp"
#include "engine/spec/field_path.hpp"
#include "engine/spec/interpolate.hpp"
#include "engine/spec/text_rules.hpp"

namespace dbplan {
namespace {

const SchemaType* find_type(const Schema& schema, std::string_view name) {
  const auto found = std::ranges::lower_bound(schema.types, name, {}, &SchemaType::name);
  return found != schema.types.end() && found->name == name ? &*found : nullptr;
}

const SchemaEnum* find_enum(const Schema& schema, std::string_view name) {
  const auto found = std::ranges::lower_bound(schema.enums, name, {}, &SchemaEnum::name);
  return found != schema.enums.end() && found->name == name ? &*found : nullptr;
}

const SchemaField* find_field(const SchemaType& type, std::string_view name) {
  const auto found = std::ranges::find(type.fields, name, &SchemaField::name);
  return found == type.fields.end() ? nullptr : &*found;
}

// "T" of "list<T>" and "map<string,T>".
std::string_view inner_type(std::string_view type, std::string_view prefix) {
  return type.substr(prefix.size(), type.size() - prefix.size() - 1);
}

std::string expected(std::string_view type) {
  if (type.starts_with("list<")) return "a list";
  if (type.starts_with("map<") || type.starts_with("object:")) return "a map";
  if (type == "bool") return "true or false";
  if (type == "int" || type == "int64") return "an integer";
  if (type == "number") return "a number";
  return "text";
}

std::optional<bool> as_bool(const Node& node) {
  if (node.style == Node::Style::Quoted) return std::nullopt;
  std::string text(node.text);
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  if (text == "true" || text == "yes" || text == "on" || text == "y") return true;
  if (text == "false" || text == "no" || text == "off" || text == "n") return false;
  return std::nullopt;
}

std::optional<std::int64_t> as_int(const Node& node) {
  if (node.style == Node::Style::Quoted || plain_kind(node.text) != ScalarKind::Int)
    return std::nullopt;
  std::string_view text = node.text;
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Json> as_number(const Node& node) {
  if (const auto whole = as_int(node)) return Json(*whole);
  if (node.style == Node::Style::Quoted) return std::nullopt;
  const ScalarKind kind = plain_kind(node.text);
  if (kind != ScalarKind::Int && kind != ScalarKind::Number) return std::nullopt;
  std::string_view text = node.text;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Json(value);
}

/// Walks a node and its schema type together, once.
class BodyReader {
 public:
  BodyReader(const Kind& kind, Reporter& report) : kind_(kind), report_(report) {
    for (const KeyedList& list : kind.lists)
      if (!list.key.empty()) lists_.emplace_back(FieldPattern(list.path), list.key);
    for (const Reference& rule : kind.references)
      references_.emplace_back(FieldPattern(rule.path), &rule);
  }

  Body read(const Node& node, Place owner) {
    const SchemaType* type = find_type(*kind_.schema, kind_.body_type);
    if (type != nullptr) body_.json = object(node, *type, owner);
    return std::move(body_);
  }

 private:
  // An absent value (wrong, reported) is a discarded Json.
  static Json nothing() { return Json(Json::value_t::discarded); }

  Json value(const Node& node, std::string_view type, Place owner) {
    if (node.is_null() && type != "any") return wrong(node, type, owner);
    if (type == "any") return anything(node);
    if (node.is_scalar() && holds_placeholder(node.text)) {
      const bool is_number = type == "int" || type == "int64";
      const bool is_lookup =
          node.text.starts_with(kLookup) && node.text.find('}') == node.text.size() - 1;
      if (!is_number || !is_lookup) return text(node);
      return Json(std::string(node.text).insert(node.text.size() - 1, kAsNumber));
    }
    if (type.starts_with("list<"))
      return node.is_list() ? list(node, inner_type(type, "list<")) : wrong(node, type);
    if (type.starts_with("map<"))
      return node.is_map() ? map(node, inner_type(type, "map<string,")) : wrong(node, type);
    if (type.starts_with("object:")) {
      const SchemaType* inner = find_type(*kind_.schema, type.substr(7));
      if (inner == nullptr) return anything(node);
      return node.is_map() ? object(node, *inner, owner) : wrong(node, type);
    }
    return node.is_scalar() ? scalar(node, type) : wrong(node, type);
  }

  Json object(const Node& node, const SchemaType& type, Place owner) {
    Json result = Json::object();
    for (const Member& member : node.members) {
      if (path_.empty() && is_own_block(kind_, member.key)) continue;
      const SchemaField* field = find_field(type, member.key);
      if (field == nullptr) {
        unknown_field(member, type);
      } else if (field->output_only) {
        report_.error(member.place, "Read-only field",
                      in_quotes(member.key) + " is written by the server alone. Remove it.");
      } else {
        push(member.key);
        Json made = value(*member.value, field->type, member.place);
        pop();
        if (!made.is_discarded()) result.emplace(std::string(member.key), std::move(made));
      }
    }
    for (const SchemaField& field : type.fields)
      if (field.required && !field.output_only && find_member(node, field.name) == nullptr)
        report_.error(owner, "Missing field",
                      in_quotes(field.name) + " is required in " + where() + ". Add it.");
    return result;
  }

  Json map(const Node& node, std::string_view type) {
    Json result = Json::object();
    for (const Member& member : node.members) {
      if (member.value->is_null()) {
        report_.error(member.place, "Wrong type",
                      in_quotes(member.key) +
                          " has no value. Write \"\" for an empty text, or "
                          "remove the line.");
        continue;
      }
      push(member.key);
      Json made = value(*member.value, type, member.place);
      pop();
      if (!made.is_discarded()) result.emplace(std::string(member.key), std::move(made));
    }
    return result;
  }

  Json list(const Node& node, std::string_view type) {
    check_keys(node);
    Json result = Json::array();
    push(kItem);
    for (const Node* item : node.items) {
      indices_.back() = result.size();
      Json made = value(*item, type, item->place);
      if (!made.is_discarded()) result.push_back(std::move(made));
    }
    pop();
    return result;
  }

  Json scalar(const Node& node, std::string_view type) {
    if (type == "bool") {
      const auto flag = as_bool(node);
      return flag ? Json(*flag) : wrong(node, type);
    }
    if (type == "int" || type == "int64") {
      const auto number = as_int(node);
      if (!number) return wrong(node, type);
      if (type == "int" && (*number > std::numeric_limits<std::int32_t>::max() ||
                            *number < std::numeric_limits<std::int32_t>::min()))
        return wrong(node, type);
      return Json(*number);
    }
    if (type == "number") {
      auto number = as_number(node);
      return number ? std::move(*number) : wrong(node, type);
    }
    if (type.starts_with("enum:")) return choice(node, type.substr(5));
    return text(node);
  }

  Json choice(const Node& node, std::string_view name) {
    const SchemaEnum* values = find_enum(*kind_.schema, name);
    if (values == nullptr || std::ranges::find(values->values, node.text) != values->values.end())
      return text(node);
    const std::vector<std::string> names(values->values.begin(), values->values.end());
    std::string detail = in_quotes(node.text) + " is no value of " + in_quotes(path_.back()) + ".";
    const std::string near = suggestion(node.text, names);
    if (!near.empty()) {
      detail += near;
    } else {
      detail += " It takes ";
      for (std::size_t i = 0; i < names.size(); ++i)
        detail += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
      detail += ".";
    }
    report_.error(node.place, "Unknown value", std::move(detail));
    return nothing();
  }

  // Numbers and booleans are taken as the text that they are, as bundles do.
  Json text(const Node& node) {
    record(node);
    check_text(path_.empty() ? std::string_view{} : field_name(), node, report_);
    if (node.style == Node::Style::Plain && plain_kind(node.text) == ScalarKind::Bool)
      return Json(as_bool(node).value_or(false) ? "true" : "false");
    return Json(std::string(node.text));
  }

  Json anything(const Node& node) {
    switch (node.type) {
      case Node::Type::Null:
        return nullptr;
      case Node::Type::List: {
        push(kItem);
        Json result = Json::array();
        for (const Node* item : node.items) {
          indices_.back() = result.size();
          result.push_back(anything(*item));
        }
        pop();
        return result;
      }
      case Node::Type::Map: {
        Json result = Json::object();
        for (const Member& member : node.members) {
          push(member.key);
          result.emplace(std::string(member.key), anything(*member.value));
          pop();
        }
        return result;
      }
      case Node::Type::Scalar:
        break;
    }
    if (node.style != Node::Style::Plain) return text(node);
    if (plain_kind(node.text) == ScalarKind::Bool) return Json(*as_bool(node));
    if (auto number = as_number(node)) return std::move(*number);
    return text(node);
  }

  void record(const Node& node) {
    const Reference* rule = nullptr;
    for (const auto& [pattern, reference] : references_)
      if (pattern.matches(path_)) rule = reference;
    if (rule != nullptr || node.text.find("${resources.") != std::string_view::npos)
      body_.links.push_back({pointer(), &node, rule});
    else if (names_file(path_, node.text))
      body_.local_files.push_back({pointer(), &node, nullptr});
  }

  Json wrong(const Node& node, std::string_view type) { return wrong(node, type, node.place); }

  // `place`: an empty value has none of its own that one could point at.
  Json wrong(const Node& node, std::string_view type, Place place) {
    std::string detail = field_words() + " is " + expected(type) + ", and this is " +
                         std::string(describe(node)) + ".";
    if (node.is_scalar() && node.style == Node::Style::Quoted &&
        plain_kind(node.text) != ScalarKind::Text)
      detail += " Remove the quotes.";
    else if (node.is_null())
      detail += " Give it a value, or remove the line.";
    else if (type == "int" && as_int(node))
      detail = in_quotes(node.text) + " is too large for " + field_words() + ".";
    else
      detail += " Write " + expected(type) + " here.";
    report_.error(place, "Wrong type", std::move(detail));
    return nothing();
  }

  void unknown_field(const Member& member, const SchemaType& type) {
    std::vector<std::string> names;
    for (const SchemaField& field : type.fields)
      if (!field.output_only) names.emplace_back(field.name);
    report_.error(member.place, "Unknown field",
                  in_quotes(member.key) + " is not a field of " + where() + "." +
                      suggestion(member.key, names));
  }

  void check_keys(const Node& node) {
    const auto rule =
        std::ranges::find_if(lists_, [&](const auto& list) { return list.first.matches(path_); });
    if (rule == lists_.end()) return;
    std::map<std::string_view, const Node*> seen;
    for (const Node* item : node.items) {
      const Node* key = item->is_map() ? find_value(*item, rule->second) : nullptr;
      if (key == nullptr || !key->is_scalar()) continue;
      const auto [first, is_new] = seen.emplace(key->text, key);
      if (!is_new)
        report_.error(key->place, "Duplicate key in a list",
                      "Another item of " + in_quotes(path_.back()) + " has the " +
                          std::string(rule->second) + " " + in_quotes(key->text) + " (" +
                          report_.name(first->second->place) +
                          "). Rename or remove one of the two.");
    }
  }

  std::string_view field_name() const {
    for (auto at = path_.rbegin(); at != path_.rend(); ++at)
      if (*at != kItem) return *at;
    return {};
  }

  // "\"tasks\"" or "an item of \"tasks\"".
  std::string field_words() const {
    if (path_.empty()) return "a " + std::string(kind_.noun);
    return (path_.back() == kItem ? "an item of " : "") + in_quotes(field_name());
  }
  std::string where() const { return field_words(); }

  Json::json_pointer pointer() const {
    Json::json_pointer result;
    for (std::size_t i = 0; i < path_.size(); ++i) {
      if (path_[i] == kItem)
        result /= indices_[i];
      else
        result /= std::string(path_[i]);
    }
    return result;
  }

  void push(std::string_view step) {
    path_.push_back(step);
    indices_.push_back(0);
  }
  void pop() {
    path_.pop_back();
    indices_.pop_back();
  }

  const Kind& kind_;
  Reporter& report_;
  std::vector<std::pair<FieldPattern, std::string_view>> lists_;
  std::vector<std::pair<FieldPattern, const Reference*>> references_;
  std::vector<std::string_view> path_;  // keys, and kItem for list items
  std::vector<std::size_t> indices_;    // beside path_: which item
  Body body_;
};

}  // namespace

Body read_body(const Node& node, const Kind& kind, Place owner, Reporter& report) {
  return BodyReader(kind, report).read(node, owner);
}

}  // namespace dbplan
