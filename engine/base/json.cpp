#include "engine/base/json.hpp"

#include <charconv>

namespace dbplan {
namespace {

constexpr int kDeepest = 500;  // levels; what walks a value goes one call deeper with each

bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') ++i;
    if (in_string) continue;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > kDeepest) return true;
  }
  return false;
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  if (is_too_deep(text)) return fail(Error::Code::Invalid, "not usable JSON: nested too deeply");
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    return fail(Error::Code::Invalid, "not JSON: broken at byte " + std::to_string(error.byte));
  } catch (const nlohmann::json::exception&) {
    return fail(Error::Code::Invalid, "not JSON: a number is out of range");
  }
}

std::string canonical(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string pretty(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

const Json& at_or_null(const Json& value, std::string_view key) {
  static const Json null;
  if (!value.is_object()) return null;
  const auto found = value.find(key);
  return found == value.end() ? null : *found;
}

std::string text_at(const Json& value, std::string_view key, std::string_view fallback) {
  const Json& found = at_or_null(value, key);
  return found.is_string() ? found.get<std::string>() : std::string(fallback);
}

std::int64_t int_at(const Json& value, std::string_view key, std::int64_t fallback) {
  const Json& found = at_or_null(value, key);
  if (found.is_number_integer()) return found.get<std::int64_t>();
  if (!found.is_string()) return fallback;
  const auto& text = found.get_ref<const std::string&>();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : fallback;
}

}  // namespace dbplan
