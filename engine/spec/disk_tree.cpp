#include <algorithm>
#include <fstream>
#include <sstream>
#include <system_error>

#include "engine/spec/ignore_rules.hpp"
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
  DiskTree(const fs::path& root, Ignored ignored) : ignored_(std::move(ignored)) {
    std::error_code error;
    root_ = fs::weakly_canonical(root, error);
    const fs::path here = fs::current_path(error);
    here_ = error ? fs::path() : fs::weakly_canonical(here, error);
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

  Uploads uploads_below(const std::string& folder, bool ignored_too) const override {
    Uploads found;
    IgnoreRules rules;
    // What stands above the folder ignores things in it, too.
    for (std::size_t end = 0; end < folder.size() && !ignored_too; ++end)
      if (end == 0 || folder[end] == '/') read_rules(folder.substr(0, end), rules);
    if (is_folder(folder)) collect_uploads(folder, ignored_too, std::move(rules), found);
    std::ranges::sort(found.files);
    std::ranges::sort(found.refused);
    return found;
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

  void read_rules(const std::string& folder, IgnoreRules& rules) const {
    if (const auto text = read(folder.empty() ? ".gitignore" : folder + "/.gitignore"))
      rules.add_file(*text, folder);
  }

  bool is_ignored(const std::string& path, bool folder, const IgnoreRules& rules) const {
    const auto verdict = ignored_ ? ignored_(path, folder) : std::nullopt;
    return verdict ? *verdict : rules.verdict(path, folder).value_or(false);
  }

  void collect_uploads(const std::string& folder, bool ignored_too, IgnoreRules rules,
                       Uploads& found) const {
    if (!ignored_too) read_rules(folder, rules);
    std::error_code error;
    for (fs::directory_iterator at(root_ / folder, error), end; !error && at != end;
         at.increment(error)) {
      const std::string name = at->path().filename().string();
      if (name == ".git" || name == ".databricks") continue;
      const std::string path = folder.empty() ? name : folder + "/" + name;
      std::error_code unreadable;
      const bool is_directory = at->is_directory(unreadable);
      if (!ignored_too && is_ignored(path, is_directory, rules)) continue;
      if (at->is_symlink(unreadable) && !stays_inside(root_ / path)) {
        found.refused.push_back(path);
      } else if (is_directory) {
        if (!at->is_symlink(unreadable)) collect_uploads(path, ignored_too, rules, found);
      } else if (is_file(path)) {
        found.files.push_back(path);
      }
    }
  }

  fs::path root_;
  fs::path here_;
  Ignored ignored_;
};

}  // namespace

std::unique_ptr<Tree> open_disk_tree(const fs::path& root, Ignored ignored) {
  return std::make_unique<DiskTree>(root, std::move(ignored));
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
