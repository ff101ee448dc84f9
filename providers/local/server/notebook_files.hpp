#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/base/result.hpp"
#include "providers/local/server/notebook_host.hpp"

namespace dbplan::local {

/// The folders of a workspace that its clusters share, and `folder` with a cluster.args in it.
Result<> prepare_cluster(const std::filesystem::path& workspace,
                         const std::filesystem::path& folder, const std::string& arguments);

/// The snapshot of the notebook below `out`, the run's own folder.
std::filesystem::path source_file(const std::filesystem::path& out, const NotebookRun& run);
Result<> write_source(const std::filesystem::path& out, const NotebookRun& run);

/// The run's result.json; nothing if its process died before it was written.
std::optional<RunOutcome> read_result(const std::filesystem::path& out);

/// The last lines of `file` that say something, shortened, as one; empty if there are none.
std::string last_lines(const std::filesystem::path& file);

}  // namespace dbplan::local
