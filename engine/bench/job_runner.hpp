#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"

namespace dbplan::bench {

/// What a benchmark needs of a workspace. `job` is always the name that the spec uses ("nightly");
/// the implementation knows which job that is. Answers are the API's own JSON. Reads are retried
/// inside; calls come from one thread.
class JobRunner {
 public:
  virtual ~JobRunner() = default;

  /// jobs/get: {job_id, settings, ...}, with all pages of its lists.
  virtual Result<Json> job(const std::string& job) = 0;
  /// clusters/get.
  virtual Result<Json> cluster(const std::string& cluster_id) = 0;
  /// jobs/run-now with these job parameters; returns the run's id. The same token starts no
  /// second run.
  virtual Result<std::string> start(const std::string& job,
                                    const std::map<std::string, std::string>& parameters,
                                    const std::string& token) = 0;
  /// runs/get, with all pages of its lists.
  virtual Result<Json> run(const std::string& run_id) = 0;
  /// What the notebook of a task run gave to dbutils.notebook.exit; empty when nothing.
  virtual Result<std::string> output(const std::string& task_run_id) = 0;
  virtual Result<> cancel(const std::string& run_id) = 0;
};

/// Processor time since the machine started, in seconds of one core.
struct CpuTime {
  double busy = 0;  // by anybody, and taken away by a hypervisor
  double own = 0;   // by the workspace under test and this program
  int cores = 1;
};

/// Cores that were kept busy, on average over some time.
struct Load {
  double own = 0;
  double others = 0;
};

/// Reads how busy the machine is that the runs run on. Nothing when that is another machine or
/// cannot be told.
class CpuMeter {
 public:
  virtual ~CpuMeter() = default;
  virtual std::optional<CpuTime> read() = 0;
};

}  // namespace dbplan::bench
