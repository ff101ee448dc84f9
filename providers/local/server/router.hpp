#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "providers/local/server/call.hpp"

namespace dbplan::local {

using Route = std::function<Result<Answer>(Call&)>;

/// Finds what answers a request: exact paths first, then the longest prefix that ends in "*".
class Router {
 public:
  /// `path` is absolute ("/api/local/clusters") and may end in "*".
  void add(std::string_view method, std::string_view path, Route route);
  /// The same route below /api/<version>/ for each version.
  void add(std::string_view method, std::initializer_list<std::string_view> versions,
           std::string_view path, const Route& route);
  /// Sets `call.rest`; null when no route matches.
  const Route* find(Call& call) const;

 private:
  std::map<std::pair<std::string, std::string>, Route> exact_;
  std::map<std::pair<std::string, std::string>, Route> prefixes_;
};

}  // namespace dbplan::local
