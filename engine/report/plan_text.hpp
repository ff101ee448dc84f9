#pragma once

#include "engine/apply/apply.hpp"
#include "engine/report/plan_view.hpp"

namespace dbplan {

struct TextStyle {
  bool color = false;
  bool why = false;  // also the differences that are not acted on, with their reasons
};

/// The plan for people at a terminal.
std::string plan_text(const Plan& plan, const PlanFrame& frame, const TextStyle& style);

/// One line for a step that ended.
std::string outcome_text(const StepOutcome& outcome, const TextStyle& style);

/// The last line of an apply: what was done, failed and not tried. Empty if nothing was to be done.
std::string apply_summary_text(const std::vector<StepOutcome>& outcomes);

/// "12 requests, 3 of them mutating, 1 retried after 0.6 s".
std::string receipt_text(const Receipt& receipt);

}  // namespace dbplan
