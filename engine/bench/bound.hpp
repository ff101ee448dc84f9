#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/bench/sample.hpp"

namespace dbplan::bench {

/// Notebook durations by name, in milliseconds.
using Durations = std::map<std::string, double>;

/// How close a parallel arm came to what its notebooks allow.
struct Bound {
  std::size_t workers = 0;
  double work = 0;           // all notebooks, one after the other, undisturbed
  double critical_path = 0;  // the longest one
  std::string longest;
  double lower = 0;        // no schedule on these workers is faster: max(critical path, work / k)
  double list = 0;         // what starting the longest first gives
  double speedup_max = 0;  // baseline time / lower
  double efficiency = 0;   // lower / observed time
  double stretch = 0;      // how much longer the same notebooks take when they run together
  std::size_t peak = 0;    // notebooks that ran at once in the median run
  double average_parallelism = 0;
  std::optional<double> serial_fraction;  // Karp and Flatt; needs more than one worker
  /// The observed time, exactly, as a sum.
  double ideal = 0, contention = 0, scheduling = 0, orchestration = 0;
  std::size_t enough_workers = 0;  // more than these cannot help
  struct Notebook {
    std::string name;
    double base = 0, arm = 0;
  };
  std::vector<Notebook> notebooks;  // longest in the arm first
};

/// Time from the first start to the last end on k workers when the longest is started first.
double longest_first(const Durations& durations, std::size_t workers);

/// The median duration of each notebook over the samples.
Durations median_durations(const std::vector<const Sample*>& samples);

/// `base` and `arm` are the valid samples, `base_time` and `arm_time` the medians of the metric.
/// Nothing if the notebooks' times are unknown or not the same notebooks.
std::optional<Bound> find_bound(const std::vector<const Sample*>& base,
                                const std::vector<const Sample*>& arm, double base_time,
                                double arm_time, std::size_t workers);

}  // namespace dbplan::bench
