#pragma once

#include "engine/ledger/ledger.hpp"
#include "engine/model/resource.hpp"

namespace dbplan {

/// The ledger as the spec's `moved` blocks rename it: what was remembered of the old address, and
/// of its parts, is remembered of the new one. An address that is known already keeps its own.
Ledger with_moves(Ledger ledger, const Desired& desired);

}  // namespace dbplan
