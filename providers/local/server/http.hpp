#pragma once

#include <functional>
#include <memory>

#include "providers/local/server/call.hpp"

namespace dbplan::local {

/// HTTP/1.1 on 127.0.0.1. Every connection has a thread of its own, so a call that waits holds up
/// nobody else.
class HttpServer {
 public:
  /// `handle` is called from many threads at once and does not throw.
  explicit HttpServer(std::function<Answer(Call&)> handle);
  ~HttpServer();  // stops it

  /// Binds to `port` (0: any free one) and returns the port. Nothing is answered before start().
  Result<int> bind(int port);
  void start();
  /// Returns when every handler has returned.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dbplan::local
