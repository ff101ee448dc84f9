#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/model/notebook.hpp"
#include "engine/spec/draft.hpp"
#include "engine/spec/tree.hpp"

namespace dbplan {

/// A notebook that another one runs, by literal path.
struct Child {
  NotebookCall call;
  std::size_t item = 0;  // index into the items
};

/// A notebook on its way to a place in the workspace.
struct NotebookItem {
  Draft draft;                 // without key, if it was found; without path in the body
  bool is_declared = false;    // has an entry below resources.notebooks
  std::string workspace_path;  // empty: not placed yet
  bool in_layout = false;      // the layout places it: a task names it, or its entry has no path
  std::vector<NotebookCall> calls;
  std::vector<Child> children;
};

/// Places in notebook files, for diagnostics: their texts are only kept where one is needed.
class NotebookPlaces {
 public:
  NotebookPlaces(const Tree& tree, SourceFiles& files) : tree_(tree), files_(files) {}
  Place place(const NotebookItem& item, const NotebookCall& call);

 private:
  const Tree& tree_;
  SourceFiles& files_;
  std::map<std::string, std::uint32_t> added_;
};

/// Gives every item its workspace path, and those that were found their key. Relative paths
/// between notebooks must hold in the workspace as they do locally; where they cannot, that is
/// reported. Returns the layout's root.
std::string lay_out(std::vector<NotebookItem>& items, const Scope& scope, NotebookPlaces& places,
                    Reporter& report);

}  // namespace dbplan
