#include "engine/apply/clearing.hpp"

#include <map>
#include <string>
#include <vector>

#include "engine/live/observers.hpp"

namespace dbplan {
namespace {

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// Paths that something new will have.
class NewPaths {
 public:
  NewPaths(const Plan& plan, const Desired& desired) {
    for (const Change& change : plan.changes) {
      const Resource* resource = desired.find(change.address);
      const bool is_new = change.action == Action::Create || change.action == Action::Replace;
      if (!resource || !resource->kind->in_tree) continue;
      const std::string path = text_at(resource->body, "path");
      if (is_new && resource->files.empty()) leaves_.emplace(path, resource->content.has_value());
      if (is_new || change.action == Action::Update)
        for (const auto& [name, bytes] : resource->files)
          leaves_.emplace(file_path(path, name), true);
    }
  }

  /// Whether something is to be at `path`, or below it, or in the place of a folder above it.
  bool need(const std::string& path) const {
    const auto below = leaves_.lower_bound(path + "/");
    if (leaves_.contains(path)) return true;
    if (below != leaves_.end() && below->first.starts_with(path + "/")) return true;
    for (std::string above = parent_of(path); !above.empty(); above = parent_of(above))
      if (const auto leaf = leaves_.find(above); leaf != leaves_.end() && leaf->second) return true;
    return false;
  }

 private:
  std::map<std::string, bool> leaves_;  // path -> whether it is something else than a folder
};

/// Where what a change removes lies.
std::vector<std::string> removed_paths(const Change& change, const Live& live) {
  if (!change.kind->in_tree) return {};
  if (change.action == Action::Replace) return {change.old_id};
  if (change.action != Action::Delete) return {};
  const LiveResource* row = live.find(change.address);
  if (!row || !row->body.contains("files")) return {change.id};
  std::vector<std::string> paths;
  for (const auto& [name, hash] : row->body["files"].items())
    paths.push_back(file_path(change.id, name));
  return paths;
}

Result<> remove_empty(Provider& provider, const std::string& folder) {
  for (const FolderEntry& entry : TRY(provider.list_folder(folder))) {
    if (entry.object_type != "DIRECTORY")
      return fail(Error::Code::Exists, "the folder " + folder + " is in the way and holds " +
                                           entry.path + ", which is not known to be ours");
    TRY_VOID(remove_empty(provider, entry.path));
  }
  return provider.remove_file(folder);
}

}  // namespace

std::set<const Change*> what_is_in_the_way(const Plan& plan, const Desired& desired,
                                           const Live& live) {
  const NewPaths wanted(plan, desired);
  std::set<const Change*> first;
  for (const Change& change : plan.changes)
    for (const std::string& path : removed_paths(change, live))
      if (wanted.need(path)) first.insert(&change);
  return first;
}

Result<bool> make_room(Provider& provider, const std::string& path) {
  const auto there = TRY(provider.entry(path));
  if (!there || there->object_type != "DIRECTORY") return false;
  TRY_VOID(remove_empty(provider, path));
  return true;
}

}  // namespace dbplan
