#pragma once

#include <memory>

#include "providers/local/server/notebook_host.hpp"

namespace dbplan::faults {

/// A notebook host whose clusters are ready at once and whose runs succeed a second after their
/// start, by the clock that it is given. Not thread-safe.
std::unique_ptr<local::NotebookHost> make_timed_host(local::WallClock now);

}  // namespace dbplan::faults
