#include "engine/apply/books.hpp"

#include "engine/plan/wanted.hpp"

namespace dbplan {

Books::Books(const Plan& plan, const Desired& desired, const Live& live, Ledger& ledger,
             Clock& clock)
    : desired_(desired), ledger_(ledger), clock_(clock) {
  for (const auto& [address, resource] : live.found) ids_[address] = resource.id;
  for (const Resource& resource : desired.resources) {
    if (!rules_.contains(resource.kind)) rules_.emplace(resource.kind, index_rules(*resource.kind));
    if (resource.carrier) carried_[*resource.carrier].resources.push_back(&resource);
  }
  for (const Change& change : plan.changes)
    if (change.owner && change.action == Action::Create) announce(change);
  for (const Change& change : plan.changes)
    if (change.carrier) carried_[*change.carrier].changes.push_back(&change);
  for (const auto& [address, entry] : ledger.entries) {
    if (entry.carrier) carried_[*entry.carrier].remembered.push_back(address);
    if (entry.owner) carried_[*entry.owner].parts.push_back(address);
  }
}

/// Permissions of what is created are set in a step of their own: an apply that is cut off before
/// it leaves them to the next one, which knows by this that they never were.
void Books::announce(const Change& part) {
  LedgerEntry entry{.id = {}, .body = {}, .echo = {}};
  entry.owner = part.owner;
  ledger_.entries[part.address] = std::move(entry);
}

std::string Books::id(const Address& address) const {
  const std::scoped_lock guard(mutex_);
  const auto found = ids_.find(address);
  return found == ids_.end() ? "" : found->second;
}

Json Books::body(const Resource& resource) const {
  const std::scoped_lock guard(mutex_);
  return wanted_body(resource, desired_, [&](const ResourceReference& reference) {
    const auto id = ids_.find(reference.address);
    return id == ids_.end() ? std::nullopt : std::optional(id->second);
  });
}

void Books::record(const Resource& resource, const std::string& id, const Json& body) {
  const std::scoped_lock guard(mutex_);
  ids_[resource.address] = id;
  LedgerEntry& entry = ledger_.entries[resource.address];
  entry = {.id = id, .body = storable(body, rules_.at(resource.kind)), .echo = {}};
  entry.owner = resource.owner;
  entry.started = resource.started;
  entry.depends_on = resource.depends_on;
  entry.applied_at = rfc3339(clock_.now());
  if (resource.content) entry.content_hash = notebook_hash(resource);
  record_carried(resource.address, id);
}

/// With mutex_ held: what travelled in the request of `carrier`.
void Books::record_carried(const Address& carrier, const std::string& id) {
  const auto found = carried_.find(carrier);
  if (found == carried_.end()) return;
  for (const Address& address : found->second.remembered)
    if (const LedgerEntry* entry = ledger_.find(address); entry && entry->carrier == carrier)
      ledger_.entries.erase(address);
  for (const Resource* resource : found->second.resources) {
    LedgerEntry entry{.id = id, .body = {}, .echo = {}};
    entry.carrier = carrier;
    entry.depends_on = resource->depends_on;
    ledger_.entries[resource->address] = std::move(entry);
  }
}

void Books::keep_old_id(const Address& address, const std::string& old_id) {
  const std::scoped_lock guard(mutex_);
  ledger_.entries[address].old_id = old_id;
}

void Books::record_started(const Address& address) {
  const std::scoped_lock guard(mutex_);
  const auto entry = ledger_.entries.find(address);
  const Resource* resource = desired_.find(address);
  if (resource && entry != ledger_.entries.end()) entry->second.started = resource->started;
}

void Books::record_unsettled() {
  const std::scoped_lock guard(mutex_);
  ledger_.unsettled = true;
}

void Books::forget(const Address& address, const std::string& id) {
  const std::scoped_lock guard(mutex_);
  const auto entry = ledger_.entries.find(address);
  if (entry != ledger_.entries.end() && entry->second.old_id == id) entry->second.old_id.clear();
  if (entry != ledger_.entries.end() && entry->second.id == id) ledger_.entries.erase(entry);
  const auto carried = carried_.find(address);
  if (carried == carried_.end()) return;
  for (const auto* gone : {&carried->second.remembered, &carried->second.parts})
    for (const Address& part : *gone)
      if (!desired_.find(part)) ledger_.entries.erase(part);
}

void Books::release(const Address& address) {
  const std::scoped_lock guard(mutex_);
  std::erase_if(ledger_.entries, [&](const auto& entry) {
    return entry.first == address || entry.second.carrier == address ||
           entry.second.owner == address;
  });
}

const std::vector<const Change*>& Books::carried_changes(const Address& carrier) const {
  static const std::vector<const Change*> kNone;
  const auto found = carried_.find(carrier);
  return found == carried_.end() ? kNone : found->second.changes;
}

void Books::store_with(const std::function<void(Ledger&)>& store) {
  const std::scoped_lock guard(mutex_);
  store(ledger_);
}

}  // namespace dbplan
