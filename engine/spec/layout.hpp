#pragma once

#include "engine/spec/node.hpp"
#include "engine/spec/source_files.hpp"

namespace dbplan {

/// Checks the frame of one spec file: top-level keys and the blocks that are no resources
/// (bundle, workspace, presets, variables, targets, include). What Databricks bundles know and
/// dbplan does not do yet is refused by name rather than ignored.
void check_layout(const Node& root, Reporter& report);

/// Reports that `what` is known from bundles but not done by dbplan yet: an error, or a warning
/// that it is left out.
void report_unsupported(Place place, std::string_view what, Reporter& report);

}  // namespace dbplan
