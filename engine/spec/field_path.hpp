#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace dbplan {

/// Stands for "any item of this list" in a field path.
inline constexpr std::string_view kItem = "[*]";

/// A path pattern of a kind's table ("tasks[*].depends_on"), split once. "*" matches any key.
class FieldPattern {
 public:
  /// `pattern` must outlive this object: tables do.
  explicit FieldPattern(std::string_view pattern);
  bool matches(std::span<const std::string_view> path) const;

 private:
  std::vector<std::string_view> parts_;
};

}  // namespace dbplan
