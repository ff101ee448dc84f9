#include "providers/databricks/limits.hpp"

namespace dbplan::databricks {
namespace {

// Sources: the resource limits page of the vendor's documentation; workspace/list and the rest of
// the table are not published, and 30 is what the page says of the workspace API at large.
constexpr RateLimit kLimits[] = {
    {"POST", "/api/2.2/jobs/create", 20},
    {"POST", "/api/2.2/jobs/run-now", 20},
    {"GET", "/api/2.2/jobs/runs/get", 100},
    {"GET", "/api/2.0/permissions/", 100},
    {"", "/api/2.0/permissions/", 30},
    {"POST", "/api/2.0/workspace/import", 30},
    {"GET", "/api/2.0/workspace/export", 60},
    {"", "/api/2.0/workspace", 30},
    {"", "/api/2.0/secrets/", 18},
    {"", "/api/2.2/jobs/", 50},
    {"", "/api/", 50},
};

}  // namespace

std::span<const RateLimit> rate_limits() { return kLimits; }

}  // namespace dbplan::databricks
