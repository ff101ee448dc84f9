#pragma once

#include <span>
#include <vector>

#include "engine/model/kind.hpp"
#include "engine/spec/node.hpp"
#include "engine/spec/source_files.hpp"

namespace dbplan {

/// Several files as one: maps of the document's frame (resources.jobs, variables, ...) are joined;
/// what two files both define is reported.
const Node* merge_files(std::span<const Node* const> documents, Arena& arena, Reporter& report);

/// `base` with `over` on top, as bundles merge a target's overrides: maps member by member,
/// lists whose items have a key (by `kind`) item by item, other lists joined (sets without
/// repeats), anything else replaced. `kind` may be null: then no list has keys.
const Node* merge_over(const Node* base, const Node* over, const Kind* kind, Arena& arena);

}  // namespace dbplan
