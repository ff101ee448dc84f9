#pragma once

#include "providers/local/server/router.hpp"
#include "providers/local/server/store.hpp"
#include "providers/local/server/times.hpp"

namespace dbplan::local {

/// The routes of /api/2.0/policies/clusters.
void add_cluster_policy_routes(Router& router, Store& store, const WallClock& now);

}  // namespace dbplan::local
