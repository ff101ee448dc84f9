#pragma once

#include <functional>

#include "providers/local/server/router.hpp"
#include "providers/local/server/store.hpp"
#include "providers/local/server/users.hpp"

namespace dbplan::local {

/// How many instances of a pool clusters use now.
using PoolUse = std::function<std::int64_t(const std::string& pool)>;

/// The routes of /api/2.0/instance-pools.
void add_instance_pool_routes(Router& router, Store& store, const Users& users, PoolUse use);

}  // namespace dbplan::local
