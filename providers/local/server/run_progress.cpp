// What moves runs on: events of the host, time, and the ends of other tasks.

#include <fmt/format.h>

#include <algorithm>

#include "providers/local/server/runs.hpp"

namespace dbplan::local {
namespace {

constexpr std::string_view kOutputs = "run_outputs";
constexpr std::size_t kMaxOutput = 5 * 1024 * 1024;
constexpr const char* kSeeOutput = "Workload failed, see run output for details";

bool succeeded(const TaskRun& task) { return task.ending.result == "SUCCESS"; }

bool left_out(const TaskRun& task) {
  return task.ending.result == "EXCLUDED" || task.ending.result == "DISABLED";
}

bool failed(const TaskRun& task) {
  return task.phase == Phase::Ended && !succeeded(task) && !left_out(task);
}

/// How the tasks that `task` depends on have ended.
struct Upstream {
  std::size_t all = 0, succeeded = 0, failed = 0, left_out = 0;
  bool open = false;
  bool cancelled = false;
};

Upstream upstream_of(const Run& run, const TaskRun& task) {
  Upstream result;
  for (const Json& entry : at_or_null(task.spec, "depends_on")) {
    const auto need = std::ranges::find(run.tasks, text_at(entry, "task_key"), &TaskRun::key);
    if (need == run.tasks.end()) continue;  // not chosen for this run
    ++result.all;
    if (need->phase != Phase::Ended) result.open = true;
    const std::string outcome = text_at(entry, "outcome");
    const bool other_branch = !outcome.empty() && succeeded(*need) && need->condition != outcome;
    if (other_branch || left_out(*need))
      ++result.left_out;
    else if (succeeded(*need))
      ++result.succeeded;
    else if (failed(*need))
      ++result.failed;
    result.cancelled = result.cancelled || need->ending.result == "CANCELED" ||
                       need->ending.result == "UPSTREAM_CANCELED";
  }
  return result;
}

bool may_run(const std::string& run_if, const Upstream& up) {
  if (up.all == 0 || run_if == "ALL_DONE") return true;
  if (run_if == "AT_LEAST_ONE_SUCCESS") return up.succeeded > 0;
  if (run_if == "NONE_FAILED") return up.failed == 0 && up.succeeded > 0;
  if (run_if == "AT_LEAST_ONE_FAILED") return up.failed > 0;
  if (run_if == "ALL_FAILED") return up.failed == up.all;
  return up.succeeded == up.all;
}

Ending skipped_by(const std::string& run_if, const Upstream& up) {
  const bool wants_failure = run_if == "AT_LEAST_ONE_FAILED" || run_if == "ALL_FAILED";
  if (wants_failure || up.failed == 0)
    return {"SKIPPED", "EXCLUDED", "SKIPPED", "The run_if condition was not met"};
  if (up.cancelled)
    return {"SKIPPED", "UPSTREAM_CANCELED", "SKIPPED", "An upstream task was cancelled"};
  return {"SKIPPED", "UPSTREAM_FAILED", "SKIPPED", "An upstream task failed"};
}

Ending stopped_ending(const std::string& as) {
  if (as == "TIMEDOUT") return {"TERMINATED", "TIMEDOUT", "CANCELED", "The run timed out"};
  return {"TERMINATED", "CANCELED", "USER_CANCELED", "Run cancelled"};
}

bool is_leaf(const Run& run, const TaskRun& task) {
  return std::ranges::none_of(run.tasks, [&](const TaskRun& other) {
    return std::ranges::any_of(at_or_null(other.spec, "depends_on"), [&](const Json& entry) {
      return text_at(entry, "task_key") == task.key;
    });
  });
}

/// The end of a run follows its leaves; the message names the first task that failed by itself.
Ending ending_of(const Run& run) {
  if (!run.ending.result.empty()) return run.ending;
  if (!run.stop_as.empty()) return stopped_ending(run.stop_as);
  bool leaf_failed = false;
  const TaskRun* culprit = nullptr;
  for (const TaskRun& task : run.tasks) {
    if (!failed(task)) continue;
    leaf_failed = leaf_failed || is_leaf(run, task);
    if (task.ending.life_cycle != "SKIPPED" && culprit == nullptr) culprit = &task;
  }
  if (culprit == nullptr && !leaf_failed) return {"TERMINATED", "SUCCESS", "SUCCESS"};
  if (!leaf_failed) return {"TERMINATED", "SUCCESS_WITH_FAILURES", "SUCCESS_WITH_FAILURES"};
  if (culprit == nullptr) culprit = &run.tasks.front();
  std::string why = culprit->ending.message;
  while (why.ends_with('.')) why.pop_back();
  // Seen with the service: the run, not the task, says INTERNAL_ERROR.
  return {"INTERNAL_ERROR", "FAILED", culprit->ending.code,
          fmt::format("Task {} failed with message: {}.", culprit->key, why)};
}

Ending ending_of(const RunOutcome& outcome) {
  if (outcome.state == "SUCCESS") return {"TERMINATED", "SUCCESS", "SUCCESS"};
  if (outcome.state == "CANCELED") return stopped_ending("CANCELED");
  if (outcome.state == "LOST")
    return {"INTERNAL_ERROR", "FAILED", "DRIVER_ERROR",
            outcome.error.empty() ? "The notebook's process or its cluster ended" : outcome.error};
  return {"TERMINATED", "FAILED", "RUN_EXECUTION_ERROR", kSeeOutput};
}

Json output_of(const RunOutcome& outcome) {
  Json output = Json::object();
  if (outcome.exit_value) {
    std::string text = *outcome.exit_value;
    const bool truncated = text.size() > kMaxOutput;
    if (truncated) text.resize(kMaxOutput);
    output["notebook_output"] = {{"result", std::move(text)}, {"truncated", truncated}};
  } else if (outcome.state == "SUCCESS") {
    output["notebook_output"] = {{"truncated", false}};
  }
  if (!outcome.error.empty()) output["error"] = outcome.error;
  if (!outcome.error_trace.empty()) output["error_trace"] = outcome.error_trace;
  return output;
}

}  // namespace

bool Runs::pump() {
  ended_any_ = false;
  do {
    moved_ = false;
    for (HostEvent& event : world_.host.take_events()) {
      take(event);
      moved_ = true;
    }
    std::vector<std::int64_t> ids;
    for (const auto& [id, run] : active_) ids.push_back(id);
    for (const std::int64_t id : ids)
      if (Run* run = find_active(id)) advance(*run);
  } while (moved_);
  for (const std::int64_t id : changed_)
    if (const Run* run = find_active(id)) save(*run);
  changed_.clear();
  return ended_any_;
}

void Runs::take(HostEvent& event) {
  if (event.kind == HostEvent::Kind::ClusterReady || event.kind == HostEvent::Kind::ClusterEnded)
    return world_.clusters.take(event);
  Run* run = nullptr;
  TaskRun* task = find_active_task(std::atoll(event.id.c_str()), &run);
  if (task == nullptr || !task->launched) return;
  changed_.insert(run->id);
  if (event.kind == HostEvent::Kind::RunStarted) {
    task->began = world_.now();
    if (task->phase == Phase::Pending) task->phase = Phase::Running;
    return;
  }
  task->launched = false;
  task->outcome = std::move(event.outcome);
  stop_children(task->id, "CANCELED");
}

void Runs::advance(Run& run) {
  if (run.phase == Phase::Queued) return;
  check_timeouts(run);
  for (TaskRun& task : run.tasks) advance_task(run, task);
  const bool begun = std::ranges::any_of(run.tasks, [](const TaskRun& task) {
    return task.phase == Phase::Running || task.attempt > 0 || task.began != 0;
  });
  if (begun && run.phase == Phase::Pending) run.phase = Phase::Running;
  const bool over = std::ranges::all_of(
      run.tasks, [](const TaskRun& task) { return task.phase == Phase::Ended; });
  release_clusters(run, over);
  if (over) finish(run);
}

void Runs::advance_task(Run& run, TaskRun& task) {
  if (task.phase == Phase::Ended) return;
  if (task.outcome) {
    // A run ends with everything that it started.
    if (!has_children(task.id)) settle(run, task, *task.outcome);
    return;
  }
  if (task.phase == Phase::Terminating) return press_stop(task);
  if (task.phase == Phase::Blocked) return decide(run, task);
  if (task.phase == Phase::WaitingForRetry && world_.now() >= task.retry_at)
    return begin_attempt(run, task);
  if (task.phase == Phase::Pending && !task.launched) return place(run, task);
  if (task.phase == Phase::Running && task.started_run != 0) watch_job(run, task);
}

void Runs::check_timeouts(Run& run) {
  const Millis now = world_.now();
  if (run.timeout_seconds > 0 && run.stop_as.empty() &&
      now >= run.start + run.timeout_seconds * 1000)
    stop(run.id, "TIMEDOUT");
  for (TaskRun& task : run.tasks) {
    const std::int64_t limit = int_at(task.spec, "timeout_seconds");
    const bool going = task.phase == Phase::Pending || task.phase == Phase::Running;
    if (limit > 0 && going && task.stop_as.empty() && now >= task.start + limit * 1000)
      stop_task(run, task, "TIMEDOUT");
  }
}

void Runs::decide(Run& run, TaskRun& task) {
  const Upstream up = upstream_of(run, task);
  if (up.open) return;
  if (at_or_null(task.spec, "disabled") == true)
    return end_task(run, task, {"SKIPPED", "DISABLED", "DISABLED", "The task is disabled"});
  const std::string run_if = text_at(task.spec, "run_if", "ALL_SUCCESS");
  if (!may_run(run_if, up)) return end_task(run, task, skipped_by(run_if, up));
  begin_attempt(run, task);
}

void Runs::begin_attempt(Run& run, TaskRun& task) {
  if (task.phase == Phase::WaitingForRetry) {
    task.id = new_id();
    run_of_task_[task.id] = run.id;
    ++task.attempt;
    task.ending = {};
    task.output = Json::object();
  }
  task.start = world_.now();
  task.began = task.code_end = task.end = 0;
  task.start_asked = task.cancel_sent = false;
  task.stop_as.clear();
  task.phase = Phase::Pending;
  moved_ = true;
  changed_.insert(run.id);
  begin_kind(run, task);
}

void Runs::stop(std::int64_t run_id, const std::string& as) {
  Run* run = find_active(run_id);
  if (run == nullptr || !run->stop_as.empty()) return;
  run->stop_as = as;
  if (run->phase == Phase::Queued) run->start = world_.now();
  run->phase = Phase::Terminating;
  for (TaskRun& task : run->tasks) stop_task(*run, task, as);
  changed_.insert(run_id);
  moved_ = true;
}

void Runs::stop_task(Run& run, TaskRun& task, const std::string& as) {
  if (task.phase == Phase::Ended || !task.stop_as.empty()) return;
  task.stop_as = as;
  moved_ = true;
  changed_.insert(run.id);
  if (task.outcome) return;  // it has ended by itself; only its children are waited for
  if (!task.launched && task.started_run == 0) return end_task(run, task, stopped_ending(as));
  task.phase = Phase::Terminating;
  stop_children(task.id, as == "TIMEDOUT" ? "CANCELED" : as);
}

/// Children first, then the process itself.
void Runs::press_stop(TaskRun& task) {
  if (has_children(task.id)) return;
  if (task.started_run != 0) {
    task.outcome = RunOutcome{.state = "CANCELED"};
    moved_ = true;
    return;
  }
  if (task.cancel_sent) return;
  task.cancel_sent = true;
  moved_ = true;
  world_.host.cancel_run(std::to_string(task.id));
}

bool Runs::has_children(std::int64_t task_run_id) const {
  return std::ranges::any_of(
      active_, [&](const auto& entry) { return entry.second->parent == task_run_id; });
}

void Runs::stop_children(std::int64_t task_run_id, const std::string& as) {
  std::vector<std::int64_t> ids;
  for (const auto& [id, run] : active_)
    if (run->parent == task_run_id) ids.push_back(id);
  for (const std::int64_t id : ids) stop(id, as);
}

void Runs::settle(Run& run, TaskRun& task, const RunOutcome& outcome) {
  if (outcome.started != 0) task.began = outcome.started;
  task.code_end = outcome.ended != 0 ? outcome.ended : world_.now();
  task.output.update(output_of(outcome));
  Ending ending = task.stop_as.empty() ? ending_of(outcome) : stopped_ending(task.stop_as);
  task.outcome.reset();
  task.started_run = 0;
  end_task(run, task, std::move(ending));
}

void Runs::end_task(Run& run, TaskRun& task, Ending ending) {
  task.ending = std::move(ending);
  task.phase = Phase::Ended;
  if (task.start != 0) task.end = world_.now();
  if (!task.token.empty()) world_.users.take_back(std::exchange(task.token, {}));
  if (!task.output.empty())
    world_.store.put(kOutputs, std::to_string(task.id), canonical(task.output));
  world_.clusters.touch(task.cluster_id);
  moved_ = true;
  changed_.insert(run.id);
  retry_or_end(run, task);
}

void Runs::retry_or_end(Run& run, TaskRun& task) {
  const std::int64_t limit = int_at(task.spec, "max_retries");
  const std::string& result = task.ending.result;
  const bool may_retry = result == "FAILED" || (result == "TIMEDOUT" &&
                                                at_or_null(task.spec, "retry_on_timeout") == true);
  if (!may_retry || task.final || !run.stop_as.empty()) return;
  if (limit >= 0 && task.attempt >= limit) return;
  task.earlier.push_back(task_view(run, task, page_));
  task.phase = Phase::WaitingForRetry;
  task.stop_as.clear();
  task.retry_at = task.start + int_at(task.spec, "min_retry_interval_millis");
}

/// Clusters that the run made end when no task needs them any more.
void Runs::release_clusters(Run& run, bool all) {
  std::erase_if(run.job_clusters, [&](const auto& entry) {
    const auto& [key, cluster_id] = entry;
    const bool needed = !all && std::ranges::any_of(run.tasks, [&](const TaskRun& task) {
      return task.phase != Phase::Ended &&
             (text_at(task.spec, "job_cluster_key") == key || task.key == key || key.empty());
    });
    if (needed) return false;
    if (Cluster* cluster = world_.clusters.find(cluster_id))
      world_.clusters.terminate(*cluster, "JOB_FINISHED", "The run that it was made for has ended");
    return true;
  });
}

void Runs::finish(Run& run) {
  run.ending = ending_of(run);
  run.phase = Phase::Ended;
  run.end = world_.now();
  save(run);
  ended_[run.id] = run_view(run, page_);
  changed_.erase(run.id);
  ended_any_ = moved_ = true;
  const std::int64_t job_id = run.type == "JOB_RUN" ? run.job_id : 0;
  active_.erase(std::int64_t{run.id});  // `run` ends here
  if (job_id != 0) start_queued(job_id);
}

void Runs::start_queued(std::int64_t job_id) {
  const Job* job = world_.jobs.find(job_id);
  const std::int64_t limit = job == nullptr ? 1 : int_at(job->settings, "max_concurrent_runs", 1);
  for (auto& [id, run] : active_) {
    if (run->job_id != job_id || run->phase != Phase::Queued) continue;
    if (started_count(job_id) >= limit) return;
    run->phase = Phase::Pending;
    run->start = world_.now();
    changed_.insert(id);
  }
}

Millis Runs::next_check() const {
  Millis next = 0;
  const auto consider = [&next](Millis when) { next = next == 0 ? when : std::min(next, when); };
  for (const auto& [id, run] : active_) {
    if (run->timeout_seconds > 0 && run->phase != Phase::Queued && run->stop_as.empty())
      consider(run->start + run->timeout_seconds * 1000);
    for (const TaskRun& task : run->tasks) {
      const std::int64_t limit = int_at(task.spec, "timeout_seconds");
      const bool going = task.phase == Phase::Pending || task.phase == Phase::Running;
      if (limit > 0 && going && task.stop_as.empty()) consider(task.start + limit * 1000);
      if (task.phase == Phase::WaitingForRetry) consider(task.retry_at);
    }
  }
  return next;
}

bool Runs::busy(const std::string& cluster_id) const {
  return std::ranges::any_of(active_, [&](const auto& entry) {
    return std::ranges::any_of(entry.second->tasks, [&](const TaskRun& task) {
      return task.cluster_id == cluster_id && task.phase != Phase::Ended &&
             task.phase != Phase::WaitingForRetry;
    });
  });
}

}  // namespace dbplan::local
