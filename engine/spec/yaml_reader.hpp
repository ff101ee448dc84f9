#pragma once

#include <cstdint>

#include "engine/spec/node.hpp"
#include "engine/spec/source_files.hpp"

namespace dbplan {

/// Reads one file as one YAML document with positions. Anchors, aliases and merge keys are
/// resolved; duplicate keys are reported. Null when the text is not usable YAML: then at least
/// one error was reported. An empty file is an empty map.
const Node* read_yaml(const SourceFiles& files, std::uint32_t file, Arena& arena, Reporter& report);

}  // namespace dbplan
