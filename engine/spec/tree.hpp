#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"

namespace dbplan {

/// The files of a project, read only: the disk, or one git revision. Paths are relative to the
/// project root, with "/", normalised, never above the root.
class Tree {
 public:
  virtual ~Tree() = default;
  /// Error::Code::NotFound when there is no such file.
  virtual Result<std::string> read(const std::string& path) const = 0;
  virtual bool is_file(const std::string& path) const = 0;
  virtual bool is_folder(const std::string& path) const = 0;
  /// All files below `folder`, recursive, sorted, without hidden files and .git.
  virtual std::vector<std::string> files_below(const std::string& folder) const = 0;
  /// How a person would name `path`: relative to the working directory where possible.
  virtual std::string display(const std::string& path) const = 0;
};

/// A project on disk. Symbolic links that lead outside the root are not followed.
std::unique_ptr<Tree> open_disk_tree(const std::filesystem::path& root);

/// The root of the git work tree that holds `path` (found by its .git entry), else `path` itself
/// if it is a folder, else its folder.
std::filesystem::path project_root(const std::filesystem::path& path);

}  // namespace dbplan
