#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/cli/prepare.hpp"

namespace dbplan {

/// How imported objects become ones of the deployment.
struct Claim {
  Plan plan;                         // what is done: stamps, and entries of the ledger
  std::set<Address> stamped;         // get our tag
  std::set<Address> remembered;      // need no tag, or cannot have one now
  std::vector<std::string> differs;  // the spec could not say it all: "jobs.x: tasks[...].y"
};

/// `prepared.plan` is the plan of the written spec; of it, only `addresses` are looked at. An
/// object is claimed when nothing but our tag would change. A running cluster gets its tag with its
/// next edit, because an edit restarts it.
Claim make_claim(const Prepared& prepared, const std::set<Address>& addresses);

/// Adds the tags and writes the ledger, under the deployment's lock. Returns what was not done.
Result<std::vector<std::string>> carry_out_claim(Session& session, Prepared& prepared,
                                                 const Claim& claim);

}  // namespace dbplan
