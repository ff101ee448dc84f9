#pragma once

#include "providers/local/server/router.hpp"
#include "providers/local/server/workspace_tree.hpp"

namespace dbplan::local {

/// The Workspace API (2.0): notebooks, files and folders. `tree` outlives `router`.
void add_workspace_routes(Router& router, WorkspaceTree& tree);

}  // namespace dbplan::local
