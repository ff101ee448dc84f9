#include "engine/bench/preflight.hpp"

#include <fmt/format.h>

#include <set>

namespace dbplan::bench {
namespace {

std::unexpected<Error> unsuitable(const Arm& arm, std::string_view why) {
  return fail(Error::Code::Conflict,
              fmt::format("arm {}: job {} cannot be measured: {}", arm.name, arm.job, why));
}

/// The block that starts runs by itself and is not paused, or nothing.
std::string active_trigger(const Json& settings) {
  for (const std::string_view block : {"schedule", "trigger", "continuous"}) {
    const Json& trigger = at_or_null(settings, block);
    if (trigger.is_object() && text_at(trigger, "pause_status", "UNPAUSED") != "PAUSED")
      return std::string(block);
  }
  return {};
}

Result<std::string> cluster_of(const Arm& arm, const Json& settings) {
  std::set<std::string> clusters;
  for (const Json& task : at_or_null(settings, "tasks")) {
    const std::string key = text_at(task, "task_key"),
                      cluster = text_at(task, "existing_cluster_id");
    if (cluster.empty())
      return unsuitable(arm, fmt::format("task {} has no existing_cluster_id; comparing jobs that "
                                         "start clusters of their own is not built yet",
                                         key));
    if (int_at(task, "max_retries") != 0)
      return unsuitable(
          arm, fmt::format("task {} has max_retries: a retry would falsify the time", key));
    clusters.insert(cluster);
  }
  if (clusters.empty()) return unsuitable(arm, "it has no tasks");
  if (clusters.size() > 1) return unsuitable(arm, "its tasks run on more than one cluster");
  return *clusters.begin();
}

Result<> check_placement(const Experiment& experiment, const Facts& facts) {
  const std::set<std::string> different(facts.cluster_ids.begin(), facts.cluster_ids.end());
  if (experiment.clusters == Experiment::Clusters::Own &&
      different.size() != facts.cluster_ids.size())
    return fail(Error::Code::Conflict,
                "design.clusters is own, but two arms run on the same cluster; say shared");
  if (experiment.clusters == Experiment::Clusters::Shared && different.size() != 1)
    return fail(Error::Code::Conflict,
                "design.clusters is shared, but the arms run on different clusters; say own");
  return {};
}

}  // namespace

Result<Facts> read_facts(const Experiment& experiment, JobRunner& jobs) {
  Facts facts;
  for (const Arm& arm : experiment.arms) {
    const Json job = TRY(jobs.job(arm.job));
    const Json& settings = at_or_null(job, "settings");
    if (const std::string block = active_trigger(settings); !block.empty())
      return unsuitable(arm, fmt::format("its {} is not paused, so that a run of its own could "
                                         "come in between",
                                         block));
    facts.cluster_ids.push_back(TRY(cluster_of(arm, settings)));
    facts.job_ids.push_back(std::to_string(int_at(job, "job_id")));
    facts.settings.push_back(settings);
    facts.clusters.push_back(TRY(jobs.cluster(facts.cluster_ids.back())));
  }
  TRY_VOID(check_placement(experiment, facts));
  if (experiment.reset) TRY(jobs.job(experiment.reset->job));
  return facts;
}

ClusterComparison compare_facts(const Experiment& experiment, const Facts& facts) {
  return compare_clusters(facts.clusters, experiment.fairness_ignore);
}

std::string edited(const Experiment& experiment, const Facts& before, const Facts& after) {
  for (std::size_t arm = 0; arm < experiment.arms.size(); ++arm)
    if (before.settings[arm] != after.settings[arm])
      return fmt::format("job {} was edited while it was measured", experiment.arms[arm].job);
  return {};
}

}  // namespace dbplan::bench
