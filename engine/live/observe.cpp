#include "engine/live/observe.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

#include "engine/base/digest.hpp"
#include "engine/model/notebook.hpp"
#include "engine/model/stamp.hpp"

namespace dbplan {
namespace {

constexpr std::size_t kThreads = 8;

/// Addresses that the spec or the ledger names, of one kind, by the id and the stamp that they
/// are found by.
struct Wanted {
  std::map<std::string, Address> by_id;
  std::map<std::string, Address> by_stamp;
};

Wanted wanted_of(const Kind& kind, const Desired& desired, const Ledger& ledger) {
  Wanted wanted;
  for (const auto& [address, entry] : ledger.entries) {
    if (address.kind != kind.name) continue;
    wanted.by_id[entry.id] = address;
    wanted.by_stamp[stamp_of(desired.root_path, address)] = address;
  }
  for (const Resource& resource : desired.resources)
    if (resource.kind == &kind)
      wanted.by_stamp[stamp_of(desired.root_path, resource.address)] = resource.address;
  return wanted;
}

/// The address that an object's stamp names, if it is one of this deployment's.
std::optional<Address> stamped_address(const Kind& kind, const Json& body, const Wanted& wanted,
                                       const std::string& prefix) {
  const std::string stamp = text_at(at_or_null(body, kind.stamp_field), kStampTag);
  if (!stamp.starts_with(prefix)) return std::nullopt;
  if (const auto known = wanted.by_stamp.find(stamp); known != wanted.by_stamp.end())
    return known->second;
  // Removed from the spec after the ledger was lost: the stamp itself tells the address.
  const std::string text = stamp.substr(prefix.size());
  const std::string start = std::string(kind.name) + ".";
  if (text.starts_with(start)) return Address{std::string(kind.name), text.substr(start.size())};
  return Address{std::string(kind.name), text};
}

Result<> observe_stamped(const Kind& kind, const Desired& desired, const Ledger& ledger,
                         Provider& provider, Live& live) {
  const Wanted wanted = wanted_of(kind, desired, ledger);
  const std::string prefix = stamp_prefix(desired.root_path);
  std::vector<LiveObject> objects = TRY(provider.list(kind));
  for (LiveObject& object : objects) {
    std::optional<Address> address;
    const auto known = wanted.by_id.find(object.id);
    if (known != wanted.by_id.end()) address = known->second;
    if (!address) address = stamped_address(kind, object.body, wanted, prefix);
    if (!address) continue;
    LiveResource resource{
        .id = object.id, .body = std::move(object.body), .facts = std::move(object.facts)};
    const auto earlier = live.found.find(*address);
    if (earlier == live.found.end()) {
      live.found.emplace(*address, std::move(resource));
      continue;
    }
    // Two objects for one address: the one that the ledger knows stays, else the older (listed
    // last).
    const LedgerEntry* entry = ledger.find(*address);
    const bool keep_earlier = entry && entry->id == earlier->second.id;
    if (!keep_earlier) std::swap(earlier->second, resource);
    live.doubles[*address].push_back(std::move(resource));
  }
  return {};
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

bool below(const std::string& path, const std::string& folder) {
  return path.starts_with(folder + "/");
}

/// Lists each folder that holds a notebook of the spec or the ledger, once.
Result<std::map<std::string, FolderEntry>> list_notebooks(const Desired& desired,
                                                          const Ledger& ledger,
                                                          Provider& provider) {
  std::set<std::string> folders;
  for (const Resource& resource : desired.resources)
    if (resource.address.kind == "notebooks")
      folders.insert(parent_of(text_at(resource.body, "path")));
  for (const auto& [address, entry] : ledger.entries)
    if (address.kind == "notebooks") folders.insert(parent_of(entry.id));
  const std::vector<std::string> paths(folders.begin(), folders.end());
  std::vector<std::vector<FolderEntry>> listings(paths.size());
  TRY_VOID(in_parallel(paths.size(), [&](std::size_t i) -> Result<> {
    listings[i] = TRY(provider.list_folder(paths[i]));
    return {};
  }));
  std::map<std::string, FolderEntry> notebooks;
  for (auto& listing : listings)
    for (FolderEntry& entry : listing)
      if (entry.object_type == "NOTEBOOK") notebooks.emplace(entry.path, std::move(entry));
  return notebooks;
}

LiveResource live_notebook(const FolderEntry& entry) {
  return {.id = entry.path,
          .body = {{"path", entry.path}, {"language", entry.language}},
          .facts = {{"object_id", entry.object_id}, {"modified_at", entry.modified_at}}};
}

bool untouched(const LedgerEntry* entry, const FolderEntry& found) {
  return entry && entry->object_id == found.object_id && entry->modified_at == found.modified_at &&
         !entry->content_hash.empty();
}

Result<> observe_notebooks(const Desired& desired, const Ledger& ledger, Provider& provider,
                           Live& live) {
  const auto notebooks = TRY(list_notebooks(desired, ledger, provider));
  std::vector<std::pair<Address, std::string>> downloads;  // and the format
  for (const Resource& resource : desired.resources) {
    if (resource.address.kind != "notebooks") continue;
    const std::string path = text_at(resource.body, "path");
    const LedgerEntry* entry = ledger.find(resource.address);
    if (entry && entry->id != path && notebooks.contains(entry->id))
      live.left_behind[resource.address] = entry->id;
    const auto found = notebooks.find(path);
    if (found == notebooks.end()) continue;
    LiveResource notebook = live_notebook(found->second);
    const bool ours = below(path, desired.root_path) || (entry && entry->id == path);
    if (!ours) live.foreign.insert(resource.address);
    const std::string wanted_hash = sha256_hex(resource.content.value_or(""));
    if (untouched(entry, found->second)) notebook.content_hash = entry->content_hash;
    if (notebook.content_hash != wanted_hash)
      downloads.emplace_back(resource.address, resource.format);
    live.found.emplace(resource.address, std::move(notebook));
  }
  for (const auto& [address, entry] : ledger.entries) {
    if (address.kind != "notebooks" || desired.find(address)) continue;
    if (const auto found = notebooks.find(entry.id); found != notebooks.end())
      live.found.emplace(address, live_notebook(found->second));
  }
  return in_parallel(downloads.size(), [&](std::size_t i) -> Result<> {
    LiveResource& notebook = live.found.at(downloads[i].first);
    const auto text = TRY(provider.export_notebook(notebook.id, downloads[i].second));
    if (!text) return {};  // deleted since the listing: the next step that needs it will see
    notebook.content = downloads[i].second == "SOURCE" ? normalise_notebook(*text) : *text;
    notebook.content_hash = sha256_hex(*notebook.content);
    return {};
  });
}

/// A carried resource is there when its carrier has its block.
void observe_carried(const Ledger& ledger, const Desired& desired, Live& live) {
  std::map<Address, Address> carried;  // address -> carrier
  for (const Resource& resource : desired.resources)
    if (resource.carrier) carried.emplace(resource.address, *resource.carrier);
  for (const auto& [address, entry] : ledger.entries)
    if (entry.carrier) carried.emplace(address, *entry.carrier);
  for (const auto& [address, carrier] : carried) {
    const LiveResource* job = live.find(carrier);
    if (!job) continue;
    for (const char* block : {"schedule", "trigger", "continuous"})
      if (job->body.contains(block)) live.found[address] = {.id = job->id, .body = {}, .facts = {}};
  }
}

}  // namespace

Result<> in_parallel(std::size_t count, const std::function<Result<>(std::size_t)>& task) {
  std::vector<Result<>> results(count);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) results[i] = task(i);
  };
  if (count == 1) {
    work();
  } else {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < std::min(count, kThreads); ++i) threads.emplace_back(work);
  }
  for (Result<>& result : results)
    if (!result) return result;
  return {};
}

Result<Live> observe(const Desired& desired, const Ledger& ledger, Provider& provider,
                     std::span<const Kind* const> kinds) {
  Live live;
  // The readings are independent; each fills a Live of its own so that none waits for another.
  std::vector<const Kind*> stamped;
  for (const Kind* kind : kinds)
    if (kind->home == Home::Server && !kind->stamp_field.empty()) stamped.push_back(kind);
  std::vector<Live> parts(stamped.size() + 1);
  TRY_VOID(in_parallel(parts.size(), [&](std::size_t i) -> Result<> {
    if (i < stamped.size())
      return observe_stamped(*stamped[i], desired, ledger, provider, parts[i]);
    return observe_notebooks(desired, ledger, provider, parts[i]);
  }));
  for (Live& part : parts) {
    live.found.merge(part.found);
    live.doubles.merge(part.doubles);
    live.left_behind.merge(part.left_behind);
    live.foreign.merge(part.foreign);
  }
  observe_carried(ledger, desired, live);
  return live;
}

}  // namespace dbplan
