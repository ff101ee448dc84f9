#pragma once

#include "engine/apply/apply.hpp"
#include "engine/base/json.hpp"
#include "engine/report/plan_view.hpp"

namespace dbplan {

/// The plan for machines, format "dbplan.plan" 1.0. Ids are strings, arrays are sorted, secrets
/// are {"redacted": true}. The same plan gives the same bytes, but for `observed_at`.
Json plan_json(const Plan& plan, const PlanFrame& frame);

/// What an apply did: {"applied": [...], "failed": [...], "not_tried": [...]}.
Json outcomes_json(const std::vector<StepOutcome>& outcomes);

}  // namespace dbplan
