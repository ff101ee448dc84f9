// libgit2's functions as far as they are used here: each passes its call on to the library, which
// is loaded with the first one. Without the library nothing can be opened, and git_error_last says
// why. A further function of libgit2 needs a line here.

#include <git2.h>

#include "engine/base/shared_library.hpp"

namespace {

constexpr char kName[] = "libgit2.so." LIBGIT2_SOVERSION;

const dbplan::SharedLibrary& library() {
  static const dbplan::SharedLibrary git(kName);
  return git;
}

}  // namespace

#define DBPLAN_FIND(function) \
  static auto* const found = library().find<decltype(function)>(#function)

extern "C" {

int git_libgit2_init() {
  DBPLAN_FIND(git_libgit2_init);
  return found ? found() : -1;
}

const git_error* git_error_last() {
  static char text[] = "this needs the library libgit2.so." LIBGIT2_SOVERSION;
  static const git_error missing{text, GIT_ERROR_OS};
  DBPLAN_FIND(git_error_last);
  return found ? found() : &missing;
}

int git_repository_open_ext(git_repository** out, const char* path, unsigned int flags,
                            const char* ceiling) {
  DBPLAN_FIND(git_repository_open_ext);
  return found ? found(out, path, flags, ceiling) : -1;
}

int git_repository_open(git_repository** out, const char* path) {
  DBPLAN_FIND(git_repository_open);
  return found ? found(out, path) : -1;
}

int git_repository_head(git_reference** out, git_repository* repository) {
  DBPLAN_FIND(git_repository_head);
  return found(out, repository);
}

void git_reference_free(git_reference* reference) {
  DBPLAN_FIND(git_reference_free);
  found(reference);
}

int git_reference_is_branch(const git_reference* reference) {
  DBPLAN_FIND(git_reference_is_branch);
  return found(reference);
}

const char* git_reference_shorthand(const git_reference* reference) {
  DBPLAN_FIND(git_reference_shorthand);
  return found(reference);
}

const git_oid* git_reference_target(const git_reference* reference) {
  DBPLAN_FIND(git_reference_target);
  return found(reference);
}

char* git_oid_tostr(char* out, std::size_t size, const git_oid* id) {
  DBPLAN_FIND(git_oid_tostr);
  return found(out, size, id);
}

int git_remote_lookup(git_remote** out, git_repository* repository, const char* name) {
  DBPLAN_FIND(git_remote_lookup);
  return found(out, repository, name);
}

void git_remote_free(git_remote* remote) {
  DBPLAN_FIND(git_remote_free);
  found(remote);
}

const char* git_remote_url(const git_remote* remote) {
  DBPLAN_FIND(git_remote_url);
  return found(remote);
}

int git_ignore_path_is_ignored(int* ignored, git_repository* repository, const char* path) {
  DBPLAN_FIND(git_ignore_path_is_ignored);
  return found(ignored, repository, path);
}

void git_repository_free(git_repository* repository) {
  DBPLAN_FIND(git_repository_free);
  found(repository);
}

int git_revparse_single(git_object** out, git_repository* repository, const char* revision) {
  DBPLAN_FIND(git_revparse_single);
  return found(out, repository, revision);
}

void git_object_free(git_object* object) {
  DBPLAN_FIND(git_object_free);
  found(object);
}

int git_blob_lookup(git_blob** blob, git_repository* repository, const git_oid* id) {
  DBPLAN_FIND(git_blob_lookup);
  return found(blob, repository, id);
}

void git_blob_free(git_blob* blob) {
  DBPLAN_FIND(git_blob_free);
  found(blob);
}

const void* git_blob_rawcontent(const git_blob* blob) {
  DBPLAN_FIND(git_blob_rawcontent);
  return found(blob);
}

git_object_size_t git_blob_rawsize(const git_blob* blob) {
  DBPLAN_FIND(git_blob_rawsize);
  return found(blob);
}

int git_tree_walk(const git_tree* tree, git_treewalk_mode mode, git_treewalk_cb callback,
                  void* payload) {
  DBPLAN_FIND(git_tree_walk);
  return found(tree, mode, callback, payload);
}

git_object_t git_tree_entry_type(const git_tree_entry* entry) {
  DBPLAN_FIND(git_tree_entry_type);
  return found(entry);
}

const char* git_tree_entry_name(const git_tree_entry* entry) {
  DBPLAN_FIND(git_tree_entry_name);
  return found(entry);
}

const git_oid* git_tree_entry_id(const git_tree_entry* entry) {
  DBPLAN_FIND(git_tree_entry_id);
  return found(entry);
}

}  // extern "C"
