#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/spec/tree.hpp"

namespace dbplan {

/// The files of one revision ("main", "HEAD~1", a commit) of the repository that holds `root`.
/// Nothing is checked out and no command is run. The only user of libgit2.
Result<std::unique_ptr<Tree>> open_git_tree(const std::filesystem::path& root,
                                            const std::string& revision);

}  // namespace dbplan
