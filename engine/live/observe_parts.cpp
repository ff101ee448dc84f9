#include "engine/live/observers.hpp"

namespace dbplan {
namespace {

/// "jobs/123": how the Permissions API calls an object. Things in the workspace tree go by their
/// number there, not by their path.
std::string part_id(const Kind& owner, const LiveResource& live) {
  const std::string id = owner.in_tree ? std::to_string(int_at(live.facts, "object_id")) : live.id;
  return std::string(owner.permission_object) + "/" + id;
}

}  // namespace

Result<> observe_parts(const Sight& sight, std::span<const Kind* const> kinds, Live& live) {
  struct Part {
    Address address;
    std::string id;
    Address owner;
  };
  std::vector<Part> parts;
  const auto add = [&](const Address& address, const Address& owner) {
    const LiveResource* there = live.find(owner);
    const Kind* kind = find_kind(kinds, owner.kind);
    // What is to be deleted takes its parts along.
    if (there && kind && sight.desired.find(owner))
      parts.push_back({address, part_id(*kind, *there), owner});
  };
  for (const Resource& resource : sight.desired.resources)
    if (resource.owner) add(resource.address, *resource.owner);
  for (const auto& [address, entry] : sight.ledger.entries)
    if (entry.owner && !sight.desired.find(address)) add(address, *entry.owner);
  const Kind* permissions = find_kind(kinds, "permissions");
  std::vector<std::optional<LiveObject>> read(parts.size());
  TRY_VOID(in_parallel(parts.size(), sight.threads, [&](std::size_t i) -> Result<> {
    read[i] = TRY(sight.provider.read(*permissions, parts[i].id));
    return {};
  }));
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (read[i])
      live.found.emplace(parts[i].address, LiveResource{.id = parts[i].id,
                                                        .body = std::move(read[i]->body),
                                                        .facts = {},
                                                        .owner = parts[i].owner});
  return {};
}

}  // namespace dbplan
