#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "providers/local/server/notebook_host.hpp"

namespace dbplan::local {

/// How far a task or a run has come.
enum class Phase { Blocked, Queued, Pending, Running, Terminating, WaitingForRetry, Ended };

/// How something ended, in the words of the API.
struct Ending {
  std::string life_cycle;  // TERMINATED, INTERNAL_ERROR, SKIPPED
  std::string result;      // SUCCESS, FAILED, ...
  std::string code;        // of termination_details
  std::string message = {};
};

/// One task of a run, at its latest attempt.
struct TaskRun {
  std::string key;
  Json spec;  // effective
  std::int64_t id = 0;
  std::int64_t first_id = 0;  // of attempt 0
  int attempt = 0;
  Phase phase = Phase::Blocked;
  Ending ending = {};   // once Ended
  bool final = false;   // an ending that a retry cannot change
  Millis start = 0;     // the cluster was asked for
  Millis began = 0;     // the code began
  Millis code_end = 0;  // the code ended
  Millis end = 0;
  Millis retry_at = 0;
  std::string cluster_id = {};
  std::int64_t spark_context_id = 0;       // of the cluster, when the task began there
  bool start_asked = false;                // this attempt had its cluster started
  bool launched = false;                   // the host has it
  bool cancel_sent = false;                // the host was told to end it
  std::string stop_as = {};                // CANCELED or TIMEDOUT, once it was told to stop
  std::optional<RunOutcome> outcome = {};  // held back while its children end
  std::int64_t started_run = 0;            // of a run_job_task
  std::string condition = {};              // "true" or "false" of a condition_task
  std::string token = {};
  Json resolved = nullptr;  // parameters as the notebook gets them
  Json output = Json::object();
  std::map<std::string, Json> values = {};  // task values
  Json earlier = Json::array();             // views of earlier attempts
};

/// One run, as long as it is active.
struct Run {
  std::int64_t id = 0;
  std::int64_t job_id = 0;
  std::string type = "JOB_RUN";
  std::string trigger = "ONE_TIME";
  std::string name;
  std::string creator;
  std::string run_as;
  Json settings;  // of the job when the run was made, or of the submit call
  std::vector<TaskRun> tasks = {};
  std::map<std::string, std::string> parameters = {};  // of the job, resolved
  std::map<std::string, std::string> notebook_params = {};
  std::map<std::string, std::string> job_clusters = {};  // key -> cluster id
  Phase phase = Phase::Pending;
  Ending ending = {};
  Millis created = 0;
  Millis start = 0;
  Millis end = 0;
  std::int64_t timeout_seconds = 0;
  std::string stop_as = {};  // CANCELED or TIMEDOUT
  std::string token = {};    // idempotency
  std::int64_t parent = 0;   // task run that started it as a notebook or a job
  std::int64_t root_id = 0;  // of the job run at the top
  int depth = 0;             // of runs that start runs
};

}  // namespace dbplan::local
