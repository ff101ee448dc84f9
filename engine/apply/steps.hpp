#pragma once

#include <set>
#include <vector>

#include "engine/apply/runner.hpp"
#include "engine/plan/plan.hpp"

namespace dbplan {

/// One API call of an apply.
struct Step {
  enum class Verb { Create, Update, Resize, Start, Stop, Remove, Release };
  Verb verb = Verb::Create;
  const Change* change = nullptr;  // what is told to the user; a schedule's when it alone changed
  Address target;                  // whose request it is: the job of a schedule
  std::string id;                  // of the object; empty for Create
};

/// Steps that may run at once where nothing is needed; `tasks[i]` belongs to `steps[i]`.
struct Stage {
  std::vector<Step> steps;
  std::vector<Task> tasks;
};

/// The deletes of `first`, which make room for what is new.
Stage clearing_steps(const std::set<const Change*>& first);

/// Creates and updates in dependency order; then, in stages that follow each other, the deletes
/// that are not in `first`: dependants first, the kinds in reverse order.
std::vector<Stage> schedule_steps(const Plan& plan, const Desired& desired,
                                  const std::set<const Change*>& first,
                                  const std::vector<std::string>& kind_order);

}  // namespace dbplan
