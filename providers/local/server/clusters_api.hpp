#pragma once

#include "providers/local/server/clusters.hpp"
#include "providers/local/server/router.hpp"

namespace dbplan::local {

/// The Clusters API (2.1, and 2.0 as an alias). `clusters` outlives `router`.
void add_cluster_routes(Router& router, Clusters& clusters);

}  // namespace dbplan::local
