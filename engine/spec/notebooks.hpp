#pragma once

#include <span>

#include "engine/spec/draft.hpp"
#include "engine/spec/local_files.hpp"
#include "engine/spec/tree.hpp"

namespace dbplan {

/// Completes the notebooks: reads the declared ones (a folder becomes one resource per file),
/// finds those that tasks and other notebooks name by relative path, gives each its place in the
/// workspace, and writes that place into the tasks. `kind` is the kind of notebooks. The rules
/// stand in the README of this folder.
/// `synced`: notebooks among the files that are uploaded. The layout's root goes into `scope`.
void place_notebooks(Drafts& drafts, const Kind& kind, std::span<const SyncedNotebook> synced,
                     Scope& scope, const Tree& tree, SourceFiles& files, Reporter& report);

/// Whether the path at `pointer` of a job's body is one in the job's git repository.
bool reads_from_git(const Json& job, const Json::json_pointer& pointer);

}  // namespace dbplan
