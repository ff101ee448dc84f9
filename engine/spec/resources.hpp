#pragma once

#include <span>

#include "engine/spec/draft.hpp"
#include "engine/spec/interpolate.hpp"

namespace dbplan {

/// Reads every resource below `resources` (targets already merged in): fills in variables, checks
/// each against its kind, takes dbplan's own blocks out. Sorted by address.
void read_resources(const Node& resources, std::span<const Kind* const> kinds,
                    Interpolator& interpolator, Drafts& drafts, Reporter& report);

}  // namespace dbplan
