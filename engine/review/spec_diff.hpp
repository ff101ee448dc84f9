#pragma once

#include "engine/plan/plan.hpp"

namespace dbplan {

/// What `after` changes in effect over `before`, as the plan that would follow if the workspace
/// were exactly what `before` says. Reads no workspace. Pure.
Plan diff_specs(const Desired& before, const Desired& after, std::span<const Kind* const> kinds);

}  // namespace dbplan
