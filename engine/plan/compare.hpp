#pragma once

#include <string>
#include <vector>

#include "engine/live/live.hpp"
#include "engine/plan/plan.hpp"

namespace dbplan {

/// Why fields ask for an update, in one phrase; empty when none does.
std::string update_reason(const std::vector<FieldChange>& fields);

/// What the fields of `change` ask for: nothing, an update, a resize, a replacement; and why.
void judge_fields(const Resource& resource, const LiveResource& live, Change& change);

/// A running cluster that we know by its id does not restart for its tag alone: that travels with
/// the next edit, or is set once the cluster has stopped.
void leave_stamp_alone(const Resource& resource, const LiveResource& live, Change& change);

/// Adds to `change` how a notebook's cells and language differ. `last` may be null.
void compare_notebook(const Resource& resource, const LiveResource& live, const LedgerEntry* last,
                      Change& change);

/// Adds to `change` that the spec wants the resource started or stopped and it is not. `last` may
/// be null.
void compare_running(const Resource& resource, const LiveResource& live, const LedgerEntry* last,
                     Change& change);

}  // namespace dbplan
