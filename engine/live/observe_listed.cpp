#include <set>

#include "engine/live/observers.hpp"
#include "engine/model/natural_key.hpp"
#include "engine/model/stamp.hpp"

namespace dbplan {
namespace {

LiveResource resource_of(LiveObject&& object) {
  return {
      .id = std::move(object.id), .body = std::move(object.body), .facts = std::move(object.facts)};
}

/// Addresses that the spec or the ledger names, of one kind, by what they are found by.
struct Wanted {
  std::map<std::string, Address> by_id;
  std::map<std::string, Address> by_stamp;
  std::vector<const Resource*> adopting;
  bool all_known = true;  // the ledger has an id for each of the spec's
};

Wanted wanted_of(const Kind& kind, const Sight& sight) {
  Wanted wanted;
  const std::string& root = sight.desired.root_path;
  for (const auto& [address, entry] : sight.ledger.entries) {
    if (address.kind != kind.name) continue;
    wanted.by_id[entry.id] = address;
    wanted.by_stamp[stamp_of(root, address)] = address;
  }
  for (const Resource& resource : sight.desired.resources) {
    if (resource.kind != &kind) continue;
    wanted.by_stamp[stamp_of(root, resource.address)] = resource.address;
    if (resource.moved_from)
      wanted.by_stamp[stamp_of(root, *resource.moved_from)] = resource.address;
    if (sight.ledger.find(resource.address)) continue;
    wanted.all_known = false;
    if (resource.adopt) wanted.adopting.push_back(&resource);
  }
  return wanted;
}

/// The address that an object's stamp names, if it is one of this deployment's.
std::optional<Address> stamped_address(const Kind& kind, const Json& body, const Wanted& wanted,
                                       const std::string& prefix) {
  const std::string stamp = stamp_in(kind, body);
  if (!stamp.starts_with(prefix)) return std::nullopt;
  if (const auto known = wanted.by_stamp.find(stamp); known != wanted.by_stamp.end())
    return known->second;
  // Removed from the spec after the ledger was lost: the stamp itself tells the address.
  const std::string text = stamp.substr(prefix.size());
  const std::string start = std::string(kind.name) + ".";
  if (text.starts_with(start)) return Address{std::string(kind.name), text.substr(start.size())};
  return Address{std::string(kind.name), text};
}

/// Two objects for one address: the one that the ledger knows stays, else the one of the new
/// address, else the older (listed last).
void add_found(const Address& address, LiveResource resource, const Sight& sight, Live& live) {
  const auto earlier = live.found.find(address);
  if (earlier == live.found.end()) {
    live.found.emplace(address, std::move(resource));
    return;
  }
  const LedgerEntry* entry = sight.ledger.find(address);
  const bool keep_earlier = entry && entry->id == earlier->second.id;
  if (!keep_earlier) std::swap(earlier->second, resource);
  live.doubles[address].push_back(std::move(resource));
}

bool is_adoptee(const Kind& kind, const LiveObject& object, const Adoption& adoption) {
  return adoption.id.empty() ? text_at(object.body, kind.name_field) == adoption.name
                             : object.id == adoption.id;
}

/// Gives an object that nobody's stamp names to the resource that adopts it.
void adopt(const Kind& kind, const Resource& resource, std::vector<LiveObject>& objects,
           const std::string& prefix, Live& live) {
  if (live.find(resource.address)) return;
  LiveObject* found = nullptr;
  for (LiveObject& object : objects) {
    if (!is_adoptee(kind, object, *resource.adopt)) continue;
    if (found) {
      live.not_adoptable[resource.address] =
          "several have the name that it adopts: name one by its id";
      return;
    }
    found = &object;
  }
  if (!found) {
    live.not_adoptable[resource.address] = "what it adopts does not exist";
    return;
  }
  const std::string stamp = stamp_in(kind, found->body);
  if (!stamp.empty() && !stamp.starts_with(prefix)) {
    live.not_adoptable[resource.address] = "what it adopts belongs to another deployment";
    return;
  }
  live.adopted.insert(resource.address);
  live.found.emplace(resource.address, resource_of(std::move(*found)));
}

/// By list or by id, whichever takes fewer requests. What the ledger knows and the list does not
/// show is read by its id.
Result<std::vector<LiveObject>> read_all(const Kind& kind, const Sight& sight, const Wanted& wanted,
                                         Live& live) {
  std::set<std::string> left;
  for (const auto& [id, address] : wanted.by_id) left.insert(id);
  std::vector<LiveObject> objects;
  const auto pages = sight.ledger.pages.find(std::string(kind.name));
  const bool known = pages != sight.ledger.pages.end();
  const bool ids_do = wanted.all_known && sight.look != Look::All;
  const bool by_id = ids_do && known && left.size() < std::size_t(pages->second);
  if (!by_id) {
    // Pages of unknown number are read until they are as many as the ids that are left.
    Enough enough;
    if (ids_do && !known)
      enough = [&](const Listing& so_far) {
        std::size_t found = 0;
        for (const LiveObject& object : so_far.objects) found += left.count(object.id);
        return std::size_t(so_far.pages) >= left.size() - std::min(found, left.size());
      };
    Listing listing = TRY(sight.provider.list(kind, {}, enough));
    objects = std::move(listing.objects);
    // What came on two pages, because the list moved in between, is one object.
    std::set<std::string> seen;
    std::erase_if(objects,
                  [&](const LiveObject& object) { return !seen.insert(object.id).second; });
    if (listing.complete) live.pages[std::string(kind.name)] = listing.pages;
    // A list that does not show what we created is not believed: it is asked for by its id before
    // anything is created anew.
    for (const std::string& id : seen) left.erase(id);
  }
  const std::vector<std::string> ids(left.begin(), left.end());
  std::vector<std::optional<LiveObject>> read(ids.size());
  TRY_VOID(in_parallel(ids.size(), sight.threads, [&](std::size_t i) -> Result<> {
    read[i] = TRY(sight.provider.read(kind, ids[i]));
    return {};
  }));
  for (auto& object : read)
    if (object) objects.push_back(std::move(*object));
  return objects;
}

std::set<std::string> parents_of(const Kind& kind, const Sight& sight) {
  std::set<std::string> parents;
  if (kind.parent_field.empty()) return {""};
  for (const Resource& resource : sight.desired.resources)
    if (resource.kind == &kind) parents.insert(text_at(resource.body, kind.parent_field));
  for (const auto& [address, entry] : sight.ledger.entries)
    if (address.kind == kind.name) parents.insert(entry.id.substr(0, entry.id.find('/')));
  return parents;
}

}  // namespace

/// What only its stamp makes ours, and what would be deleted for it: read by its id first. An
/// object that is not there under that id, or without the stamp, was none of ours.
Result<> confirm_unwanted(const Kind& kind, const Sight& sight, const Wanted& wanted, Live& live) {
  const auto is_ours = [&](const LiveResource& resource) -> Result<bool> {
    auto read = sight.provider.read(kind, resource.id);
    if (!read)
      return fail(std::move(read.error())
                      .in("cannot confirm what " + std::string(kind.list.path) + " shows"));
    const auto& again = *read;
    return again && stamp_in(kind, again->body) == stamp_in(kind, resource.body);
  };
  for (auto at = live.found.begin(); at != live.found.end();) {
    const bool sure = sight.desired.find(at->first) || wanted.by_id.contains(at->second.id) ||
                      TRY(is_ours(at->second));
    at = sure ? std::next(at) : live.found.erase(at);
  }
  for (auto& [address, twins] : live.doubles) {
    std::vector<LiveResource> sure;
    for (LiveResource& twin : twins)
      if (TRY(is_ours(twin))) sure.push_back(std::move(twin));
    twins = std::move(sure);
  }
  std::erase_if(live.doubles, [](const auto& entry) { return entry.second.empty(); });
  return {};
}

Result<> observe_stamped(const Kind& kind, const Sight& sight, Live& live) {
  const Wanted wanted = wanted_of(kind, sight);
  const std::string prefix = stamp_prefix(sight.desired.root_path);
  std::vector<LiveObject> objects = TRY(read_all(kind, sight, wanted, live));
  std::vector<LiveObject> others;
  for (LiveObject& object : objects) {
    std::optional<Address> address;
    const auto known = wanted.by_id.find(object.id);
    if (known != wanted.by_id.end()) address = known->second;
    if (!address) address = stamped_address(kind, object.body, wanted, prefix);
    if (address)
      add_found(*address, resource_of(std::move(object)), sight, live);
    else
      others.push_back(std::move(object));
  }
  if (sight.look != Look::Echoes) TRY_VOID(confirm_unwanted(kind, sight, wanted, live));
  for (const Resource* resource : wanted.adopting) adopt(kind, *resource, others, prefix, live);
  return {};
}

Result<> observe_named(const Kind& kind, const Sight& sight, Live& live) {
  std::map<std::string, LiveResource> by_id;
  std::map<std::string, std::string> id_of;  // by natural key
  for (const std::string& parent : parents_of(kind, sight))
    for (LiveObject& object : TRY(sight.provider.list(kind, parent)).objects) {
      id_of[natural_key(kind, object.body)] = object.id;
      const std::string id = object.id;
      by_id.emplace(id, resource_of(std::move(object)));
    }
  for (const auto& [address, entry] : sight.ledger.entries) {
    if (address.kind != kind.name) continue;
    auto found = by_id.find(entry.id);
    // As with stamps: a list alone does not tell that something is gone.
    if (found == by_id.end() && !kind.read.path.empty())
      if (auto object = TRY(sight.provider.read(kind, entry.id)))
        found = by_id.emplace(entry.id, resource_of(std::move(*object))).first;
    if (found != by_id.end()) live.found.emplace(address, found->second);
  }
  for (const Resource& resource : sight.desired.resources) {
    if (resource.kind != &kind || live.find(resource.address)) continue;
    const auto id = id_of.find(natural_key(kind, resource.body));
    if (id == id_of.end()) {
      if (resource.adopt) live.not_adoptable[resource.address] = "what it adopts does not exist";
      continue;
    }
    live.found.emplace(resource.address, by_id.at(id->second));
    // What lies in a scope of ours is ours.
    if (resource.adopt)
      live.adopted.insert(resource.address);
    else if (kind.parent_field.empty())
      live.foreign.insert(resource.address);
  }
  return {};
}

}  // namespace dbplan
