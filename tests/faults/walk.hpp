#pragma once

#include <cstdint>

namespace dbplan::faults {

struct WalkOptions {
  int seconds = 60;
  std::uint64_t seed = 1;
};

/// Random edits of spec and workspace, random faults; after each step one undisturbed apply must
/// put everything right. A failure is shrunk and printed. Returns how many there were.
int run_walk(const WalkOptions& options);

}  // namespace dbplan::faults
