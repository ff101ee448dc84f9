#pragma once

#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"
#include "engine/bench/experiment.hpp"
#include "engine/bench/fairness.hpp"
#include "engine/bench/job_runner.hpp"

namespace dbplan::bench {

/// What the workspace says of the jobs and clusters of an experiment at one moment.
struct Facts {
  std::vector<std::string> job_ids;  // by arm
  std::vector<Json> settings;        // by arm
  std::vector<std::string> cluster_ids;
  std::vector<Json> clusters;
};

/// Reads the arms' jobs and clusters. An error when they cannot be measured: a task without an
/// existing cluster, a schedule that would fire in between, retries that would falsify times,
/// clusters that do not fit `design.clusters`.
Result<Facts> read_facts(const Experiment& experiment, JobRunner& jobs);

/// The clusters of the arms side by side.
ClusterComparison compare_facts(const Experiment& experiment, const Facts& facts);

/// What was changed in the jobs between two readings; empty when nothing.
std::string edited(const Experiment& experiment, const Facts& before, const Facts& after);

}  // namespace dbplan::bench
