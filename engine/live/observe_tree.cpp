#include <algorithm>
#include <set>

#include "engine/base/digest.hpp"
#include "engine/live/observers.hpp"
#include "engine/model/notebook.hpp"

namespace dbplan {
namespace {

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

bool is_below(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

/// Everything in the folders that were listed, by path.
using Tree = std::map<std::string, FolderEntry>;

/// Paths of a kind that the spec or the ledger names.
std::set<std::string> named_paths(std::string_view kind, const Sight& sight) {
  std::set<std::string> paths;
  for (const Resource& resource : sight.desired.resources)
    if (resource.address.kind == kind) paths.insert(text_at(resource.body, "path"));
  for (const auto& [address, entry] : sight.ledger.entries)
    if (address.kind == kind)
      for (const std::string& path : {entry.id, entry.old_id})
        if (!path.empty()) paths.insert(path);
  return paths;
}

/// The paths of single files in a row of files.
std::vector<std::string> file_paths(const Json& body) {
  std::vector<std::string> paths;
  for (const auto& [name, hash] : at_or_null(body, "files").items())
    paths.push_back(file_path(text_at(body, "path"), name));
  return paths;
}

/// Lists each folder that holds something of the spec or the ledger, once.
Result<Tree> list_tree(const Sight& sight) {
  std::set<std::string> folders;
  for (const char* kind : {"notebooks", "folders"})
    for (const std::string& path : named_paths(kind, sight)) folders.insert(parent_of(path));
  for (const Resource& resource : sight.desired.resources)
    if (resource.address.kind == "files")
      for (const std::string& path : file_paths(resource.body)) folders.insert(parent_of(path));
  for (const auto& [address, entry] : sight.ledger.entries)
    if (address.kind == "files")
      for (const std::string& path : file_paths(entry.body)) folders.insert(parent_of(path));
  const std::vector<std::string> paths(folders.begin(), folders.end());
  std::vector<std::vector<FolderEntry>> listings(paths.size());
  TRY_VOID(in_parallel(paths.size(), sight.threads, [&](std::size_t i) -> Result<> {
    listings[i] = TRY(sight.provider.list_folder(paths[i]));
    return {};
  }));
  Tree tree;
  for (auto& listing : listings)
    for (FolderEntry& entry : listing) tree.emplace(entry.path, std::move(entry));
  return tree;
}

const FolderEntry* find(const Tree& tree, const std::string& path, std::string_view type) {
  const auto found = tree.find(path);
  return found != tree.end() && found->second.object_type == type ? &found->second : nullptr;
}

LiveResource live_entry(const FolderEntry& entry) {
  LiveResource resource{
      .id = entry.path,
      .body = {{"path", entry.path}},
      .facts = {{"object_id", entry.object_id}, {"modified_at", entry.modified_at}}};
  if (!entry.language.empty()) resource.body["language"] = entry.language;
  return resource;
}

bool is_untouched(const LedgerEntry* entry, const FolderEntry& found) {
  return entry && entry->object_id == found.object_id && entry->modified_at == found.modified_at &&
         !entry->content_hash.empty();
}

void note_foreign(const Resource& resource, const std::string& path, const Sight& sight,
                  Live& live) {
  const LedgerEntry* entry = sight.ledger.find(resource.address);
  const bool ours = is_below(path, sight.desired.root_path) || (entry && entry->id == path);
  if (!ours) (resource.adopt ? live.adopted : live.foreign).insert(resource.address);
}

/// What the ledger knows is not forgotten because a list, which may lag behind, does not show it.
Result<std::optional<FolderEntry>> known_notebook(const Tree& tree, const std::string& path,
                                                  const Sight& sight) {
  if (const FolderEntry* found = find(tree, path, "NOTEBOOK")) return *found;
  if (path.empty() || sight.look == Look::Echoes) return std::nullopt;
  auto entry = TRY(sight.provider.entry(path));
  if (entry && entry->object_type != "NOTEBOOK") entry.reset();
  return entry;
}

Result<> observe_notebooks(const Tree& tree, const Sight& sight, Live& live) {
  std::vector<const Resource*> downloads;
  for (const Resource& resource : sight.desired.resources) {
    if (resource.address.kind != "notebooks") continue;
    const std::string path = text_at(resource.body, "path");
    const LedgerEntry* entry = sight.ledger.find(resource.address);
    if (entry)
      for (const std::string& before : {entry->id, entry->old_id})
        if (before != path && TRY(known_notebook(tree, before, sight)))
          live.left_behind[resource.address] = before;
    const FolderEntry* found = find(tree, path, "NOTEBOOK");
    if (!found) continue;
    LiveResource notebook = live_entry(*found);
    note_foreign(resource, path, sight, live);
    const std::string wanted_hash = notebook_hash(resource);
    if (is_untouched(entry, *found)) notebook.content_hash = entry->content_hash;
    if (notebook.content_hash != wanted_hash && sight.look != Look::Echoes)
      downloads.push_back(&resource);
    live.found.emplace(resource.address, std::move(notebook));
  }
  for (const auto& [address, entry] : sight.ledger.entries) {
    if (address.kind != "notebooks" || sight.desired.find(address)) continue;
    if (const auto found = TRY(known_notebook(tree, entry.id, sight)))
      live.found.emplace(address, live_entry(*found));
  }
  return in_parallel(downloads.size(), sight.threads, [&](std::size_t i) -> Result<> {
    const Resource& wanted = *downloads[i];
    LiveResource& notebook = live.found.at(wanted.address);
    const auto text = TRY(sight.provider.export_notebook(notebook.id, wanted.format));
    if (!text) return {};  // deleted since the listing: the next step that needs it will see
    notebook.content = wanted.format == "SOURCE" ? normalise_notebook(*text) : *text;
    notebook.content_hash =
        notebook_hash(*notebook.content, wanted.format, text_at(notebook.body, "language"));
    return {};
  });
}

/// A folder that still holds what is wanted outlives its place in the spec.
bool holds_wanted(const std::string& folder, const Desired& desired) {
  return std::ranges::any_of(desired.resources, [&](const Resource& resource) {
    const std::string path = text_at(resource.body, "path");
    const bool takes_its_place = resource.content && path == folder;
    return resource.kind->in_tree && is_below(path, folder) && !takes_its_place;
  });
}

Result<> observe_folders(const Tree& tree, const Sight& sight, Live& live) {
  std::map<Address, std::string> wanted;
  for (const Resource& resource : sight.desired.resources)
    if (resource.address.kind == "folders")
      wanted.emplace(resource.address, text_at(resource.body, "path"));
  for (const auto& [address, entry] : sight.ledger.entries)
    if (address.kind == "folders" && !holds_wanted(entry.id, sight.desired))
      wanted.emplace(address, entry.id);
  for (const auto& [address, path] : wanted)
    if (const FolderEntry* found = find(tree, path, "DIRECTORY"))
      live.found.emplace(address, live_entry(*found));
  return {};
}

/// What the ledger knows of one file: it is as we left it when number and time are the same.
std::string known_hash(const LedgerEntry* entry, const std::string& name,
                       const FolderEntry& found) {
  if (!entry) return {};
  const Json& seen = at_or_null(at_or_null(entry->echo, "seen"), name);
  const bool same = seen.is_array() && seen.size() == 2 && seen[0] == found.object_id &&
                    seen[1] == found.modified_at;
  return same ? text_at(at_or_null(entry->body, "files"), name) : std::string();
}

/// All that the spec's rows of files hold.
std::set<std::string> wanted_files(const Desired& desired) {
  std::set<std::string> wanted;
  for (const Resource& resource : desired.resources)
    if (resource.address.kind == "files")
      for (std::string& path : file_paths(resource.body)) wanted.insert(std::move(path));
  return wanted;
}

/// What the ledger remembers of a row is looked for, unless another row wants it now.
Result<> observe_file_row(const Address& address, const Resource* resource, const Tree& tree,
                          const std::set<std::string>& wanted, const Sight& sight, Live& live) {
  const LedgerEntry* entry = sight.ledger.find(address);
  const std::string path = resource ? text_at(resource->body, "path") : entry->id;
  std::set<std::string> names;
  if (resource)
    for (const auto& [name, hash] : at_or_null(resource->body, "files").items()) names.insert(name);
  if (entry)
    for (const auto& [name, hash] : at_or_null(entry->body, "files").items())
      if (!wanted.contains(file_path(path, name))) names.insert(name);
  LiveResource row{.id = path, .body = {{"path", path}}, .facts = {{"seen", Json::object()}}};
  for (const std::string& name : names) {
    const FolderEntry* found = find(tree, file_path(path, name), "FILE");
    if (!found) continue;
    std::string hash = sight.look == Look::Echoes
                           ? text_at(at_or_null(resource->body, "files"), name)
                           : known_hash(entry, name, *found);
    if (hash.empty()) {
      const auto bytes = TRY(sight.provider.read_file(found->path));
      if (!bytes) continue;  // deleted since the listing
      hash = sha256_hex(*bytes);
    }
    row.body["files"][name] = hash;
    row.facts["seen"][name] = {found->object_id, found->modified_at};
  }
  if (!row.body.contains("files")) return {};
  if (resource) note_foreign(*resource, path, sight, live);
  live.found.emplace(address, std::move(row));
  return {};
}

}  // namespace

std::string file_path(const std::string& path, const std::string& name) {
  return name.empty() ? path : path + "/" + name;
}

Result<> observe_tree(const Sight& sight, Live& live) {
  const Tree tree = TRY(list_tree(sight));
  TRY_VOID(observe_folders(tree, sight, live));
  const std::set<std::string> wanted = wanted_files(sight.desired);
  for (const Resource& resource : sight.desired.resources)
    if (resource.address.kind == "files")
      TRY_VOID(observe_file_row(resource.address, &resource, tree, wanted, sight, live));
  for (const auto& [address, entry] : sight.ledger.entries)
    if (address.kind == "files" && !sight.desired.find(address))
      TRY_VOID(observe_file_row(address, nullptr, tree, wanted, sight, live));
  return observe_notebooks(tree, sight, live);
}

}  // namespace dbplan
