#include "providers/databricks/answers.hpp"

#include <algorithm>
#include <optional>

#include "engine/base/text.hpp"

namespace dbplan::databricks {
namespace {

/// Where a body has another form than its schema, and what belongs there.
struct Fault {
  std::string place;
  std::string expected;
  const Json* found = nullptr;
};

std::string shape_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "nothing";
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "a list";
    case Json::value_t::string:
      return "a text";
    case Json::value_t::boolean:
      return "true or false";
    case Json::value_t::number_float:
      return "a number";
    default:
      return "an integer";
  }
}

std::string_view inner_type(std::string_view type, std::string_view start) {
  return type.substr(start.size(), type.size() - start.size() - 1);
}

const SchemaType* find_type(const Schema& schema, std::string_view name) {
  const auto found = std::ranges::lower_bound(schema.types, name, {}, &SchemaType::name);
  return found != schema.types.end() && found->name == name ? &*found : nullptr;
}

bool is_integer(const Json& value) {
  if (value.is_number_integer()) return true;
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  return text.size() > sign && text.find_first_not_of("0123456789", sign) == std::string::npos;
}

class Checker {
 public:
  explicit Checker(const Schema& schema) : schema_(schema) {}

  std::optional<Fault> check(std::string_view type, const Json& value) const {
    if (value.is_null() || type == "any") return std::nullopt;
    if (type.starts_with("list<")) return list(inner_type(type, "list<"), value);
    if (type.starts_with("map<string,")) return map(inner_type(type, "map<string,"), value);
    if (type.starts_with("object:")) return object(type.substr(7), value);
    if (type == "bool") return wrong_unless(value.is_boolean(), "true or false", value);
    if (type == "int" || type == "int64")
      return wrong_unless(is_integer(value), "an integer", value);
    if (type == "number") return wrong_unless(value.is_number(), "a number", value);
    return wrong_unless(value.is_string(), "a text", value);
  }

  std::optional<Fault> object(std::string_view name, const Json& value) const {
    if (!value.is_object()) return Fault{{}, "an object", &value};
    const SchemaType* type = find_type(schema_, name);
    if (!type) return std::nullopt;
    for (const auto& [key, member] : value.items()) {
      const auto field = std::ranges::find(type->fields, key, &SchemaField::name);
      if (field == type->fields.end() || field->output_only) continue;
      if (auto fault = check(field->type, member)) return inside("." + key, std::move(*fault));
    }
    return std::nullopt;
  }

 private:
  static std::optional<Fault> wrong_unless(bool right, const char* expected, const Json& value) {
    if (right) return std::nullopt;
    return Fault{{}, expected, &value};
  }

  static Fault inside(const std::string& step, Fault fault) {
    fault.place.insert(0, step);
    return fault;
  }

  std::optional<Fault> list(std::string_view type, const Json& value) const {
    if (!value.is_array()) return Fault{{}, "a list", &value};
    for (std::size_t i = 0; i < value.size(); ++i) {
      auto fault = value[i].is_null() ? Fault{{}, "an item", &value[i]} : check(type, value[i]);
      if (fault) return inside("[" + std::to_string(i) + "]", std::move(*fault));
    }
    return std::nullopt;
  }

  std::optional<Fault> map(std::string_view type, const Json& value) const {
    if (!value.is_object()) return Fault{{}, "an object", &value};
    for (const auto& [key, member] : value.items())
      if (auto fault = check(type, member)) return inside("." + key, std::move(*fault));
    return std::nullopt;
  }

  const Schema& schema_;
};

}  // namespace

Error malformed(const std::string& what, const std::string& field, const std::string& expected,
                const Json& found) {
  constexpr std::size_t kLongestName = 200;
  const std::string place = field.empty() ? "" : visible(field.substr(0, kLongestName)) + ": ";
  return {.code = Error::Code::Unclear,
          .message = what.substr(0, what.find('?')) + ": the answer is malformed: " + place +
                     "expected " + expected + ", found " + shape_of(found)};
}

Result<> check_answer(const std::string& what, const Json& answer) {
  if (answer.is_object()) return {};
  return fail(malformed(what, "", "an object", answer));
}

Result<std::vector<Json>> objects_in(const std::string& what, Json& answer, std::string_view name) {
  std::vector<Json> objects;
  const auto list = answer.find(name);
  if (list == answer.end() || list->is_null()) return objects;
  if (!list->is_array()) return fail(malformed(what, std::string(name), "a list", *list));
  for (Json& entry : *list) {
    if (!entry.is_object()) {
      const std::string place = std::string(name) + "[" + std::to_string(objects.size()) + "]";
      return fail(malformed(what, place, "an object", entry));
    }
    objects.push_back(std::move(entry));
  }
  return objects;
}

Result<std::string> id_in(const std::string& what, const Json& answer, std::string_view field) {
  constexpr std::size_t kLongestId = 1000;
  const Json& id = at_or_null(answer, field);
  if (field == "job_id") {
    if (id.is_number_integer() && id > 0) return canonical(id);
  } else if (id.is_string()) {
    const auto& text = id.get_ref<const std::string&>();
    if (!text.empty() && text.size() <= kLongestId && visible(text) == text) return text;
  }
  return fail(malformed(what, std::string(field), "an id", id));
}

Result<> check_body(const std::string& what, const Kind& kind, const Json& body) {
  if (!kind.schema) return check_answer(what, body);
  const auto fault = Checker(*kind.schema).object(kind.body_type, body);
  if (!fault) return {};
  const std::string place = fault->place.starts_with('.') ? fault->place.substr(1) : fault->place;
  return fail(malformed(what, place, fault->expected, *fault->found));
}

}  // namespace dbplan::databricks
