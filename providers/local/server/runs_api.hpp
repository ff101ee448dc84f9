#pragma once

#include "providers/local/server/permissions.hpp"
#include "providers/local/server/router.hpp"
#include "providers/local/server/runs.hpp"

namespace dbplan::local {

/// The runs part of the Jobs API (2.2, and 2.1 and 2.0 as aliases). All outlive `router`.
void add_run_routes(Router& router, Runs& runs, Jobs& jobs);

/// What a running notebook asks for: see providers/local/README.md.
void add_notebook_run_routes(Router& router, Runs& runs, const WallClock& now);

}  // namespace dbplan::local
