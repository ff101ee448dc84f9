#include "engine/bench/fairness.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace dbplan::bench {
namespace {

/// Names, owners, tags and running state: they differ between equal clusters. What is not listed
/// here is compared, so that a field of tomorrow is looked at too.
constexpr std::string_view kNotShape[] = {
    "autotermination_minutes",
    "cluster_id",
    "cluster_log_conf",
    "cluster_log_status",
    "cluster_name",
    "cluster_source",
    "creator_user_name",
    "custom_tags",
    "default_tags",
    "driver",
    "executors",  // their number is compared
    "init_scripts_safe_mode",
    "jdbc_port",
    "last_activity_time",
    "last_restarted_time",
    "last_state_loss_time",
    "pinned_by_user_name",
    "spark_context_id",
    "spec",  // a copy of what was sent: the same fields once more
    "ssh_public_keys",
    "start_time",
    "state",
    "state_message",
    "terminated_time",
    "termination_reason",
};

constexpr std::string_view kShape[] = {"spark_version",      "node_type_id",  "driver_node_type_id",
                                       "num_workers",        "autoscale",     "runtime_engine",
                                       "data_security_mode", "cluster_cores", "executor_count",
                                       "cluster_memory_mb"};

/// What the server gave; known only while a cluster runs.
constexpr std::string_view kGiven[] = {"cluster_cores", "cluster_memory_mb", "executor_count"};

bool compared(const std::string& field, const std::vector<std::string>& ignore) {
  return std::ranges::find(kNotShape, field) == std::end(kNotShape) &&
         std::ranges::find(ignore, field) == ignore.end();
}

/// Absent, empty and null mean the same.
Json normal(const Json& value) {
  const bool nothing =
      value.is_null() || ((value.is_object() || value.is_array()) && value.empty()) || value == "";
  return nothing ? Json() : value;
}

Json shape_of(const Json& cluster) {
  Json shape = cluster;
  const Json& executors = at_or_null(cluster, "executors");
  shape["driver_node_type_id"] =
      text_at(cluster, "driver_node_type_id", text_at(cluster, "node_type_id"));
  if (executors.is_array()) shape["executor_count"] = executors.size();
  return shape;
}

}  // namespace

ClusterComparison compare_clusters(const std::vector<Json>& clusters,
                                   const std::vector<std::string>& ignore) {
  const bool all_run = std::ranges::all_of(
      clusters, [](const Json& cluster) { return text_at(cluster, "state") == "RUNNING"; });
  std::vector<Json> shapes;
  std::set<std::string> fields;
  for (const Json& cluster : clusters) {
    shapes.push_back(shape_of(cluster));
    for (const auto& [field, value] : shapes.back().items())
      if (compared(field, ignore)) fields.insert(field);
  }
  if (!all_run)
    for (const std::string_view field : kGiven) fields.erase(std::string(field));
  ClusterComparison result;
  result.shape = Json::object();
  for (const std::string& field : fields) {
    std::vector<Json> values;
    for (const Json& shape : shapes) values.push_back(normal(at_or_null(shape, field)));
    if (std::ranges::all_of(values, [&](const Json& value) { return value == values.front(); })) {
      result.equal.push_back(field);
      const bool shown = std::ranges::find(kShape, field) != std::end(kShape);
      if (shown && !values.front().is_null()) result.shape[field] = values.front();
    } else {
      result.differences.push_back({field, std::move(values)});
    }
  }
  return result;
}

}  // namespace dbplan::bench
