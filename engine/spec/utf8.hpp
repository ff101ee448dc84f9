#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace dbplan {

/// The first byte of `text` that is not part of well-formed UTF-8, or nothing.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

}  // namespace dbplan
