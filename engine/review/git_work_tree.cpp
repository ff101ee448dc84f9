#include "engine/review/git_work_tree.hpp"

#include <git2.h>

#include <memory>
#include <optional>

namespace dbplan {
namespace {

using Repository = std::shared_ptr<git_repository>;

Repository open(const std::filesystem::path& root) {
  if (git_libgit2_init() < 0) return nullptr;
  git_repository* repository = nullptr;
  if (git_repository_open(&repository, root.c_str()) != 0) return nullptr;
  return {repository, git_repository_free};
}

// Credentials in a URL are for git alone.
std::string without_user(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const std::size_t host = scheme + 3;
  const std::size_t at = url.find('@', host);
  return at == std::string::npos || at > url.find('/', host)
             ? url
             : url.substr(0, host) + url.substr(at + 1);
}

}  // namespace

GitFacts work_tree_facts(const std::filesystem::path& root) {
  GitFacts facts;
  const Repository repository = open(root);
  if (!repository) return facts;
  git_reference* head = nullptr;
  if (git_repository_head(&head, repository.get()) == 0) {
    const std::unique_ptr<git_reference, void (*)(git_reference*)> owned(head, git_reference_free);
    if (git_reference_is_branch(head)) facts.branch = git_reference_shorthand(head);
    if (const git_oid* commit = git_reference_target(head)) {
      char text[GIT_OID_HEXSZ + 1];
      facts.commit = git_oid_tostr(text, sizeof text, commit);
    }
  }
  git_remote* origin = nullptr;
  if (git_remote_lookup(&origin, repository.get(), "origin") == 0) {
    const std::unique_ptr<git_remote, void (*)(git_remote*)> owned(origin, git_remote_free);
    if (const char* url = git_remote_url(origin)) facts.origin_url = without_user(url);
  }
  return facts;
}

Ignored work_tree_ignored(const std::filesystem::path& root) {
  // Few commands ask, so the repository is opened with the first question.
  auto opened = std::make_shared<std::optional<Repository>>();
  return [root, opened](const std::string& path, bool is_folder) -> std::optional<bool> {
    if (!*opened) *opened = open(root);
    if (!**opened) return std::nullopt;
    int ignored = 0;
    const std::string name = is_folder ? path + "/" : path;
    if (git_ignore_path_is_ignored(&ignored, (*opened)->get(), name.c_str()) != 0)
      return std::nullopt;
    return ignored == 1;
  };
}

}  // namespace dbplan
