#pragma once

#include <filesystem>
#include <mutex>

#include "providers/local/server/call.hpp"

namespace dbplan::local {

/// One JSON line per request, so that a test (or a curious user) can prove what was sent. The
/// values of secrets are left out, long contents are named by digest. Thread-safe.
class RequestLog {
 public:
  /// Appends to `file` (mode 0600); an empty path logs nothing.
  explicit RequestLog(const std::filesystem::path& file);
  ~RequestLog();
  RequestLog(const RequestLog&) = delete;
  RequestLog& operator=(const RequestLog&) = delete;

  /// `fault`: the one that the answer met, or empty.
  void add(const Call& call, int status, const std::string& fault = {});

 private:
  std::mutex mutex_;
  int descriptor_ = -1;
};

}  // namespace dbplan::local
