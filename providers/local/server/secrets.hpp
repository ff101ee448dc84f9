#pragma once

#include "providers/local/server/router.hpp"
#include "providers/local/server/store.hpp"
#include "providers/local/server/times.hpp"

namespace dbplan::local {

/// The Secrets API (2.0). Values lie in the workspace database, which only its user can read.
/// `store` outlives `router`.
void add_secret_routes(Router& router, Store& store, const WallClock& now);

}  // namespace dbplan::local
