#pragma once

#include <functional>
#include <string>

#include "engine/base/clock.hpp"
#include "engine/bench/comparison.hpp"
#include "engine/bench/job_runner.hpp"

namespace dbplan::bench {

/// What the experiment is doing just now.
struct Progress {
  enum class Stage {
    Ready,    // everything was checked; the first run follows
    Reset,    // the reset before `slot` has begun
    Running,  // the run of `slot` has begun
    Ended,    // `sample` is there
    Done
  };
  Stage stage = Stage::Ready;
  const Experiment* experiment = nullptr;
  Slot slot;
  std::size_t place = 0;  // of this run among all: 1 for the first warm-up
  std::size_t runs = 0;   // planned in all, warm-ups too
  const Sample* sample = nullptr;
  const Comparison* comparison = nullptr;  // as far as it has come
};

struct RunnerOptions {
  /// Begins the idempotency token of every run, at most 24 characters: the same session starts no
  /// run twice.
  std::string session;
  std::string workspace;                          // for the report
  std::function<void(const Progress&)> progress;  // may be empty
  std::function<bool()> interrupted;              // may be empty
  CpuMeter* cpu = nullptr;                        // null: foreign load is not known
};

/// Runs the experiment and analyses it. An error means that nothing was measured (a job or cluster
/// is missing or unsuitable); whatever happens later ends in a Comparison that says so.
Result<Comparison> run_experiment(const Experiment& experiment, JobRunner& jobs, Clock& clock,
                                  const RunnerOptions& options);

}  // namespace dbplan::bench
