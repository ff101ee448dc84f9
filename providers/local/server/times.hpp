#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace dbplan::local {

/// Milliseconds since 1970, as the API counts time.
using Millis = std::int64_t;

/// What time it is; a test may say so itself.
using WallClock = std::function<Millis()>;

inline Millis epoch_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace dbplan::local
