#include "providers/local/server/router.hpp"

namespace dbplan::local {

void Router::add(std::string_view method, std::string_view path, Route route) {
  const bool prefix = path.ends_with('*');
  if (prefix) path.remove_suffix(1);
  auto& routes = prefix ? prefixes_ : exact_;
  routes[{std::string(method), std::string(path)}] = std::move(route);
}

void Router::add(std::string_view method, std::initializer_list<std::string_view> versions,
                 std::string_view path, const Route& route) {
  for (std::string_view version : versions)
    add(method, "/api/" + std::string(version) + "/" + std::string(path), route);
}

const Route* Router::find(Call& call) const {
  std::string path = call.path;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const std::string method = call.method == "HEAD" ? "GET" : call.method;
  if (const auto found = exact_.find({method, path}); found != exact_.end()) return &found->second;
  const Route* best = nullptr;
  std::size_t length = 0;
  for (const auto& [key, route] : prefixes_) {
    if (key.first != method || !call.path.starts_with(key.second) || key.second.size() < length)
      continue;
    best = &route;
    length = key.second.size();
  }
  if (best != nullptr) call.rest = call.path.substr(length);
  return best;
}

}  // namespace dbplan::local
