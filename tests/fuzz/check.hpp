#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace dbplan::fuzz {

/// A property that an input broke. The fuzzer stops on it; the unit tests report it.
class Broken : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

inline void demand(bool holds, const std::string& property) {
  if (!holds) throw Broken(property);
}

/// The text up to the first line end, which is taken off `rest`.
inline std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return line;
}

}  // namespace dbplan::fuzz
