#pragma once

#include <span>

#include "engine/base/json.hpp"
#include "engine/model/kind.hpp"

namespace dbplan {

/// The JSON Schema (draft 2020-12) of spec files, for editors: made of the tables that the
/// validator reads. It tells shapes, names, types and enum values; what needs the whole spec
/// (references, files, cycles, what only a target completes) is the validator's alone.
Json spec_json_schema(std::span<const Kind* const> kinds);

}  // namespace dbplan
