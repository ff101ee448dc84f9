#pragma once

#include <map>
#include <string>

#include "engine/base/result.hpp"

namespace dbplan {

struct Request {
  std::string method;     // "GET", "POST", ...
  std::string path;       // absolute, with its query, already escaped
  std::string body = {};  // empty: none
  std::string content_type = "application/json";
  /// Whether sending it twice does no more than sending it once. A create is not: after a lost
  /// answer the object may exist.
  bool repeatable = true;
  /// Whether it may change the workspace; for the receipt.
  bool mutating = false;
};

struct Response {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

/// Sends one request and waits for its answer. Any answer is a Response, a 500 as much as a 200.
/// An Error means that there was none: Unreachable when nothing was sent, Unclear when the server
/// may have acted, Interrupted. Safe from several threads.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Result<Response> send(const Request& request) = 0;
};

}  // namespace dbplan
