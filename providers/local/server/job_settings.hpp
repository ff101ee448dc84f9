#pragma once

#include <string_view>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"
#include "providers/local/server/compute_names.hpp"

namespace dbplan::local {

/// Refuses what the Jobs API refuses. `settings` is what a user sent, for a job or a submitted run.
Result<> check_job_settings(const Json& settings, const ComputeNames& names);

/// What the service shows for `settings`: defaults filled in, lists in its order. `version` is
/// that of the API that created it: queueing is on by default from 2.2.
Json effective_settings(Json settings, std::string_view version, const ComputeNames& names);

/// One task with its defaults; `git` says that the job has a git source.
Json effective_task(Json task, bool git);

/// POST jobs/update: top-level fields replace, keyed lists merge, `remove` names fields to drop.
Result<Json> updated_settings(Json settings, const Json& changes, const Json& remove);

/// The name of the field that says what a task does ("notebook_task"), or empty.
std::string task_kind(const Json& task);

}  // namespace dbplan::local
