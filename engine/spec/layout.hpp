#pragma once

#include <span>
#include <string_view>

#include "engine/spec/node.hpp"
#include "engine/spec/source_files.hpp"

namespace dbplan {

/// What a field of the frame holds. Unsupported: bundles know it, dbplan does not do it yet.
enum class Shape { Text, Flag, Count, Texts, Maps, Map, Any, Unsupported };
struct Entry {
  std::string_view name;
  Shape shape;
};
/// The fields of one block of the frame: "spec", "bundle", "git", "workspace", "presets", "sync",
/// "run_as", "variable", "target".
std::span<const Entry> frame_entries(std::string_view block);

/// Checks the frame of one spec file: top-level keys and the blocks that are no resources
/// (bundle, workspace, presets, variables, targets, include). What Databricks bundles know and
/// dbplan does not do yet is refused by name rather than ignored.
void check_layout(const Node& root, Reporter& report);

/// Reports that `what` is known from bundles but not done by dbplan yet: an error, or a warning
/// that it is left out.
void report_unsupported(Place place, std::string_view what, Reporter& report);

}  // namespace dbplan
