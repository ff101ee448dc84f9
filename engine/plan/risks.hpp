#pragma once

#include <vector>

#include "engine/live/live.hpp"
#include "engine/plan/plan.hpp"

namespace dbplan {

/// Adds to each change the risk labels that its action, fields and live state call for. Labels and
/// levels have stable ids: see the table in engine/README.md. Pure.
void assess(std::vector<Change>& changes, const Desired& desired, const Live& live);

/// What has to be asked before the risks of the plan are known: the runs of the jobs and clusters
/// that it changes.
std::vector<EvidenceQuestion> evidence_questions(const Plan& plan, const Live& live);

/// Error::Code::Conflict where what a plan changes is running, naming job and runs, or where the
/// server does not tell. `live` has the evidence for that plan.
Result<> refuse_active_runs(const Live& live);

}  // namespace dbplan
