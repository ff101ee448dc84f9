#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "tests/faults/world.hpp"

namespace dbplan::faults {

/// What a workspace holds, in words that do not depend on when and how often something was tried:
/// ids are replaced by what they name, times and counters are left out.
struct Picture {
  std::multimap<std::string, std::string> objects;  // "job nightly" -> its body
  std::map<std::string, std::string> ledgers;       // by root path
  std::vector<std::string> locks;                   // paths
};

Picture picture_of(local::Store& store);

/// Deletes what dbplan keeps for itself in every deployment: ledger and lock.
void lose_state(World& world);

/// How a workspace differs from the one that it should be.
struct Findings {
  int duplicates = 0;  // a second object of one that there should be
  int orphans = 0;     // an object that there should not be
  int lost = 0;        // none of one that there should be
  int left = 0;        // what nobody can know of once the ledger is lost
  std::vector<std::string> texts;
  bool none() const { return texts.empty(); }
};

/// What is as in `forgivable` is no finding.
Findings compare(const Picture& wanted, const Picture& found, const Picture& forgivable = {});

}  // namespace dbplan::faults
