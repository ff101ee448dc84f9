#pragma once

#include <span>
#include <vector>

#include "engine/spec/draft.hpp"

namespace dbplan {

/// The levels that the Permissions API knows for one kind of object, and what the three levels
/// of a spec's own `permissions` mean there. Empty: nothing.
struct ObjectLevels {
  std::string_view object;  // Kind::permission_object; "secret_scopes" for their ACLs
  std::span<const std::string_view> levels;
  std::string_view manage, run, view;
};
/// The row of that kind, or null: it has no permissions.
const ObjectLevels* permission_levels(const Kind& kind);
/// CAN_MANAGE, CAN_RUN and CAN_VIEW: levels of the spec's own `permissions`.
std::span<const std::string_view> general_levels();

/// `permissions` of resources, and the spec's own (`general`, lists of it and its target), become
/// resources of the kind `permissions`; those of secret scopes `secret_acls`; the `secrets` of
/// scopes become `secrets`. Runs when every resource has its place in the workspace.
void expand_permissions(std::span<const Node* const> general, const Scope& scope,
                        std::span<const Kind* const> kinds, Drafts& drafts, Reporter& report);

}  // namespace dbplan
