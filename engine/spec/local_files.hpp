#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/spec/draft.hpp"
#include "engine/spec/ignore_rules.hpp"
#include "engine/spec/tree.hpp"

namespace dbplan {

/// A notebook among files that are uploaded: it becomes a notebook, not a file.
struct SyncedNotebook {
  std::string path;
  Place place;  // of what names it
};

/// Everything that is uploaded and is no notebook: `resources.files`, `sync`, and the files that
/// tasks name by relative path. First collected, then, when the notebooks have their places,
/// placed: files and notebooks keep their places relative to each other.
class LocalFiles {
 public:
  LocalFiles(const Tree& tree, const SourceFiles& sources, const Kind& kind, Reporter& report)
      : tree_(tree), sources_(sources), kind_(kind), report_(report) {}

  /// `sync`: the block's member, or null; its value has the variables filled in. Moves the
  /// layout's root up to what has to lie below it.
  void collect(const Member* sync, const Drafts& drafts, Scope& scope);
  const std::vector<SyncedNotebook>& notebooks() const { return notebooks_; }
  /// Adds and completes the resources, and writes workspace paths into tasks.
  void place(Drafts& drafts, const Scope& scope);

 private:
  /// Local files that one row of the plan uploads.
  struct Row {
    std::string source;  // file or folder
    bool is_folder = false;
    std::vector<std::string> files;  // relative to the project root
    Place place;
  };
  void collect_sync(const Member& sync, Scope& scope);
  void collect_declared(const Draft& draft, Scope& scope);
  void add_uploads(const Uploads& uploads, Place place, bool may_hold_notebooks, Row& row);
  std::optional<std::string> local_path(const Link& link, const Scope& scope) const;
  std::optional<std::string> matching_file(const std::string& path, const Link& link);
  IgnoreRules patterns(const Node* list) const;

  void place_declared(Draft& draft, const Scope& scope);
  void place_sync(Drafts& drafts, const Scope& scope);
  void place_link(Drafts& drafts, std::size_t draft, const Link& link, const Scope& scope);
  std::size_t row_for(Drafts& drafts, const std::string& path, const Link& link, const Scope& scope,
                      std::string& workspace_path);
  std::size_t add_row(Drafts& drafts, Draft draft, const Row& row, const std::string& path,
                      const std::string& base);
  void fill(Resource& resource, const Row& row, const std::string& base);

  const Tree& tree_;
  const SourceFiles& sources_;
  const Kind& kind_;
  Reporter& report_;
  std::vector<SyncedNotebook> notebooks_;
  std::optional<Row> sync_;
  std::map<std::string, Row> declared_;             // by key
  std::map<std::string, std::size_t> row_by_file_;  // local file or folder -> index of its draft
};

}  // namespace dbplan
