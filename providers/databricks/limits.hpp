#pragma once

#include <span>

#include "engine/net/rate_budget.hpp"

namespace dbplan::databricks {

/// The published limits of a workspace, in requests per second; what is not published gets a rate
/// that official clients keep to.
std::span<const RateLimit> rate_limits();

}  // namespace dbplan::databricks
