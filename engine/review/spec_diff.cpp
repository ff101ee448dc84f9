#include "engine/review/spec_diff.hpp"

#include <map>
#include <utility>

#include "engine/plan/moves.hpp"
#include "engine/plan/wanted.hpp"

namespace dbplan {

namespace {

/// Told apart by what a server would call it: a path, or the old address in place of a number.
std::string id_of(const Resource& resource, const Json& body) {
  return resource.kind->in_tree ? text_at(body, "path") : resource.address.text();
}

/// `before` as if it had been applied.
void apply_all(const Desired& before, const Desired& after, Ledger& ledger,
               std::map<std::string, LiveResource>& applied) {
  for (const Resource& resource : before.resources) {
    if (resource.kind->home == Home::Local) continue;
    const Json body = resource.carrier ? Json() : wanted_body(resource, after, Live{});
    LedgerEntry entry{.id = id_of(resource, body), .body = body, .echo = {}};
    entry.carrier = resource.carrier;
    entry.owner = resource.owner;
    entry.depends_on = resource.depends_on;
    LiveResource found{
        .id = resource.kind->in_tree ? entry.id : std::string(), .body = body, .facts = {}};
    if (resource.content) {
      entry.content_hash = found.content_hash = notebook_hash(resource);
      found.content = resource.content;
    }
    applied.emplace(std::string(resource.kind->name) + " " + entry.id, std::move(found));
    ledger.entries.emplace(resource.address, std::move(entry));
  }
}

}  // namespace

Plan diff_specs(const Desired& before, const Desired& after, std::span<const Kind* const> kinds) {
  Ledger ledger{.bundle = before.bundle,
                .target = before.target,
                .root_path = after.root_path,
                .found = true,
                .entries = {}};
  std::map<std::string, LiveResource> applied;  // by kind and id
  apply_all(before, after, ledger, applied);
  ledger = with_moves(std::move(ledger), after);
  Live live;
  for (auto& [address, entry] : ledger.entries) {
    LiveResource found = applied.at(address.kind + " " + entry.id);
    found.carrier = entry.carrier;
    found.owner = entry.owner;
    entry.id = found.id;
    live.found.emplace(address, std::move(found));
  }
  return make_plan(after, live, ledger, kinds);
}

}  // namespace dbplan
