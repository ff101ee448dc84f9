#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "providers/local/server/router.hpp"
#include "providers/local/server/store.hpp"

namespace dbplan::local {

/// What is known of an object whose permissions are asked for.
struct Protected {
  /// The entries that it has from its creation.
  Json first = Json::array();
  /// Ids of the folders around it, nearest first: what is given there holds here, too.
  std::vector<std::string> folders = {};
};

/// Nothing if there is no such object.
using ProtectedLookup = std::function<std::optional<Protected>(const std::string& id)>;

/// Who may do what with which object, as the Permissions API tells it. The lists are kept and
/// answered, not enforced: everybody who has a token may do everything. Not thread-safe.
class Permissions {
 public:
  explicit Permissions(Store& store);

  /// `type` is the segment of the request path ("jobs"); REQUIRES: one that the API knows.
  void add_type(const std::string& type, ProtectedLookup look_up);
  /// What a create call carries as access_control_list.
  Result<> set(const std::string& type, const std::string& id, const Json& list);
  /// Refuses a list that set() would refuse.
  Result<> check(const std::string& type, const Json& list) const;
  void add_routes(Router& router);

 private:
  struct Named {
    std::string type;
    std::string id;
  };
  Result<Named> named(const std::string& rest) const;
  Result<Answer> get(const Call& call);
  Result<Answer> change(const Call& call, bool keep_others);
  Result<Json> direct(const Named& named) const;
  Json view(const Named& named, const Json& direct_list) const;

  Store& store_;
  std::map<std::string, ProtectedLookup> look_up_;
};

}  // namespace dbplan::local
