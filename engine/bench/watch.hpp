#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "engine/base/clock.hpp"
#include "engine/bench/job_runner.hpp"

namespace dbplan::bench {

/// What happens while a run is watched.
struct WatchHooks {
  /// Called with every reading of a run that has not ended; an error ends the watch.
  std::function<Result<>(const Json& run, std::chrono::milliseconds elapsed)> look;
  /// Whether somebody waits for an answer: the pause is cut short and `look` called. May be empty.
  std::function<bool()> interrupted = {};
};

/// Reads the run again and again, ever less often the longer it takes, until it has ended.
Result<Json> watch_run(JobRunner& jobs, Clock& clock, const std::string& run_id,
                       const WatchHooks& hooks);

}  // namespace dbplan::bench
