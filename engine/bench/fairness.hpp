#pragma once

#include <string>
#include <vector>

#include "engine/base/json.hpp"

namespace dbplan::bench {

/// A field in which the clusters of two arms differ: its value for each arm, in arm order.
struct ClusterDifference {
  std::string field;
  std::vector<Json> values;
};

/// The proof that the arms run on clusters of one shape, or what speaks against it.
struct ClusterComparison {
  std::vector<std::string> equal;  // the fields that were compared and are the same
  std::vector<ClusterDifference> differences;
  Json shape;  // what they have in common, for people: version, node type, size
};

/// Compares what clusters/get says of one cluster per arm: everything that was specified, and what
/// the server gave for it (cores, memory, executors) if all of them run. Left out are what names a
/// cluster or tells its present state, and the fields in `ignore`.
ClusterComparison compare_clusters(const std::vector<Json>& clusters,
                                   const std::vector<std::string>& ignore);

}  // namespace dbplan::bench
