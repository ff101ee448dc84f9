#include "engine/review/git_tree.hpp"

#include <git2.h>

#include <algorithm>
#include <map>

#include "engine/spec/ignore_rules.hpp"

namespace dbplan {
namespace {

template <class T, void (*free)(T*)>
struct Free {
  void operator()(T* thing) const { free(thing); }
};
template <class T, void (*free)(T*)>
using Owned = std::unique_ptr<T, Free<T, free>>;

std::string last_error() {
  const ::git_error* last = git_error_last();
  return last && last->message ? last->message : "unknown error of libgit2";
}

/// Every file of the revision by its path, with its blob; contents are read when asked for.
class GitTree final : public Tree {
 public:
  GitTree(Owned<git_repository, git_repository_free> repository, std::string revision)
      : repository_(std::move(repository)), revision_(std::move(revision)) {}

  Result<> open() {
    git_object* object = nullptr;
    if (git_revparse_single(&object, repository_.get(), (revision_ + "^{tree}").c_str()) != 0)
      return fail(Error::Code::NotFound, "there is no revision " + revision_ + ": " + last_error());
    const Owned<git_object, git_object_free> tree(object);
    git_tree_walk(reinterpret_cast<git_tree*>(object), GIT_TREEWALK_PRE, collect, &files_);
    return {};
  }

  Result<std::string> read(const std::string& path) const override {
    const auto file = files_.find(path);
    if (file == files_.end()) return fail(Error::Code::NotFound, display(path) + " does not exist");
    git_blob* blob = nullptr;
    if (git_blob_lookup(&blob, repository_.get(), &file->second) != 0)
      return fail(Error::Code::Invalid, display(path) + ": " + last_error());
    const Owned<git_blob, git_blob_free> owned(blob);
    return std::string(static_cast<const char*>(git_blob_rawcontent(blob)),
                       static_cast<std::size_t>(git_blob_rawsize(blob)));
  }

  bool is_file(const std::string& path) const override { return files_.contains(path); }

  bool is_folder(const std::string& path) const override {
    if (path.empty()) return true;
    const auto first = files_.lower_bound(path + "/");
    return first != files_.end() && first->first.starts_with(path + "/");
  }

  std::vector<std::string> files_below(const std::string& folder) const override {
    const std::string prefix = folder.empty() ? "" : folder + "/";
    std::vector<std::string> found;
    for (auto file = files_.lower_bound(prefix);
         file != files_.end() && file->first.starts_with(prefix); ++file)
      if (!is_hidden(file->first.substr(prefix.size()))) found.push_back(file->first);
    return found;
  }

  // What is committed and ignored is left out, as on disk.
  Uploads uploads_below(const std::string& folder, bool ignored_too) const override {
    IgnoreRules rules;
    for (const std::string& file : ignored_too ? std::vector<std::string>{} : ignore_files())
      if (const auto text = read(file)) rules.add_file(*text, folder_above(file));
    Uploads found;
    const std::string prefix = folder.empty() ? "" : folder + "/";
    for (auto file = files_.lower_bound(prefix);
         file != files_.end() && file->first.starts_with(prefix); ++file)
      if (!file->first.starts_with(".databricks/") &&
          file->first.find("/.databricks/") == std::string::npos &&
          !rules.ignores_file(file->first))
        found.files.push_back(file->first);
    return found;
  }

  std::string display(const std::string& path) const override { return revision_ + ":" + path; }

 private:
  static std::string folder_above(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
  }

  // Those of upper folders first: the deeper ones win.
  std::vector<std::string> ignore_files() const {
    std::vector<std::string> found;
    for (const auto& [path, blob] : files_)
      if (path == ".gitignore" || path.ends_with("/.gitignore")) found.push_back(path);
    std::ranges::stable_sort(found, {},
                             [](const std::string& path) { return std::ranges::count(path, '/'); });
    return found;
  }

  static bool is_hidden(const std::string& path) {
    return path.starts_with('.') || path.find("/.") != std::string::npos;
  }

  static int collect(const char* root, const git_tree_entry* entry, void* files) {
    if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB)
      (*static_cast<std::map<std::string, git_oid>*>(
          files))[std::string(root) + git_tree_entry_name(entry)] = *git_tree_entry_id(entry);
    return 0;
  }

  Owned<git_repository, git_repository_free> repository_;
  std::string revision_;
  std::map<std::string, git_oid> files_;
};

}  // namespace

Result<std::unique_ptr<Tree>> open_git_tree(const std::filesystem::path& root,
                                            const std::string& revision) {
  git_libgit2_init();
  git_repository* repository = nullptr;
  if (git_repository_open_ext(&repository, root.c_str(), 0, nullptr) != 0)
    return fail(Error::Code::NotFound, root.string() + " is in no git repository: " + last_error());
  auto tree =
      std::make_unique<GitTree>(Owned<git_repository, git_repository_free>(repository), revision);
  TRY_VOID(tree->open());
  return tree;
}

}  // namespace dbplan
