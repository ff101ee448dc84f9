#pragma once

#include <memory>
#include <string>

#include "providers/local/server/notebook_host.hpp"

namespace dbplan::local {

/// Needs neither Java nor Python: clusters are ready at once, and runs end at once as `outcome`
/// (SUCCESS, FAILED, CANCELED), or with RUNNING only when they are cancelled.
std::unique_ptr<NotebookHost> make_instant_host(std::string outcome, WallClock now = epoch_ms);

}  // namespace dbplan::local
