#pragma once

#include <span>
#include <string_view>

#include "engine/spec/node.hpp"
#include "engine/spec/source_files.hpp"

namespace dbplan {

/// Checks texts whose form can be judged without a server: Quartz expressions and time zones,
/// known by the name of their field.
void check_text(std::string_view field, const Node& node, Reporter& report);

/// Whether a body's field names a file (a Python file, a wheel, a SQL file) that is local, or
/// stands in the workspace by its absolute path.
bool names_file(std::span<const std::string_view> path, std::string_view text);

}  // namespace dbplan
