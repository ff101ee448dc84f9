#pragma once

#include <string>
#include <vector>

#include "engine/base/json.hpp"

namespace dbplan::faults {

using Arguments = std::vector<std::string>;  // without the program's name

/// A request of somebody else's.
struct Foreign {
  std::string path;
  Json body;
};

/// What is cut into, and how it is finished afterwards.
struct Scenario {
  std::string name;
  std::vector<std::string> folders;    // of the project, copied into the checkouts
  std::vector<Foreign> others = {};    // what somebody else does first
  std::vector<Arguments> before = {};  // then what makes the start
  std::vector<Arguments> cut;          // what is cut into; several run at once
  std::vector<Arguments> again = {};   // what a user does afterwards; empty: cut[0]
  /// `again` is only for a run that was cut off after it had written this file; before, cut[0].
  std::string unless_written = {};
  Arguments plan;  // whose result must be empty in the end

  /// Runs that are on their way are not part of a snapshot: what is cut into starts jobs.
  bool runs_jobs = false;

  /// Not struck by the usual faults, but by those that no client can win.
  bool unwinnable = false;

  /// The command lines write into the checkout.
  bool writes_files = false;
};

/// The table.
std::vector<Scenario> all_scenarios();

}  // namespace dbplan::faults
