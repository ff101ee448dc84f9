#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "providers/local/server/clusters.hpp"
#include "providers/local/server/jobs.hpp"
#include "providers/local/server/run.hpp"
#include "providers/local/server/run_view.hpp"
#include "providers/local/server/server_log.hpp"
#include "providers/local/server/users.hpp"
#include "providers/local/server/workspace_tree.hpp"

namespace dbplan::local {

/// What the runs work with; everything outlives them.
struct RunsWorld {
  Store& store;
  Jobs& jobs;
  Clusters& clusters;
  WorkspaceTree& tree;
  NotebookHost& host;
  Users& users;
  ServerLog& log;
  WallClock now;
  std::string url;
};

/// How a run of a job differs from the job.
struct RunRequest {
  std::string trigger = "ONE_TIME";
  std::string user;
  std::string idempotency_token = {};
  std::map<std::string, std::string> job_parameters = {};
  std::map<std::string, std::string> notebook_params = {};
  std::set<std::string> only = {};  // task keys; empty: all
  std::optional<bool> queue = {};
  std::int64_t parent = 0;  // the task run that runs the job
};

/// The runs: their registry and what moves them on. Nothing happens outside pump(). Not
/// thread-safe.
class Runs {
 public:
  /// `past`: only looked at; runs that were active are.
  explicit Runs(RunsWorld world, bool past = false);

  const ComputeNames& names() const { return world_.clusters.names(); }

  Result<std::int64_t> run_job(const Job& job, const RunRequest& request);
  /// runs/submit; `settings` are effective.
  Result<std::int64_t> submit(Json settings, const std::string& user, const std::string& token);
  /// dbutils.notebook.run: `parent` is the task run that calls.
  Result<std::int64_t> run_notebook(std::int64_t parent, const Json& request);
  /// The run that was made with `token`, or 0.
  std::int64_t find_by_token(const std::string& token) const;

  /// A run as the API shows it; null if there is none.
  Json view(std::int64_t run_id) const;
  /// The run that `task_run_id` belongs to, or 0.
  std::int64_t run_of_task(std::int64_t task_run_id) const;
  /// Ids, newest first.
  std::vector<std::int64_t> ids() const;
  bool active(std::int64_t run_id) const { return active_.contains(run_id); }
  /// What runs/get-output adds to the task's view.
  Json output(std::int64_t task_run_id) const;
  /// Null unless the run is active.
  Run* find_active(std::int64_t run_id);
  /// An active task run and its run; null if it is not active.
  TaskRun* find_active_task(std::int64_t task_run_id, Run** run = nullptr);

  /// Asks an active run to stop; `as` is CANCELED or TIMEDOUT.
  void stop(std::int64_t run_id, const std::string& as);
  void remove(std::int64_t run_id);
  void set_timeout(std::int64_t job_id, std::int64_t seconds);

  /// Takes what the host has to say and moves every active run on, until nothing moves. True if
  /// a run ended.
  bool pump();
  /// When pump() has something to do that no event announces, or 0.
  Millis next_check() const;
  bool busy(const std::string& cluster_id) const;
  /// Active runs of a job: those that count against max_concurrent_runs.
  std::int64_t started_count(std::int64_t job_id) const;

 private:
  // Registry (runs.cpp).
  std::int64_t new_id();
  std::int64_t add(std::unique_ptr<Run> run);
  void load(bool past);
  void save(const Run& run);
  void settle_start(Run& run, const Job& job, std::optional<bool> queue);
  Result<> resolve_job_parameters(Run& run, const Job& job, const RunRequest& request) const;

  // Progress (run_progress.cpp).
  void take(HostEvent& event);
  void advance(Run& run);
  void advance_task(Run& run, TaskRun& task);
  void check_timeouts(Run& run);
  void decide(Run& run, TaskRun& task);
  void begin_attempt(Run& run, TaskRun& task);
  void stop_task(Run& run, TaskRun& task, const std::string& as);
  void press_stop(TaskRun& task);
  void end_task(Run& run, TaskRun& task, Ending ending);
  void retry_or_end(Run& run, TaskRun& task);
  void settle(Run& run, TaskRun& task, const RunOutcome& outcome);
  void release_clusters(Run& run, bool all);
  void finish(Run& run);
  void start_queued(std::int64_t job_id);
  bool has_children(std::int64_t task_run_id) const;
  void stop_children(std::int64_t task_run_id, const std::string& as);

  // Kinds of tasks (run_tasks.cpp).
  void begin_kind(Run& run, TaskRun& task);
  void place(Run& run, TaskRun& task);
  void launch(Run& run, TaskRun& task);
  Result<std::string> cluster_for(Run& run, TaskRun& task);
  Result<std::map<std::string, std::string>> notebook_parameters(const Run& run,
                                                                 const TaskRun& task) const;
  Result<std::string> resolved(const Run& run, const TaskRun& task, std::string_view text) const;
  void begin_condition(Run& run, TaskRun& task);
  void begin_job(Run& run, TaskRun& task);
  void watch_job(Run& run, TaskRun& task);
  void refuse_task(Run& run, TaskRun& task, std::string_view code, const std::string& why);

  RunsWorld world_;
  PageBase page_;
  std::map<std::int64_t, std::unique_ptr<Run>> active_;
  std::map<std::int64_t, Json> ended_;  // views
  std::map<std::int64_t, std::int64_t> run_of_task_;
  std::map<std::string, std::int64_t> by_token_;
  std::set<std::int64_t> changed_;  // to be saved
  std::int64_t last_id_;
  bool moved_ = false;
  bool ended_any_ = false;
};

}  // namespace dbplan::local
