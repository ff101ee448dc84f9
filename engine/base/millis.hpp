#pragma once

#include <algorithm>

#include "engine/base/json.hpp"

namespace dbplan {

/// int_at() for milliseconds, never more than some 30,000 years: what adds up a server's times does
/// not overflow.
inline std::int64_t millis_at(const Json& value, std::string_view key, std::int64_t fallback = 0) {
  constexpr std::int64_t kFarthest = 1'000'000'000'000'000;
  return std::clamp(int_at(value, key, fallback), -kFarthest, kFarthest);
}

}  // namespace dbplan
