#pragma once

#include <string>
#include <string_view>

#include "engine/base/json.hpp"
#include "engine/model/address.hpp"
#include "engine/model/kind.hpp"

namespace dbplan {

/// The tag by which dbplan finds again what it created, on kinds that carry tags.
inline constexpr std::string_view kStampTag = "dbplan";

/// "<8 hex of SHA-256 of the root path>.": what all stamps of one deployment begin with.
std::string stamp_prefix(std::string_view root_path);

/// The stamp of one address. The address is hashed where a tag value could not hold it: more than
/// 200 bytes, or a character outside letters, digits and "+-=._:/@" (the strictest cloud's rule).
std::string stamp_of(std::string_view root_path, const Address& address);

/// The stamp that a body carries; empty: none.
std::string stamp_in(const Kind& kind, const Json& body);

/// Puts the stamp where the kind keeps it; nothing for kinds without tags.
void put_stamp(const Kind& kind, Json& body, const std::string& stamp);

/// Takes the stamp out again.
void drop_stamp(const Kind& kind, Json& body);

}  // namespace dbplan
