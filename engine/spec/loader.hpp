#pragma once

#include <string>
#include <vector>

#include "engine/spec/node.hpp"
#include "engine/spec/source_files.hpp"
#include "engine/spec/tree.hpp"

namespace dbplan {

/// The files of one spec, read and put together.
struct Sources {
  const Node* root = nullptr;  // all files as one map; never null
  Place start;                 // the root file, or the first one: for problems without a line
  std::string folder;          // that holds the root file, or the folder that was named
  /// A file could not be read or parsed: what is missing elsewhere may stand in it.
  bool incomplete = false;
};

/// Finds and reads the files of the spec at `path` (a file or a folder, relative to the project
/// root). Problems are reported; the result holds what could be read.
Sources read_sources(const Tree& tree, const std::string& path, SourceFiles& files, Arena& arena,
                     Reporter& report);

}  // namespace dbplan
