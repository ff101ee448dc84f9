#pragma once

#include <string>

#include "engine/base/json.hpp"
#include "providers/local/server/compute_names.hpp"
#include "providers/local/server/notebook_host.hpp"

namespace dbplan::local {

/// Refuses what the Clusters API refuses. `spec` is what a user sent.
Result<> check_cluster_spec(const Json& spec, const ComputeNames& names);

/// What the service shows for `spec`: defaults filled in, aliases resolved.
Json effective_cluster(const Json& spec, const std::string& creator, const ComputeNames& names);

/// The same for a `new_cluster` within a job: only what a job answers with.
Json effective_job_cluster(const Json& spec, const ComputeNames& names);

/// What this machine gives to a cluster of that specification.
ClusterShape shape_of(const std::string& id, const Json& effective);

/// The driver and all workers, at their most.
std::int64_t nodes_of(const Json& effective);

/// "asked for 3 nodes; given 2 cores and 2048 MB on this machine".
std::string shape_note(const Json& effective, const ClusterShape& shape);

/// Answers of /clusters/list-node-types and /clusters/spark-versions.
Json node_types();
Json spark_versions();

}  // namespace dbplan::local
