#pragma once

#include <span>

#include "engine/spec/draft.hpp"
#include "engine/spec/interpolate.hpp"

namespace dbplan {

/// Whether bundles know this kind of resource and dbplan does not manage it yet.
bool is_later_kind(std::string_view kind);
std::span<const std::string_view> later_kinds();

/// Reads every resource below `resources` (targets already merged in): fills in variables, checks
/// each against its kind, takes dbplan's own blocks out. Sorted by address.
void read_resources(const Node& resources, std::span<const Kind* const> kinds,
                    Interpolator& interpolator, Drafts& drafts, Reporter& report);

}  // namespace dbplan
