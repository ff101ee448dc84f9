#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/faults/client.hpp"
#include "tests/faults/fault.hpp"
#include "tests/faults/world.hpp"

namespace dbplan::faults {

/// How one use of the command line ended.
struct Ended {
  int exit_code = -1;
  std::string out, err;
  bool killed = false;       // by a fault
  std::string trouble = {};  // not empty: it did not end by itself, or not well
};

/// A fault and the request that it strikes, counted from 1 over all clients.
struct Strike {
  const Fault* fault = nullptr;
  std::size_t index = 0;
  std::int64_t reads_before = 0;  // Stale: how many reads came before that request
};

/// What happened while the clients ran.
struct Performance {
  std::vector<Ended> clients;
  std::vector<std::string> requests;  // "POST /api/2.2/jobs/create"
};

/// Lets the clients run on the workspace until all have ended. They start together and take turns,
/// one request each; time passes only when all of them sleep. So the same clients on the same
/// workspace always do the same.
Performance play(World& world, SharedTime& time, const std::vector<CommandLine>& clients,
                 const std::optional<Strike>& strike = {});

}  // namespace dbplan::faults
