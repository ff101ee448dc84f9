#pragma once

#include <mutex>
#include <string_view>

namespace dbplan::local {

/// The server's own log, one line per entry, on a file descriptor. Thread-safe. Never give it a
/// token or a secret.
class ServerLog {
 public:
  /// -1: nowhere.
  explicit ServerLog(int descriptor) : descriptor_(descriptor) {}
  void line(std::string_view text);

 private:
  std::mutex mutex_;
  int descriptor_;
};

}  // namespace dbplan::local
