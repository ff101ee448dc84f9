#pragma once

#include <optional>
#include <string>

#include "engine/base/json.hpp"
#include "providers/local/server/store.hpp"

namespace dbplan::local {

/// Store kinds of what cluster specifications refer to.
inline constexpr std::string_view kPoolKind = "instance_pools";
inline constexpr std::string_view kPolicyKind = "cluster_policies";

/// Looks up what a cluster specification may name.
class ComputeNames {
 public:
  explicit ComputeNames(Store& store) : store_(store) {}

  /// Nothing if there is no such pool.
  std::optional<std::string> node_type_of_pool(const std::string& id) const;
  /// Refuses a `spec` that names a pool or a policy that is not there.
  Result<> check(const Json& spec) const;

 private:
  Store& store_;
};

}  // namespace dbplan::local
