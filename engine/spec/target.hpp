#pragma once

#include <span>
#include <string>

#include "engine/model/kind.hpp"
#include "engine/spec/node.hpp"
#include "engine/spec/source_files.hpp"

namespace dbplan {

/// One target of the spec, chosen.
struct Target {
  std::string name;
  const Node* node = nullptr;  // null: the spec has no targets, or the one asked for is unknown
};

/// The target of that name; with an empty name the default one, by the rules of bundles.
Target choose_target(const Node& root, const std::string& name, Place start, Reporter& report);

/// The block of that name with the target's on top; null when neither has it.
const Node* merged_block(const Node& root, const Target& target, std::string_view name,
                         Arena& arena);

/// `resources` with the target's overrides, by the keyed lists of each kind. Never null.
const Node* merged_resources(const Node& root, const Target& target,
                             std::span<const Kind* const> kinds, Arena& arena);

}  // namespace dbplan
