#include <set>

#include "engine/apply/apply.hpp"
#include "engine/base/clock.hpp"
#include "engine/base/digest.hpp"
#include "engine/live/observe.hpp"

namespace dbplan {
namespace {

/// The entry of a resource that is on the server as the spec wants it.
LedgerEntry kept_entry(const Resource& resource, const LiveResource& live, const Desired& desired,
                       const Live& all) {
  LedgerEntry entry{.id = live.id, .body = {}, .echo = {}};
  entry.depends_on = resource.depends_on;
  entry.carrier = resource.carrier;
  if (resource.carrier) return entry;
  const RuleNode rules = index_rules(*resource.kind);
  if (resource.content) {
    entry.body = resource.body;
    entry.content_hash = sha256_hex(*resource.content);
    entry.object_id = int_at(live.facts, "object_id");
    entry.modified_at = int_at(live.facts, "modified_at");
    return entry;
  }
  const Json wanted = wanted_body(resource, desired.root_path, all);
  entry.body = storable(wanted, rules);
  entry.echo = echo_of(wanted, live.body, rules);
  if (entry.echo.is_null()) entry.echo = Json::object();
  return entry;
}

/// Whether the last apply is known as it must be; the echo is not compared, because what somebody
/// added on the server must not become ours.
bool is_current(const LedgerEntry* known, const LedgerEntry& kept) {
  return known && known->id == kept.id && known->body == kept.body &&
         known->content_hash == kept.content_hash && known->modified_at == kept.modified_at &&
         known->carrier == kept.carrier && known->depends_on == kept.depends_on;
}

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

Result<> remember_bodies(const Kind& kind, const std::set<Address>& touched, const Desired& desired,
                         Ledger& ledger, Provider& provider) {
  const RuleNode rules = index_rules(kind);
  std::map<std::string, Address> by_id;
  for (const Address& address : touched)
    if (const LedgerEntry* entry = ledger.find(address); entry && desired.find(address))
      if (address.kind == kind.name) by_id[entry->id] = address;
  if (by_id.empty()) return {};
  for (const LiveObject& object : TRY(provider.list(kind))) {
    const auto found = by_id.find(object.id);
    if (found == by_id.end()) continue;
    LedgerEntry& entry = ledger.entries.at(found->second);
    entry.echo = echo_of(entry.body, object.body, rules);
    if (entry.echo.is_null()) entry.echo = Json::object();
  }
  return {};
}

Result<> remember_notebooks(const std::set<Address>& touched, Ledger& ledger, Provider& provider) {
  std::map<std::string, Address> by_path;
  std::set<std::string> folders;
  for (const Address& address : touched)
    if (const LedgerEntry* entry = ledger.find(address); entry && address.kind == "notebooks") {
      by_path[entry->id] = address;
      folders.insert(parent_of(entry->id));
    }
  for (const std::string& folder : folders)
    for (const FolderEntry& found : TRY(provider.list_folder(folder)))
      if (const auto address = by_path.find(found.path); address != by_path.end()) {
        LedgerEntry& entry = ledger.entries.at(address->second);
        entry.object_id = found.object_id;
        entry.modified_at = found.modified_at;
      }
  return {};
}

}  // namespace

bool adopt_kept(const Plan& plan, const Desired& desired, const Live& live, Ledger& ledger) {
  bool changed = ledger.root_path != desired.root_path;
  ledger.bundle = desired.bundle;
  ledger.target = desired.target;
  ledger.root_path = desired.root_path;
  for (const Change& change : plan.changes) {
    if (change.action != Action::Keep) continue;
    const Resource* resource = desired.find(change.address);
    const LiveResource* found = live.find(change.address);
    if (!resource || !found) continue;
    LedgerEntry kept = kept_entry(*resource, *found, desired, live);
    const LedgerEntry* known = ledger.find(change.address);
    if (is_current(known, kept)) continue;
    if (known && known->body == kept.body && !known->echo.is_null()) kept.echo = known->echo;
    kept.applied_at = known ? known->applied_at : rfc3339(system_clock().now());
    ledger.entries[change.address] = std::move(kept);
    changed = true;
  }
  // What is neither wanted nor there any more is forgotten.
  const auto forgotten = std::erase_if(ledger.entries, [&](const auto& entry) {
    return !desired.find(entry.first) && !live.find(entry.first);
  });
  return changed || forgotten > 0;
}

Result<> remember_echoes(const Plan& plan, const Desired& desired, Ledger& ledger,
                         Provider& provider) {
  std::set<Address> touched;
  std::set<const Kind*> kinds;
  for (const Change& change : plan.changes) {
    if (change.action == Action::Keep || change.action == Action::Delete) continue;
    touched.insert(change.carrier.value_or(change.address));
  }
  for (const Address& address : touched)
    if (const Resource* resource = desired.find(address)) kinds.insert(resource->kind);
  for (const Kind* kind : kinds)
    if (kind->key_field.empty())
      TRY_VOID(remember_bodies(*kind, touched, desired, ledger, provider));
  return remember_notebooks(touched, ledger, provider);
}

}  // namespace dbplan
