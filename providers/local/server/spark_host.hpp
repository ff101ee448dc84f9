#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "providers/local/server/notebook_host.hpp"

namespace dbplan::local {

/// Runs notebooks on Apache Spark: a JVM and a Python fork server for each cluster. `runtime`
/// names the installed runtime (see RuntimeFolder::find), `url` is the workspace's own.
std::unique_ptr<NotebookHost> make_spark_host(const std::filesystem::path& workspace,
                                              const std::string& runtime, const std::string& url);

/// Why notebooks cannot be run with that runtime, with the way out; empty: they can.
std::string runtime_trouble(const std::string& runtime);

}  // namespace dbplan::local
