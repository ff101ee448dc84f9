#pragma once

#include "engine/live/live.hpp"
#include "engine/plan/plan.hpp"

namespace dbplan {

/// Adds to the change the risk labels that its action, fields and live state call for. Pure.
void assess(Change& change, const Live& live);

}  // namespace dbplan
