#pragma once

#include <span>

#include "engine/model/kind.hpp"

namespace dbplan::databricks {

extern const Kind kFolders, kFiles, kNotebooks, kSecretScopes, kSecrets, kSecretAcls,
    kInstancePools, kClusterPolicies, kSqlWarehouses, kClusters, kJobs, kSchedules, kPermissions,
    kBenchmarks;

/// Every kind that dbplan manages, in the order in which they are shown.
std::span<const Kind* const> databricks_kinds();

}  // namespace dbplan::databricks
