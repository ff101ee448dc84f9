#include "providers/databricks/kinds/kinds.hpp"

namespace dbplan::databricks {

std::span<const Kind* const> databricks_kinds() {
  static constexpr const Kind* kAll[] = {&kNotebooks, &kClusters, &kJobs, &kSchedules,
                                         &kBenchmarks};
  return kAll;
}

}  // namespace dbplan::databricks
