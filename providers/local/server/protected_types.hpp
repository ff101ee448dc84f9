#pragma once

#include "providers/local/server/clusters.hpp"
#include "providers/local/server/jobs.hpp"
#include "providers/local/server/permissions.hpp"
#include "providers/local/server/workspace_tree.hpp"

namespace dbplan::local {

/// Where the objects are that have permissions; all outlive the Permissions.
struct ProtectedWorld {
  Jobs& jobs;
  Clusters& clusters;
  WorkspaceTree& tree;
  Store& store;
};

/// Tells `permissions` of every type of object that has some.
void add_protected_types(Permissions& permissions, ProtectedWorld world);

}  // namespace dbplan::local
