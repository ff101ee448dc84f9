#pragma once

#include <string>

#include "engine/bench/comparison.hpp"
#include "engine/bench/runner.hpp"

namespace dbplan {

/// The comparison for people: what was compared and why that is fair, every run, the medians, the
/// speed-up with its interval, what bounds it, the asserts and the verdict.
std::string bench_text(const bench::Comparison& comparison);

/// One line (or, at the beginning, a few) for what a running benchmark is doing; may be empty.
std::string bench_progress_text(const bench::Progress& progress);

}  // namespace dbplan
