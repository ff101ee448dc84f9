#include "engine/import/yaml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "engine/base/text.hpp"

namespace dbplan {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) {
    return std::ranges::equal(text, word, [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == b;
    });
  });
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "2026-03-01", and whatever follows.
bool is_date(std::string_view text) {
  const std::size_t year = std::min(text.find_first_not_of("0123456789"), text.size());
  if (year != 4 || text.substr(year, 1) != "-") return false;
  const std::string_view rest = text.substr(year + 1);
  const std::size_t month = std::min(rest.find_first_not_of("0123456789"), rest.size());
  return month >= 1 && month <= 2 && rest.size() > month + 1 && rest[month] == '-' &&
         is_digit(rest[month + 1]);
}

/// What some YAML reader takes for a number, a date, a boolean or nothing.
bool looks_like_another_type(std::string_view text) {
  if (is_one_of(text, {"", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=",
                       "<<", ".inf", "-.inf", "+.inf", ".nan"}))
    return true;
  const std::string_view number = text.substr(std::min(text.find_first_not_of("+-."), text.size()));
  if (number.empty() || text.size() - number.size() > 2 || !is_digit(number[0])) return false;
  if (is_date(number)) return true;
  const std::size_t digits = number.find_first_not_of("0123456789_.:");  // also "12:30"
  if (digits == std::string_view::npos) return true;
  const std::string_view rest = number.substr(digits);
  if (digits == 1 && number[0] == '0' && is_one_of(rest.substr(0, 1), {"x", "o", "b"})) return true;
  return is_one_of(rest.substr(0, 1), {"e"}) &&
         rest.find_first_not_of("0123456789+-", 1) == std::string_view::npos;
}

bool is_printable(std::string_view text) {
  return visible(text) == text && text.find('\t') == std::string_view::npos;
}

bool is_plain(std::string_view text) {
  if (text.empty() || looks_like_another_type(text) || !is_printable(text)) return false;
  const auto first = static_cast<unsigned char>(text.front());
  // "${...}" and "./x" and "/x" are what specs are full of; other punctuation may begin markup.
  if (!std::isalnum(first) && first < 0x80 &&
      std::string_view("$/._+(").find(text.front()) == std::string_view::npos)
    return false;
  if (text.starts_with("---") || text.starts_with("...")) return false;
  if (text.back() == ' ' || text.back() == ':') return false;
  return text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos;
}

/// The bytes of the UTF-8 character that begins with `lead`.
std::size_t character_length(unsigned char lead) {
  return lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
}

/// YAML's double-quoted form. JSON's escapes are among its own; what could fool a reader is escaped
/// as well. All of that is below U+10000.
std::string quoted(const std::string& text) {
  const std::string json = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string result;
  for (std::size_t at = 0; at < json.size();) {
    const std::string one = json.substr(at, character_length(static_cast<unsigned char>(json[at])));
    at += one.size();
    if (visible(one) == one || one.size() > 3) {
      result += one;
      continue;
    }
    unsigned code = static_cast<unsigned char>(one[0]);
    if (one.size() > 1) code &= one.size() == 2 ? 0x1F : 0x0F;
    for (std::size_t i = 1; i < one.size(); ++i)
      code = code << 6 | (static_cast<unsigned char>(one[i]) & 0x3F);
    result += fmt::format("\\u{:04X}", code);
  }
  return result;
}

/// Whether a text of several lines can stand as a literal block.
bool is_literal(std::string_view text) {
  return text.find('\n') != std::string_view::npos && text.find('\r') == std::string_view::npos &&
         text.front() != ' ' && text.front() != '\n' && visible(text, true) == text &&
         text.find('\t') == std::string_view::npos;
}

std::string literal(std::string_view text, int indent) {
  const bool ended = text.ends_with('\n');
  const bool more = ended && text.size() > 1 && text[text.size() - 2] == '\n';
  std::string block = more ? "|+" : ended ? "|" : "|-";
  if (ended) text.remove_suffix(1);
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    block += '\n';
    if (end > at) block += std::string(static_cast<std::size_t>(indent), ' ');
    block += text.substr(at, end - at);
    at = end + 1;
  }
  return block;
}

bool is_compound(const Json& value) {
  return (value.is_object() || value.is_array()) && !value.empty();
}

class Writer {
 public:
  std::string text;

  void value(const Json& json, int indent, const RuleNode* rules, std::string_view name) {
    if (json.is_object())
      map(json, indent, rules, name);
    else
      list(json, indent, rules);
  }

 private:
  void map(const Json& json, int indent, const RuleNode* rules, std::string_view name) {
    for (const std::string& key : ordered(json, name)) {
      const Json& below = json[key];
      start(indent);
      text += yaml_scalar(key) + ":";
      const RuleNode* rule = member(rules, key);
      if (is_compound(below)) {
        text += "\n";
        value(below, indent + 2, rule, {});
      } else {
        text += " " + scalar(below, indent + 2, rule) + "\n";
      }
    }
  }

  void list(const Json& json, int indent, const RuleNode* rules) {
    const KeyedList* keyed = list_rule(rules);
    const std::string_view name = keyed ? keyed->key : std::string_view{};
    for (const Json& item : json) {
      start(indent);
      text += "-";
      if (is_compound(item)) {
        text += " ";
        continued_ = true;  // the first line of the item stands behind the dash
        value(item, indent + 2, items(rules), name);
      } else {
        text += " " + scalar(item, indent + 2, items(rules)) + "\n";
      }
    }
  }

  void start(int indent) {
    if (!continued_) text += std::string(static_cast<std::size_t>(indent), ' ');
    continued_ = false;
  }

  static std::string scalar(const Json& json, int indent, const RuleNode* rules) {
    if (!json.is_string()) return yaml_scalar(json);
    std::string content = json.get<std::string>();
    if (find_rule(rules, Behaviour::JsonText))
      if (const auto parsed = parse_json(content); parsed && is_compound(*parsed))
        content = pretty(*parsed);
    return is_literal(content) ? literal(content, indent) : yaml_scalar(content);
  }

  /// The member that names the map, then plain values, then what takes lines of its own.
  static std::vector<std::string> ordered(const Json& json, std::string_view name) {
    std::vector<std::string> keys;
    for (const auto& [key, below] : json.items()) keys.push_back(key);
    const auto rank = [&](const std::string& key) {
      if (!name.empty() && key == name) return 0;
      if (key == "description") return 1;
      return is_compound(json[key]) ? 3 : 2;
    };
    std::ranges::stable_sort(keys, {}, rank);
    return keys;
  }

  bool continued_ = false;
};

}  // namespace

std::string yaml_scalar(const Json& value) {
  if (!value.is_string()) return canonical(value);
  const auto& text = value.get_ref<const std::string&>();
  return is_plain(text) ? text : quoted(text);
}

std::string yaml_text(const Json& value, int indent, const RuleNode* rules,
                      std::string_view name_field) {
  Writer writer;
  writer.value(value, indent, rules, name_field);
  return std::move(writer.text);
}

}  // namespace dbplan
