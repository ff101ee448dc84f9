#pragma once

#include <string>

#include "engine/base/diagnostic.hpp"

namespace dbplan {

/// One diagnostic for people: summary, file:line:column, the line with the part in question
/// underlined, the detail. Whatever could fool a terminal or its reader is made visible.
std::string diagnostic_text(const Diagnostic& diagnostic, bool colour);

/// All of them, in their order, an empty line between two.
std::string diagnostics_text(const Diagnostics& diagnostics, bool colour);

}  // namespace dbplan
