#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/plan/plan.hpp"

namespace dbplan {

/// What a saved plan rests on. Sealed with a digest against damage; trust comes from where the
/// file is kept. It holds no secret and no body that is to be sent: those come again from the
/// spec, in the same checkout with the same target and variables.
struct PlanSeal {
  std::string spec_path;            // as given to `plan`
  std::vector<std::string> select;  // what of the spec
  bool destroy = false;             // the plan of a destroy
  std::string bundle, target, root_path, host;
  std::string desired;                              // digest of everything that would be sent
  std::map<std::string, std::string> fingerprints;  // address -> digest of the live body
  std::string changes;                              // digest of addresses and actions
};

/// The seal of what was planned, but for the flags that it was planned with. Volatile state
/// (running state, times) is left out.
PlanSeal seal_plan(const std::string& host, const Plan& plan, const Desired& desired,
                   const Live& live);

/// The file: the plan for machines with the seal beside it.
Json plan_file_json(const Json& plan_for_machines, const PlanSeal& seal);

/// Errors say which: not a plan file, another format version, damaged.
Result<PlanSeal> read_plan_file(const std::string& text);

/// Empty when `now` is the same plan on the same workspace; else why it is not, as a sentence.
std::string stale_reason(const PlanSeal& saved, const PlanSeal& now);

}  // namespace dbplan
