#include "engine/plan/moves.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/model/natural_key.hpp"
#include "engine/plan/plan.hpp"

namespace dbplan {
namespace {

/// What is remembered of an object, with that of its permissions.
struct Memory {
  decltype(Ledger::entries)::node_type entry;
  decltype(Ledger::entries)::node_type permissions = {};
};

Memory take(Ledger& ledger, const Address& address) {
  return {.entry = ledger.entries.extract(address),
          .permissions = ledger.entries.extract(Address{"permissions", address.text()})};
}

void put(Ledger& ledger, Memory memory, const Address& address) {
  memory.entry.key() = address;
  ledger.entries.insert(std::move(memory.entry));
  if (memory.permissions.empty()) return;
  memory.permissions.mapped().owner = address;
  memory.permissions.key() = Address{"permissions", address.text()};
  ledger.entries.insert(std::move(memory.permissions));
}

/// `memory`, taken from an address that the spec does not have any more, becomes that of `to`.
void rename(Ledger& ledger, Memory memory, const Address& to) {
  const Address from = memory.entry.key();
  memory.entry.mapped().moved_from = from;
  put(ledger, std::move(memory), to);
  for (auto& [address, other] : ledger.entries) {
    if (other.carrier == from) other.carrier = to;
    for (Address& needed : other.depends_on)
      if (needed == from) needed = to;
  }
}

/// Who wants what, of the kinds that are known by a path, a name or the job that they travel with.
class Claims {
 public:
  explicit Claims(const Desired& desired) {
    for (const Resource& resource : desired.resources) {
      const std::string known_by = known(*resource.kind, resource.carrier, resource.body);
      if (known_by.empty()) continue;
      kinds_.emplace(resource.kind->name, resource.kind);
      claims_.emplace(std::pair{resource.kind, known_by}, resource.address);
    }
  }

  /// Null if nobody wants it.
  const Address* claimant(const Address& address, const LedgerEntry& entry) const {
    const auto kind = kinds_.find(address.kind);
    if (kind == kinds_.end()) return nullptr;
    const std::string known_by = known(*kind->second, entry.carrier, entry.body);
    const auto claim = claims_.find({kind->second, known_by});
    return claim == claims_.end() ? nullptr : &claim->second;
  }

  /// Whether what is remembered of `address` is what it wants.
  bool is_kept(const Address& address, const Ledger& ledger) const {
    const LedgerEntry* entry = ledger.find(address);
    const Address* owner = entry ? claimant(address, *entry) : nullptr;
    return owner && *owner == address;
  }

 private:
  static std::string known(const Kind& kind, const std::optional<Address>& carrier,
                           const Json& body) {
    if (carrier) return carrier->text();
    return kind.key_field.empty() || body.is_null() ? std::string() : natural_key(kind, body);
  }

  std::map<std::string_view, const Kind*> kinds_;
  std::map<std::pair<const Kind*, std::string>, Address> claims_;
};

/// A job that declares its schedule itself has what a schedule's address had.
void take_back_schedules(Ledger& ledger, const Desired& desired) {
  std::erase_if(ledger.entries, [&](const auto& item) {
    const auto& [address, entry] = item;
    const Resource* job = entry.carrier ? desired.find(*entry.carrier) : nullptr;
    return job && !desired.find(address) &&
           std::ranges::any_of(job->body.items(),
                               [](const auto& field) { return is_schedule_block(field.key()); });
  });
}

/// Gives what is remembered of a path or name to whoever wants it. Whoever had another one until
/// then leaves it to the address that the new one came from, or the next one along such a chain.
void hand_over(Ledger& ledger, const Desired& desired) {
  const Claims claims(desired);
  std::map<Address, Address> origins;  // who gets something, and from whom
  std::vector<Address> stale;          // they speak of what its claimant is known to have
  for (const auto& [address, entry] : ledger.entries) {
    const Address* to = claims.claimant(address, entry);
    if (!to || *to == address) continue;
    if (claims.is_kept(*to, ledger) || !origins.emplace(*to, address).second)
      stale.push_back(address);
  }
  for (const Address& address : stale) ledger.entries.erase(address);
  std::map<Address, Memory> handed;
  for (const auto& [to, from] : origins) handed.emplace(to, take(ledger, from));
  for (const auto& [to, from] : origins) {
    Memory former = take(ledger, to);
    if (former.entry.empty()) continue;
    Address vacated = from;
    for (auto next = origins.find(vacated); next != origins.end(); next = origins.find(vacated))
      vacated = next->second;
    put(ledger, std::move(former), vacated);
  }
  for (auto& [to, memory] : handed)
    if (desired.find(memory.entry.key()))
      put(ledger, std::move(memory), to);
    else
      rename(ledger, std::move(memory), to);
}

/// Nothing replaces folders and files in one step: what lies at their former path is remembered
/// apart, as something that the spec does not have any more, until it is removed.
void leave_behind(Ledger& ledger, const Desired& desired) {
  for (const Resource& resource : desired.resources) {
    if (!resource.kind->in_tree || resource.content || resource.release) continue;
    const LedgerEntry* entry = ledger.find(resource.address);
    if (!entry || entry->id == text_at(resource.body, "path")) continue;
    const Address apart{resource.address.kind, resource.address.key + " at " + entry->id};
    Memory left = take(ledger, resource.address);
    left.entry.mapped().moved_from = resource.address;
    put(ledger, std::move(left), apart);
  }
}

}  // namespace

Ledger with_moves(Ledger ledger, const Desired& desired) {
  for (const Resource& resource : desired.resources) {
    if (!resource.moved_from || ledger.find(resource.address)) continue;
    if (ledger.find(*resource.moved_from))
      rename(ledger, take(ledger, *resource.moved_from), resource.address);
  }
  hand_over(ledger, desired);
  take_back_schedules(ledger, desired);
  leave_behind(ledger, desired);
  return ledger;
}

}  // namespace dbplan
