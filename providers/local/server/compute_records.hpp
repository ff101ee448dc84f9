#pragma once

#include <optional>
#include <string>

#include "providers/local/server/router.hpp"
#include "providers/local/server/store.hpp"
#include "providers/local/server/times.hpp"

namespace dbplan::local {

/// Things that are only kept and shown: nothing here runs on them. `store` outlives `router`.

/// Instance Pools API 2.0.
void add_instance_pool_routes(Router& router, Store& store);
/// Cluster Policies API 2.0.
void add_cluster_policy_routes(Router& router, Store& store, const WallClock& now);
/// SQL Warehouses API 2.0. A warehouse starts and stops at once; no query runs on it.
void add_warehouse_routes(Router& router, Store& store);

/// Who created the record; nothing if there is none. `kind`: "instance_pools", "cluster_policies",
/// "sql_warehouses".
std::optional<std::string> record_creator(Store& store, std::string_view kind,
                                          const std::string& id);

/// Helpers of the three files: a counter that never gives the same number twice, a record, and
/// whether another record has the name already.
int next_number(Store& store, std::string_view kind);
Result<Json> find_record(Store& store, std::string_view kind, const std::string& id,
                         const std::string& noun);
bool name_is_taken(Store& store, std::string_view kind, std::string_view name_field,
                   const std::string& name, const std::string& except);

}  // namespace dbplan::local
