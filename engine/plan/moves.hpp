#pragma once

#include "engine/ledger/ledger.hpp"
#include "engine/model/resource.hpp"

namespace dbplan {

/// The ledger as the spec's addresses have it: what was remembered of an object is remembered of
/// the address that it belongs to now.
///
/// A `moved` block says so. What is known by its path or name belongs to whoever wants that path or
/// name, without being told: it would be found there, and deleting it under its old address would
/// delete what is wanted. An address that is known already keeps its own otherwise.
Ledger with_moves(Ledger ledger, const Desired& desired);

}  // namespace dbplan
