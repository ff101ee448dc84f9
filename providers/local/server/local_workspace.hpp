#pragma once

#include <memory>

#include "engine/local_workspace.hpp"

namespace dbplan {

/// The local workspace of this machine: see engine/local_workspace.hpp.
std::unique_ptr<LocalWorkspace> make_local_workspace();

}  // namespace dbplan
