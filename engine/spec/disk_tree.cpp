#include <algorithm>
#include <fstream>
#include <sstream>
#include <system_error>

#include "engine/spec/tree.hpp"

namespace dbplan {
namespace {

namespace fs = std::filesystem;

/// Whether `path` (resolved) is `root` or below it.
bool is_inside(const fs::path& path, const fs::path& root) {
  const auto [end, at] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return end == root.end() || (end->empty() && std::next(end) == root.end());
}

class DiskTree : public Tree {
 public:
  explicit DiskTree(const fs::path& root) {
    std::error_code ignored;
    root_ = fs::weakly_canonical(root, ignored);
    const fs::path here = fs::current_path(ignored);
    here_ = ignored ? fs::path() : fs::weakly_canonical(here, ignored);
  }

  Result<std::string> read(const std::string& path) const override {
    if (!is_file(path)) return fail(Error::Code::NotFound, "there is no such file");
    std::ifstream file(root_ / path, std::ios::binary);
    if (!file) return fail(Error::Code::Denied, "it cannot be opened");
    std::ostringstream text;
    text << file.rdbuf();
    if (file.bad() || text.bad()) return fail(Error::Code::Denied, "it cannot be read");
    return std::move(text).str();
  }

  bool is_file(const std::string& path) const override {
    std::error_code error;
    return fs::is_regular_file(root_ / path, error) && stays_inside(root_ / path);
  }

  bool is_folder(const std::string& path) const override {
    std::error_code error;
    return fs::is_directory(root_ / path, error) && stays_inside(root_ / path);
  }

  std::vector<std::string> files_below(const std::string& folder) const override {
    std::vector<std::string> files;
    if (is_folder(folder)) collect(folder, files);
    std::ranges::sort(files);
    return files;
  }

  std::string display(const std::string& path) const override {
    const fs::path full = path.empty() ? root_ : root_ / path;
    if (here_.empty()) return full.string();
    // From far away the full path is easier to read.
    std::string relative = full.lexically_relative(here_).string();
    return relative.starts_with("../..") ? full.string() : relative;
  }

 private:
  bool stays_inside(const fs::path& path) const {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    return !error && is_inside(real, root_);
  }

  // Folders reached by a link are left out: a link may lead in a circle.
  void collect(const std::string& folder, std::vector<std::string>& files) const {
    std::error_code error;
    for (fs::directory_iterator at(root_ / folder, error), end; !error && at != end;
         at.increment(error)) {
      const std::string name = at->path().filename().string();
      if (name.starts_with('.')) continue;
      std::string path = folder;
      if (!path.empty()) path += '/';
      path += name;
      std::error_code unreadable;
      if (at->is_directory(unreadable)) {
        if (!at->is_symlink(unreadable)) collect(path, files);
      } else if (is_file(path)) {
        files.push_back(path);
      }
    }
  }

  fs::path root_;
  fs::path here_;
};

}  // namespace

std::unique_ptr<Tree> open_disk_tree(const fs::path& root) {
  return std::make_unique<DiskTree>(root);
}

fs::path project_root(const fs::path& path) {
  std::error_code error;
  const fs::path full = fs::weakly_canonical(path, error);
  fs::path start = fs::is_directory(full, error) ? full : full.parent_path();
  for (fs::path folder = start;; folder = folder.parent_path()) {
    if (fs::exists(folder / ".git", error)) return folder;
    if (folder == folder.parent_path()) return start;
  }
}

}  // namespace dbplan
