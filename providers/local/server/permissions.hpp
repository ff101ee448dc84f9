#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "providers/local/server/router.hpp"
#include "providers/local/server/store.hpp"

namespace dbplan::local {

/// Who may do what with which object, as the Permissions API tells it. The lists are kept and
/// answered, not enforced: everybody who has a token may do everything. Not thread-safe.
class Permissions {
 public:
  /// The user who owns an object, or nothing when there is no such object.
  using OwnerOf = std::function<std::optional<std::string>(const std::string& id)>;

  explicit Permissions(Store& store);

  /// `type` is the segment of the request path ("jobs"); REQUIRES: one that the API knows.
  void add_type(const std::string& type, OwnerOf owner_of);
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
  Result<Json> direct(const Named& named);
  Json view(const Named& named, const Json& direct_list, const std::string& owner) const;

  Store& store_;
  std::map<std::string, OwnerOf> owner_of_;
};

}  // namespace dbplan::local
