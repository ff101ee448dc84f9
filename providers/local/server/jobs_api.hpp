#pragma once

#include <functional>

#include "providers/local/server/jobs.hpp"
#include "providers/local/server/permissions.hpp"
#include "providers/local/server/router.hpp"

namespace dbplan::local {

/// The Jobs API (2.2, and 2.1 and 2.0 as aliases), runs excepted. Both outlive `router`.
void add_job_routes(Router& router, Jobs& jobs, Permissions& permissions);

/// The job with that id, or the service's own refusal.
Result<Job*> named_job(Jobs& jobs, std::int64_t id);

}  // namespace dbplan::local
