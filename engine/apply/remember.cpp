#include <algorithm>
#include <set>

#include "engine/apply/apply.hpp"
#include "engine/base/clock.hpp"
#include "engine/live/observe.hpp"
#include "engine/plan/wanted.hpp"

namespace dbplan {
namespace {

/// Whether a list lags behind and shows something else than what was just sent.
bool is_older(const LedgerEntry& entry, const Resource& resource, const LiveResource& live) {
  if (resource.kind->in_tree) return false;
  const auto fields =
      diff({.desired = &entry.body, .live = &live.body}, index_rules(*resource.kind));
  return std::ranges::any_of(
      fields, [](const FieldChange& field) { return field.kind == FieldClass::Differs; });
}

/// Adds to the entry what the server has beside what we sent.
void remember_live(LedgerEntry& entry, const Resource& resource, const LiveResource& live) {
  if (resource.content) {
    entry.object_id = int_at(live.facts, "object_id");
    entry.modified_at = int_at(live.facts, "modified_at");
    return;
  }
  if (resource.kind->in_tree) {
    entry.echo = {{"seen", at_or_null(live.facts, "seen")}};
    return;
  }
  entry.echo = echo_of(entry.body, live.body, index_rules(*resource.kind));
  if (entry.echo.is_null()) entry.echo = Json::object();
}

/// The entry of a resource that is on the server as the spec wants it.
LedgerEntry kept_entry(const Resource& resource, const LiveResource& live, const Desired& desired,
                       const Live& all) {
  LedgerEntry entry{.id = live.id, .body = {}, .echo = {}};
  entry.depends_on = resource.depends_on;
  entry.carrier = resource.carrier;
  entry.owner = resource.owner;
  entry.started = resource.started;
  if (resource.carrier) return entry;
  entry.body = resource.kind->in_tree
                   ? resource.body
                   : storable(wanted_body(resource, desired, all), index_rules(*resource.kind));
  if (resource.content) entry.content_hash = notebook_hash(resource);
  remember_live(entry, resource, live);
  return entry;
}

Json comparable(const Json& body, const RuleNode& rules) {
  return in_order(showable(body, &rules), &rules);
}

/// Whether the last apply is known as it must be. Of the echo only whether there is one, because
/// what somebody added on the server must not become ours (an apply that was cut off has not looked
/// yet); that of files is how they are known again. Secrets are not compared, because each hash has
/// its own salt.
bool is_current(const LedgerEntry* known, const LedgerEntry& kept, const Kind& kind) {
  const RuleNode rules = index_rules(kind);
  const bool in_tree = kind.in_tree;
  return known && !known->moved_from && known->id == kept.id &&
         comparable(known->body, rules) == comparable(kept.body, rules) &&
         known->content_hash == kept.content_hash && known->modified_at == kept.modified_at &&
         known->echo.is_null() == kept.echo.is_null() && (!in_tree || known->echo == kept.echo) &&
         known->carrier == kept.carrier && known->started == kept.started &&
         known->depends_on == kept.depends_on && known->old_id.empty();
}

/// The part of the spec and the ledger that an apply touched.
struct Touched {
  Desired desired;
  Ledger ledger;
};

Touched touched_by(const Plan& plan, const Desired& desired, const Ledger& ledger) {
  std::set<Address> addresses;
  for (const Change& change : plan.changes) {
    if (change.action == Action::Keep || change.action == Action::Delete) continue;
    addresses.insert(change.carrier.value_or(change.address));
    if (change.owner) addresses.insert(*change.owner);
  }
  Touched touched;
  touched.desired.root_path = desired.root_path;
  touched.ledger.found = true;
  touched.ledger.pages = ledger.pages;
  for (const Address& address : addresses) {
    const Resource* resource = desired.find(address);
    const LedgerEntry* entry = ledger.find(address);
    if (!resource || !entry) continue;
    touched.desired.resources.push_back(*resource);
    touched.ledger.entries.emplace(address, *entry);
  }
  return touched;
}

}  // namespace

bool adopt_kept(const Plan& plan, const Desired& desired, const Live& live,
                std::chrono::sys_seconds now, Ledger& ledger) {
  bool changed = ledger.root_path != desired.root_path;
  ledger.bundle = desired.bundle;
  ledger.target = desired.target;
  ledger.root_path = desired.root_path;
  for (const auto& [kind, pages] : live.pages) ledger.pages[kind] = pages;
  for (const Change& change : plan.changes) {
    if (change.action != Action::Keep) continue;
    const Resource* resource = desired.find(change.address);
    const LiveResource* found = live.find(change.address);
    if (!resource || !found) continue;
    LedgerEntry kept = kept_entry(*resource, *found, desired, live);
    const LedgerEntry* known = ledger.find(change.address);
    if (is_current(known, kept, *resource->kind)) continue;
    const bool same_body = known && known->body == kept.body && !known->echo.is_null();
    if (same_body && !resource->kind->in_tree) kept.echo = known->echo;
    kept.applied_at = known ? known->applied_at : rfc3339(now);
    ledger.entries[change.address] = std::move(kept);
    changed = true;
  }
  // What is neither wanted nor there any more is forgotten, and with it what belonged to it.
  auto forgotten = std::erase_if(ledger.entries, [&](const auto& entry) {
    const bool is_root = entry.second.id == desired.root_path;
    return !desired.find(entry.first) && (is_root || !live.find(entry.first));
  });
  forgotten += std::erase_if(ledger.entries, [&](const auto& entry) {
    const auto& owner = entry.second.owner;
    return owner && !desired.find(*owner) && !ledger.find(*owner);
  });
  return changed || forgotten > 0;
}

Result<> remember_echoes(const Plan& plan, const Desired& desired, Ledger& ledger,
                         Provider& provider, std::span<const Kind* const> kinds,
                         std::size_t threads) {
  const Touched touched = touched_by(plan, desired, ledger);
  if (touched.desired.resources.empty()) return {};
  const Live live =
      TRY(observe(touched.desired, touched.ledger, provider, kinds, Look::Echoes, threads));
  for (const Resource& resource : touched.desired.resources) {
    const LiveResource* found = live.find(resource.address);
    LedgerEntry& entry = ledger.entries.at(resource.address);
    if (found && !is_older(entry, resource, *found)) remember_live(entry, resource, *found);
  }
  return {};
}

}  // namespace dbplan
