#pragma once

#include <span>

#include "engine/model/kind.hpp"

namespace dbplan::databricks {

extern const Kind kNotebooks, kClusters, kJobs, kSchedules, kBenchmarks;

/// Every kind that dbplan manages, in the order in which they are shown.
std::span<const Kind* const> databricks_kinds();

}  // namespace dbplan::databricks
