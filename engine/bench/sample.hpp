#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/bench/experiment.hpp"
#include "engine/bench/job_runner.hpp"
#include "engine/bench/schedule.hpp"

namespace dbplan::bench {

/// When one notebook ran, in milliseconds since the first one of its run began.
struct NotebookSpan {
  std::string name;
  std::int64_t start_ms = 0, end_ms = 0;
};

/// What came of one run. Only Valid and Censored runs enter the statistics; all are reported.
enum class Outcome {
  Valid,
  Censored,  // stopped at the time limit: longer than all others
  Failed,    // the arm's own doing: counts in its failure rate
  Invalid    // not the arm's doing, or not comparable: repeated
};

/// The durations of a run, in milliseconds, from the service's own timestamps.
struct Timing {
  std::int64_t start = 0;      // epoch
  std::int64_t exec_span = 0;  // first command to last command, over all tasks
  std::int64_t wall = 0;
  std::int64_t setup = 0;  // until the first command
  std::int64_t queue = 0;
  std::int64_t busy = 0;  // sum over the tasks
  std::int64_t run_duration = 0;
};

struct Sample {
  Slot slot;
  int attempt = 1;  // of this slot
  std::string run_id;
  std::string page_url;
  Outcome outcome = Outcome::Invalid;
  std::string reason;  // why it is not valid
  double value = 0;    // the metric in milliseconds; infinite when censored
  Timing timing;
  std::string cluster_id;
  std::string spark_context;  // changes when the cluster was restarted
  std::vector<NotebookSpan> notebooks;
  Json equivalence;          // the compared values of the exit JSON, by path
  std::optional<Load> load;  // of the machine meanwhile
  double z = 0;              // distance from the arm's median, see modified_z
};

/// Whether the run has ended for good.
bool is_terminal(const Json& run);
bool succeeded(const Json& run);
/// The service's words for how the run ended: "FAILED: Workload failed ...".
std::string ending(const Json& run);

/// The task runs that executed: not skipped, excluded or disabled, the last attempt of each.
std::vector<Json> executed_tasks(const Json& run);

/// Outcome, timing, cluster and metric of an ended run; `slot`, `attempt` and the exit values are
/// the caller's. `timed_out`: the benchmark itself stopped it.
Sample read_sample(const Json& run, const Experiment& experiment, const Arm& arm, bool timed_out);

/// Adds what the exit value of the run tells: the compared values and the notebooks' times. A value
/// that is missing makes the sample invalid.
void read_exit_value(const std::string& text, const Experiment& experiment, Sample& sample);

}  // namespace dbplan::bench
