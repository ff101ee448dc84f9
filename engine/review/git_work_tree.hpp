#pragma once

#include <filesystem>

#include "engine/spec/tree.hpp"

namespace dbplan {

/// Where the work tree at `root` stands; all empty outside of a repository.
GitFacts work_tree_facts(const std::filesystem::path& root);

/// What git says of files below `root`: .gitignore, .git/info/exclude and the user's own excludes.
/// Outside of a repository it has no answer.
Ignored work_tree_ignored(const std::filesystem::path& root);

}  // namespace dbplan
