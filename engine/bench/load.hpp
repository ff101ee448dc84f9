#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "engine/bench/job_runner.hpp"

namespace dbplan::bench {

/// Reads /proc: what all of the machine's processes used, and what of that belongs to the given
/// processes and everything that they started (this process is always counted as own).
/// `proc` is for tests.
std::unique_ptr<CpuMeter> proc_cpu_meter(std::vector<int> own,
                                         std::filesystem::path proc = "/proc");

/// The load between two readings; nothing if `seconds` is too short to say.
std::optional<Load> load_between(const CpuTime& before, const CpuTime& after, double seconds);

}  // namespace dbplan::bench
