#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "providers/local/server/times.hpp"

namespace dbplan::local {

/// What a cluster is given on this machine.
struct ClusterShape {
  std::string id;
  std::string name;
  int cores = 1;
  int heap_mb = 1024;
  std::map<std::string, std::string> spark_conf = {};
  std::map<std::string, std::string> environment = {};
};

/// One notebook to run.
struct NotebookRun {
  std::string run;  // [A-Za-z0-9_-]+, not used before
  std::string cluster_id;
  std::string path;      // in the workspace
  std::string language;  // PYTHON, SQL, SCALA, R
  std::string format;    // SOURCE, JUPYTER
  std::string source;
  std::map<std::string, std::string> parameters = {};
  std::string token = {};  // of the API, for this run alone
  std::string user = {};
  std::string job_id = {};
  std::string job_run_id = {};
  std::string task_key = {};
};

struct RunOutcome {
  std::string state;  // SUCCESS, FAILED, CANCELED; LOST when the process or its cluster died
  std::optional<std::string> exit_value = {};
  std::string error = {};
  std::string error_trace = {};
  Millis started = 0;  // first cell, 0 if there was none
  Millis ended = 0;
};

/// What a host has to say, in the order in which it happened.
struct HostEvent {
  enum class Kind {
    ClusterReady,  // id: the cluster
    ClusterEnded,  // asked for or not; text: why, for people
    RunStarted,    // id: the run; its code begins
    RunEnded       // nothing of the run is left: no process, no Spark job
  };
  Kind kind;
  std::string id;
  std::string text = {};
  RunOutcome outcome = {};
};

/// Where notebooks run. Requests return at once; what becomes of them is said by events. Every
/// run that was started ends with exactly one RunEnded, every cluster with one ClusterEnded.
/// Thread-safe.
class NotebookHost {
 public:
  virtual ~NotebookHost() = default;
  virtual void start_cluster(const ClusterShape& shape) = 0;
  /// Its runs end as LOST first.
  virtual void stop_cluster(const std::string& id) = 0;
  /// REQUIRES: the cluster is ready.
  virtual void start_run(const NotebookRun& run) = 0;
  virtual void cancel_run(const std::string& run) = 0;
  virtual std::vector<HostEvent> take_events() = 0;
  /// `wake` is called, from any thread, when there are new events. REQUIRES: before anything else.
  virtual void listen(std::function<void()> wake) = 0;
  /// Why notebooks cannot run here; empty: they can.
  virtual std::string trouble() const = 0;
  /// Ends every process; returns when nothing is left.
  virtual void shut_down() = 0;
};

}  // namespace dbplan::local
