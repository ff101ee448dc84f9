#pragma once

#include "providers/local/server/router.hpp"
#include "providers/local/server/store.hpp"
#include "providers/local/server/times.hpp"

namespace dbplan::local {

inline constexpr std::string_view kWarehouseKind = "warehouses";

/// The routes of /api/2.0/sql/warehouses. `url` is the workspace's.
void add_warehouse_routes(Router& router, Store& store, const WallClock& now,
                          const std::string& url);

}  // namespace dbplan::local
