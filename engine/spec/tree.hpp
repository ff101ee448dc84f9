#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"

namespace dbplan {

/// Files that would be uploaded.
struct Uploads {
  std::vector<std::string> files;    // sorted
  std::vector<std::string> refused;  // links that lead out of the project
};

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
  /// All files below `folder`, hidden ones too, without .git and .databricks, and without what git
  /// ignores unless `ignored_too`.
  virtual Uploads uploads_below(const std::string& folder, bool ignored_too) const = 0;
  /// How a person would name `path`: relative to the working directory where possible.
  virtual std::string display(const std::string& path) const = 0;
};

/// Whether git ignores `path` (relative to the project root); nothing when git cannot tell.
using Ignored = std::function<std::optional<bool>(const std::string& path, bool is_folder)>;

/// Where a work tree stands.
struct GitFacts {
  std::string branch;      // empty also while no branch is checked out
  std::string commit;      // 40 hex digits
  std::string origin_url;  // without credentials
};

/// A project on disk. Symbolic links that lead outside the root are not followed. Where `ignored`
/// has no answer the .gitignore files of the project decide.
std::unique_ptr<Tree> open_disk_tree(const std::filesystem::path& root, Ignored ignored = {});

/// The root of the git work tree that holds `path` (found by its .git entry), else `path` itself
/// if it is a folder, else its folder.
std::filesystem::path project_root(const std::filesystem::path& path);

}  // namespace dbplan
