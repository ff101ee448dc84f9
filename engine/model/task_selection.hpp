#pragma once

#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"

namespace dbplan {

/// The keys of the tasks that `only` names, in the job's order, without repeats: "b" is b alone,
/// "+b" b with all that it needs, "b+" b with all that needs it, "+b+" both. `tasks` is the list of
/// a job's settings. An unknown task is an error that names a near one.
Result<std::vector<std::string>> select_tasks(const Json& tasks,
                                              const std::vector<std::string>& only);

}  // namespace dbplan
