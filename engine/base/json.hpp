#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace dbplan {

/// JSON values with object keys in sorted order, so that equal values have equal text.
/// Integers are kept as 64-bit integers: ids above 2^53 survive.
using Json = nlohmann::json;

/// Parses `text`; an error names the byte offset. More than 500 levels are refused, because what
/// walks a value would run out of stack. Never throws.
Result<Json> parse_json(std::string_view text);

/// One text for one value: sorted keys, no spaces, UTF-8; invalid UTF-8 is replaced. Never throws.
std::string canonical(const Json& value);

/// Like canonical(), indented by two spaces.
std::string pretty(const Json& value);

/// The string at `key` of object `value`, or `fallback` if absent or no string.
std::string text_at(const Json& value, std::string_view key, std::string_view fallback = {});

/// The integer at `key`, also from a string of digits (newer APIs send int64 so), or `fallback`.
std::int64_t int_at(const Json& value, std::string_view key, std::int64_t fallback = 0);

/// The value at `key`, or a null value; never throws and never inserts.
const Json& at_or_null(const Json& value, std::string_view key);

}  // namespace dbplan
