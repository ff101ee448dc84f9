#include "engine/spec/node.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <new>

namespace dbplan {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

// Digits, a fraction, an exponent; at least one digit and one of "." and "e".
bool is_float(std::string_view text) {
  const std::size_t exponent = text.find_first_of("eE");
  if (exponent != std::string_view::npos) {
    std::string_view power = text.substr(exponent + 1);
    if (!power.empty() && (power[0] == '+' || power[0] == '-')) power.remove_prefix(1);
    if (!all_digits(power)) return false;
    text = text.substr(0, exponent);
    if (all_digits(text)) return true;
  }
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return false;
  const std::string_view whole = text.substr(0, point), part = text.substr(point + 1);
  if (whole.empty() && part.empty()) return false;
  return std::ranges::all_of(whole, is_digit) && std::ranges::all_of(part, is_digit);
}

template <class T>
std::span<const T> copy_into(std::pmr::memory_resource& memory, std::span<const T> values) {
  if (values.empty()) return {};
  auto* target = static_cast<T*>(memory.allocate(values.size_bytes(), alignof(T)));
  std::uninitialized_copy(values.begin(), values.end(), target);
  return {target, values.size()};
}

void measure(Node& node, const Node& child) {
  constexpr std::uint32_t kMost = 1u << 30;
  node.weight = std::min(node.weight + child.weight, kMost);
  node.depth = std::max<std::uint16_t>(node.depth, std::min(child.depth + 1, 60000));
}

}  // namespace

const Member* find_member(const Node& map, std::string_view key) {
  const auto found = std::ranges::find(map.members, key, &Member::key);
  return found == map.members.end() ? nullptr : &*found;
}

const Node* find_value(const Node& map, std::string_view key) {
  const Member* member = find_member(map, key);
  return member == nullptr || member->value->is_null() ? nullptr : member->value;
}

ScalarKind plain_kind(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE" || text == "false" || text == "False" ||
      text == "FALSE")
    return ScalarKind::Bool;
  std::string_view digits = text;
  if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) digits.remove_prefix(1);
  // A leading zero ("007") is an octal number to some readers and a decimal one to others: text.
  if (all_digits(digits) && (digits.size() == 1 || digits[0] != '0')) return ScalarKind::Int;
  if (is_float(digits)) return ScalarKind::Number;
  return ScalarKind::Text;
}

std::string_view describe(const Node& node) {
  switch (node.type) {
    case Node::Type::Null:
      return "nothing";
    case Node::Type::List:
      return "a list";
    case Node::Type::Map:
      return "a map";
    case Node::Type::Scalar:
      break;
  }
  if (node.style != Node::Style::Plain) return "text";
  switch (plain_kind(node.text)) {
    case ScalarKind::Bool:
      return "a boolean";
    case ScalarKind::Int:
      return "an integer";
    case ScalarKind::Number:
      return "a number";
    case ScalarKind::Text:
      break;
  }
  return "text";
}

std::string_view Arena::text(std::string_view text) {
  if (text.empty()) return {};
  auto* copy = static_cast<char*>(memory_.allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

std::span<const Member> Arena::members(std::span<const Member> members) {
  return copy_into(memory_, members);
}

std::span<const Node* const> Arena::items(std::span<const Node* const> items) {
  return copy_into(memory_, items);
}

Node* Arena::node(Node::Type type, Place place) {
  auto* node = new (memory_.allocate(sizeof(Node), alignof(Node))) Node;
  node->type = type;
  node->place = place;
  return node;
}

Node* Arena::scalar(std::string_view value, Node::Style style, Place place) {
  Node* made = node(Node::Type::Scalar, place);
  made->style = style;
  made->text = text(value);
  return made;
}

Node* Arena::map(std::span<const Member> entries, Place place) {
  Node* made = node(Node::Type::Map, place);
  made->members = members(entries);
  for (const Member& member : entries) measure(*made, *member.value);
  return made;
}

Node* Arena::list(std::span<const Node* const> entries, Place place) {
  Node* made = node(Node::Type::List, place);
  made->items = items(entries);
  for (const Node* item : entries) measure(*made, *item);
  return made;
}

}  // namespace dbplan
