#include "providers/databricks/kinds/kinds.hpp"

namespace dbplan::databricks {

std::span<const Kind* const> databricks_kinds() {
  static constexpr const Kind* kAll[] = {
      &kFolders,    &kFiles,         &kNotebooks,       &kSecretScopes,  &kSecrets,
      &kSecretAcls, &kInstancePools, &kClusterPolicies, &kSqlWarehouses, &kClusters,
      &kJobs,       &kSchedules,     &kPermissions,     &kBenchmarks};
  return kAll;
}

}  // namespace dbplan::databricks
