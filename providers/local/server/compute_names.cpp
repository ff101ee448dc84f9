#include "providers/local/server/compute_names.hpp"

#include "providers/local/server/refusal.hpp"

namespace dbplan::local {

std::optional<std::string> ComputeNames::node_type_of_pool(const std::string& id) const {
  const auto stored = store_.get(kPoolKind, id);
  if (!stored) return std::nullopt;
  return text_at(at_or_null(parse_json(*stored).value_or(Json()), "settings"), "node_type_id");
}

Result<> ComputeNames::check(const Json& spec) const {
  for (const char* key : {"instance_pool_id", "driver_instance_pool_id"})
    if (const std::string pool = text_at(spec, key); !pool.empty() && !store_.get(kPoolKind, pool))
      return invalid("Can't find an instance pool with id: " + pool);
  const std::string policy = text_at(spec, "policy_id");
  if (!policy.empty() && !store_.get(kPolicyKind, policy))
    return invalid("Can't find a cluster policy with id: " + policy);
  return {};
}

}  // namespace dbplan::local
