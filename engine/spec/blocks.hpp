#pragma once

#include <span>
#include <string_view>

#include "engine/spec/draft.hpp"

namespace dbplan {

/// dbplan's own blocks inside a resource: no field of any API.
inline constexpr std::string_view kOwnBlocks[] = {"adopt", "grants",      "lifecycle",
                                                  "moved", "permissions", "secrets"};

/// Whether `name` is one of them for this kind; "secrets" is one of secret scopes alone.
bool is_own_block(const Kind& kind, std::string_view name);

/// Reads `lifecycle`, `moved` and `adopt` of the resource at `node` into it.
void read_blocks(const Node& node, const Kind& kind, Resource& resource, Reporter& report);

/// Reports moves from an address that is still declared, or that two resources claim.
void check_moves(const Drafts& drafts, Reporter& report);

}  // namespace dbplan
