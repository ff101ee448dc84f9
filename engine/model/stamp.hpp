#pragma once

#include <string>
#include <string_view>

#include "engine/model/address.hpp"

namespace dbplan {

/// The tag by which dbplan finds again what it created, on kinds that carry tags.
inline constexpr std::string_view kStampTag = "dbplan";

/// "<8 hex of SHA-256 of the root path>.": what all stamps of one deployment begin with.
std::string stamp_prefix(std::string_view root_path);

/// The stamp of one address. The address is hashed where a tag value could not hold it: more than
/// 200 bytes, or a character outside letters, digits and "+-=._:/@" (the strictest cloud's rule).
std::string stamp_of(std::string_view root_path, const Address& address);

}  // namespace dbplan
