#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace dbplan {

/// SHA-256 of `bytes`, 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

/// `count` random bytes from the system's source, as 2 * count lower-case hex digits.
std::string random_hex(std::size_t count);

/// Standard base64 with padding.
std::string base64_encode(std::string_view bytes);
Result<std::string> base64_decode(std::string_view text);

/// gzip form of `bytes`; the same input gives the same output (no time stamp inside).
std::string gzip(std::string_view bytes);
/// Refuses more than `limit` bytes of output.
Result<std::string> gunzip(std::string_view bytes, std::size_t limit);

}  // namespace dbplan
