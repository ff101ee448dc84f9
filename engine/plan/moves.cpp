#include "engine/plan/moves.hpp"

namespace dbplan {
namespace {

void move_permissions(Ledger& ledger, const Address& from, const Address& to) {
  auto entry = ledger.entries.extract(Address{"permissions", from.text()});
  if (entry.empty()) return;
  entry.mapped().owner = to;
  entry.key() = Address{"permissions", to.text()};
  ledger.entries.insert(std::move(entry));
}

}  // namespace

Ledger with_moves(Ledger ledger, const Desired& desired) {
  for (const Resource& resource : desired.resources) {
    if (!resource.moved_from || ledger.find(resource.address)) continue;
    auto entry = ledger.entries.extract(*resource.moved_from);
    if (entry.empty()) continue;
    entry.mapped().moved_from = *resource.moved_from;
    entry.key() = resource.address;
    ledger.entries.insert(std::move(entry));
    move_permissions(ledger, *resource.moved_from, resource.address);
    for (auto& [address, other] : ledger.entries) {
      if (other.carrier == resource.moved_from) other.carrier = resource.address;
      for (Address& needed : other.depends_on)
        if (needed == *resource.moved_from) needed = resource.address;
    }
  }
  return ledger;
}

}  // namespace dbplan
