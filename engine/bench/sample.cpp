#include "engine/bench/sample.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "engine/base/millis.hpp"

namespace dbplan::bench {
namespace {

constexpr std::int64_t kClockSlackMs = 2000;
constexpr std::int64_t kLongestQueueMs = 60'000;

/// Ends that are not the arm's doing. Source: termination codes of the Jobs API.
constexpr std::string_view kInfrastructure[] = {
    "INTERNAL_ERROR",
    "CLOUD_FAILURE",
    "CLUSTER_ERROR",
    "CLUSTER_REQUEST_LIMIT_EXCEEDED",
    "WORKSPACE_RUN_LIMIT_EXCEEDED",
    "STORAGE_ACCESS_ERROR",
    "DRIVER_ERROR",
    "MAX_CONCURRENT_RUNS_EXCEEDED",
    "MAX_JOB_QUEUE_SIZE_EXCEEDED",
    "USER_CANCELED",
    "CANCELED",
    "SKIPPED",
};

std::string termination_code(const Json& run) {
  return text_at(at_or_null(at_or_null(run, "status"), "termination_details"), "code");
}

std::string result_state(const Json& run) {
  return text_at(at_or_null(run, "state"), "result_state");
}

Timing read_timing(const Json& run, const std::vector<Json>& tasks) {
  Timing timing;
  timing.start = millis_at(run, "start_time");
  timing.wall = millis_at(run, "end_time") - timing.start;
  timing.queue = millis_at(run, "queue_duration");
  timing.run_duration = millis_at(run, "run_duration", timing.wall);
  std::int64_t first = std::numeric_limits<std::int64_t>::max(), last = 0, task_queue = 0;
  for (const Json& task : tasks) {
    const std::int64_t begin = millis_at(task, "start_time") + millis_at(task, "setup_duration");
    const std::int64_t executed = millis_at(task, "execution_duration");
    first = std::min(first, begin);
    last = std::max(last, begin + executed);
    timing.busy += executed;
    task_queue = std::max(task_queue, millis_at(task, "queue_duration"));
  }
  timing.queue += task_queue;
  if (!tasks.empty()) {
    timing.exec_span = last - first;
    timing.setup = first - timing.start;
  }
  return timing;
}

/// The durations contradict each other: the service's clock or record is wrong.
bool contradictory(const Timing& timing, const std::vector<Json>& tasks) {
  for (const Json& task : tasks) {
    const std::int64_t executed = millis_at(task, "execution_duration");
    const std::int64_t end =
        millis_at(task, "start_time") + millis_at(task, "setup_duration") + executed;
    if (executed < 0 || end > millis_at(task, "end_time") + kClockSlackMs) return true;
  }
  return timing.exec_span <= 0 || timing.exec_span > timing.wall + kClockSlackMs;
}

/// A parameter that the run did not take as it was given.
std::string wrong_parameter(const Json& run, const Arm& arm) {
  for (const auto& [name, wanted] : arm.parameters) {
    for (const Json& given : at_or_null(run, "job_parameters")) {
      if (text_at(given, "name") != name) continue;
      if (const std::string value = text_at(given, "value", text_at(given, "default"));
          value != wanted)
        return fmt::format("parameter {} was \"{}\", not \"{}\"", name, value, wanted);
    }
  }
  return {};
}

std::string reason_against(const Json& run, const std::vector<Json>& tasks, const Timing& timing,
                           const Arm& arm) {
  if (tasks.empty()) return "no task was executed";
  for (const Json& task : tasks)
    if (int_at(task, "attempt_number") > 0)
      return fmt::format("task {} was retried", text_at(task, "task_key"));
  if (at_or_null(run, "repair_history").size() > 1) return "the run was repaired";
  if (contradictory(timing, tasks)) return "the timestamps contradict each other";
  if (timing.queue > kLongestQueueMs)
    return fmt::format("it was queued for {} s", timing.queue / 1000);
  return wrong_parameter(run, arm);
}

std::set<std::string> values_of(const std::vector<Json>& tasks, std::string_view key) {
  std::set<std::string> values;
  for (const Json& task : tasks)
    if (const std::string value = text_at(at_or_null(task, "cluster_instance"), key);
        !value.empty())
      values.insert(value);
  return values;
}

std::string joined(const std::set<std::string>& values) {
  return fmt::format("{}", fmt::join(values, ","));
}

}  // namespace

bool is_terminal(const Json& run) {
  const std::string state = text_at(at_or_null(run, "state"), "life_cycle_state");
  if (!state.empty())
    return state == "TERMINATED" || state == "SKIPPED" || state == "INTERNAL_ERROR";
  return text_at(at_or_null(run, "status"), "state") == "TERMINATED";
}

bool succeeded(const Json& run) {
  const std::string result = result_state(run);
  return result.empty() ? termination_code(run) == "SUCCESS" : result == "SUCCESS";
}

std::string ending(const Json& run) {
  const Json& state = at_or_null(run, "state");
  std::string result = text_at(state, "result_state", text_at(state, "life_cycle_state"));
  if (result.empty()) result = termination_code(run);
  const std::string message = text_at(state, "state_message");
  return message.empty() ? result : result + ": " + message;
}

std::vector<Json> executed_tasks(const Json& run) {
  std::map<std::string, Json> last;
  for (const Json& task : at_or_null(run, "tasks")) {
    const std::string result = result_state(task);
    const bool skipped = text_at(at_or_null(task, "state"), "life_cycle_state") == "SKIPPED";
    if (skipped || result == "EXCLUDED" || result == "DISABLED") continue;
    Json& known = last[text_at(task, "task_key")];
    if (known.is_null() || int_at(known, "attempt_number") <= int_at(task, "attempt_number"))
      known = task;
  }
  std::vector<Json> tasks;
  for (auto& [key, task] : last) tasks.push_back(std::move(task));
  return tasks;
}

Sample read_sample(const Json& run, const Experiment& experiment, const Arm& arm, bool timed_out) {
  const std::vector<Json> tasks = executed_tasks(run);
  Sample sample;
  sample.run_id = std::to_string(int_at(run, "run_id"));
  sample.page_url = text_at(run, "run_page_url");
  sample.timing = read_timing(run, tasks);
  sample.cluster_id = joined(values_of(tasks, "cluster_id"));
  sample.spark_context = joined(values_of(tasks, "spark_context_id"));

  if (timed_out || result_state(run) == "TIMEDOUT") {
    sample.outcome = Outcome::Censored;
    sample.reason = "stopped at the time limit";
    sample.value = std::numeric_limits<double>::infinity();
    return sample;
  }
  if (!succeeded(run)) {
    const std::string code = termination_code(run), result = result_state(run);
    const bool infrastructure = std::ranges::count(kInfrastructure, code) > 0 ||
                                result == "CANCELED" ||
                                result == "MAXIMUM_CONCURRENT_RUNS_REACHED" || result.empty();
    sample.outcome = infrastructure ? Outcome::Invalid : Outcome::Failed;
    sample.reason = ending(run);
    return sample;
  }
  sample.reason = reason_against(run, tasks, sample.timing, arm);
  sample.outcome = sample.reason.empty() ? Outcome::Valid : Outcome::Invalid;
  sample.value = static_cast<double>(experiment.metric == Experiment::Metric::ExecSpan
                                         ? sample.timing.exec_span
                                         : sample.timing.run_duration);
  return sample;
}

void read_exit_value(const std::string& text, const Experiment& experiment, Sample& sample) {
  if (experiment.equivalence.empty() && !experiment.timeline) return;
  const Result<Json> parsed = parse_json(text);
  const Json document = parsed ? *parsed : Json();
  sample.equivalence = Json::object();
  for (const auto& [name, path] : experiment.equivalence) {
    const std::vector<JsonPath::Match> found = path.select(document);
    if (found.empty() && sample.outcome == Outcome::Valid) {
      sample.outcome = Outcome::Invalid;
      sample.reason = fmt::format("the exit value has nothing at {}", name);
    }
    Json values = Json::array();
    for (const JsonPath::Match& match : found) values.push_back(*match.value);
    sample.equivalence[name] = found.size() == 1 ? values.front() : values;
  }
  if (!experiment.timeline) return;
  for (const JsonPath::Match& match : experiment.timeline->select(document)) {
    NotebookSpan span;
    span.name = text_at(*match.value, "name", match.key);
    span.start_ms = millis_at(*match.value, "start_ms");
    span.end_ms = millis_at(*match.value, "end_ms");
    if (span.end_ms >= span.start_ms && span.end_ms > 0)
      sample.notebooks.push_back(std::move(span));
  }
  std::ranges::sort(sample.notebooks, {}, &NotebookSpan::start_ms);
  const std::int64_t zero = sample.notebooks.empty() ? 0 : sample.notebooks.front().start_ms;
  for (NotebookSpan& span : sample.notebooks) {
    span.start_ms -= zero;
    span.end_ms -= zero;
  }
}

}  // namespace dbplan::bench
