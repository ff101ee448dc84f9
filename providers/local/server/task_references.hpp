#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "providers/local/server/run.hpp"

namespace dbplan::local {

/// What a name in braces stands for: nothing if it is no name of ours (then the text stays as it
/// is), an error if it is one of ours that does not exist.
using ReferenceLookup = std::function<Result<std::optional<std::string>>(const std::string& name)>;

/// `text` with every `{{name}}` replaced.
Result<std::string> resolve_references(std::string_view text, const ReferenceLookup& lookup);

/// The names that `task` of `run` may use: job.*, task.*, tasks.<key>.*, workspace.* and the older
/// spellings (job_id, run_id, ...).
struct ReferenceScope {
  const Run& run;
  const TaskRun& task;
  std::string workspace_id;
  std::string workspace_url;
};
Result<std::optional<std::string>> reference_value(const ReferenceScope& scope,
                                                   const std::string& name);

}  // namespace dbplan::local
