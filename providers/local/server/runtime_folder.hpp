#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "providers/local/server/notebook_host.hpp"
#include "providers/local/server/process.hpp"

namespace dbplan::local {

/// The folder that the runtime's installer makes: see providers/local/README.md.
class RuntimeFolder {
 public:
  /// `chosen`, else $DBPLAN_RUNTIME, else "runtime" beside the program; of a program that was
  /// installed from a package: dbplan/runtime in the user's data folder.
  static RuntimeFolder find(const std::string& chosen);

  /// Why nothing can be started from it, with the way out; empty: all is there.
  std::string trouble() const;
  /// The two processes of a cluster, run in `folder`, which holds its cluster.args.
  Command java(const std::filesystem::path& folder, const ClusterShape& shape) const;
  Command fork_server(const std::filesystem::path& folder, const ClusterShape& shape) const;

 private:
  explicit RuntimeFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::vector<std::string> environment(const ClusterShape& shape) const;

  std::filesystem::path path_;
  std::filesystem::path installer_;  // of a package; empty: the checkout's
};

/// The text of cluster.args: what of the JVM's flags depends on the cluster.
std::string cluster_arguments(const ClusterShape& shape, const std::filesystem::path& folder,
                              const std::filesystem::path& workspace);

}  // namespace dbplan::local
