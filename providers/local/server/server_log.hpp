#pragma once

#include <mutex>
#include <string_view>

#include "providers/local/server/times.hpp"

namespace dbplan::local {

/// The server's own log, one line per entry, on a file descriptor. Thread-safe. Never give it a
/// token or a secret.
class ServerLog {
 public:
  /// -1: nowhere.
  explicit ServerLog(int descriptor) : descriptor_(descriptor) {}
  /// Entries bear its times from now on, not those of the machine.
  void use_clock(WallClock now) { now_ = std::move(now); }
  void line(std::string_view text);

 private:
  std::mutex mutex_;
  int descriptor_;
  WallClock now_ = epoch_ms;
};

}  // namespace dbplan::local
