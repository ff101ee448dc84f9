#pragma once

#include <map>
#include <span>
#include <string>

#include "engine/provider.hpp"
#include "engine/spec/spec.hpp"

namespace dbplan {

/// Asks the workspace for the ids of things that a spec names: variable -> id. Equal questions are
/// asked once. None or several of a name is an error that says where the spec asks.
Result<std::map<std::string, std::string>> find_ids(std::span<const SpecLookup> lookups,
                                                    Provider& provider);

}  // namespace dbplan
