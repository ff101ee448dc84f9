#pragma once

#include <span>

#include "engine/bench/job_runner.hpp"
#include "engine/live/live.hpp"
#include "engine/model/kind.hpp"
#include "engine/provider.hpp"

namespace dbplan {

/// Jobs of the deployment by the spec's keys, run through the workspace's API. Refers to what it is
/// made with, which must outlive it.
class DeployedJobs final : public bench::JobRunner {
 public:
  DeployedJobs(Provider& provider, const Live& live, std::span<const Kind* const> kinds)
      : provider_(provider), live_(live), kinds_(kinds) {}

  Result<Json> job(const std::string& job) override;
  Result<Json> cluster(const std::string& cluster_id) override;
  Result<std::string> start(const std::string& job,
                            const std::map<std::string, std::string>& parameters,
                            const std::string& token) override;
  Result<Json> run(const std::string& run_id) override;
  Result<std::string> output(const std::string& task_run_id) override;
  Result<> cancel(const std::string& run_id) override;

  /// run-now with further members of its request (only, notebook_params); returns the run's id.
  Result<std::string> run_now(const std::string& job, Json request, const std::string& token);
  /// The whole answer of runs/get-output.
  Result<Json> whole_output(const std::string& task_run_id);

 private:
  Result<std::string> id_of(const std::string& job) const;

  Provider& provider_;
  const Live& live_;
  std::span<const Kind* const> kinds_;
};

/// runs/cancel: asks for the end, does not wait for it.
Result<> cancel_run(Provider& provider, const std::string& run_id);

}  // namespace dbplan
