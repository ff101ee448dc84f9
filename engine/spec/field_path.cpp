#include "engine/spec/field_path.hpp"

#include <algorithm>

namespace dbplan {

FieldPattern::FieldPattern(std::string_view pattern) {
  while (!pattern.empty()) {
    const std::size_t end = pattern.find_first_of(".[");
    if (end != 0) parts_.push_back(pattern.substr(0, end));
    if (end == std::string_view::npos) return;
    const bool is_item = pattern.substr(end).starts_with(kItem);
    if (is_item) parts_.push_back(kItem);
    pattern.remove_prefix(end + (is_item ? kItem.size() : 1));
  }
}

bool FieldPattern::matches(std::span<const std::string_view> path) const {
  return std::ranges::equal(parts_, path, [](std::string_view part, std::string_view name) {
    return part == name || (part == "*" && name != kItem);
  });
}

}  // namespace dbplan
