#include "engine/review/spec_diff.hpp"

#include "engine/plan/wanted.hpp"

namespace dbplan {

Plan diff_specs(const Desired& before, const Desired& after, std::span<const Kind* const> kinds) {
  Live live;
  Ledger ledger{.bundle = before.bundle,
                .target = before.target,
                .root_path = after.root_path,
                .found = true,
                .entries = {}};
  for (const Resource& resource : before.resources) {
    if (resource.kind->home == Home::Local) continue;
    const Json body = resource.carrier ? Json() : wanted_body(resource, after, Live{});
    LedgerEntry entry{.id = resource.kind->in_tree ? text_at(body, "path") : std::string(),
                      .body = body,
                      .echo = {}};
    entry.carrier = resource.carrier;
    entry.owner = resource.owner;
    entry.depends_on = resource.depends_on;
    LiveResource found{.id = entry.id,
                       .body = body,
                       .facts = {},
                       .carrier = resource.carrier,
                       .owner = resource.owner};
    if (resource.content) {
      entry.content_hash = found.content_hash = notebook_hash(resource);
      found.content = resource.content;
    }
    ledger.entries.emplace(resource.address, std::move(entry));
    live.found.emplace(resource.address, std::move(found));
  }
  return make_plan(after, live, ledger, kinds);
}

}  // namespace dbplan
