#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/model/resource.hpp"
#include "engine/spec/body.hpp"
#include "engine/spec/node.hpp"
#include "engine/spec/source_files.hpp"

namespace dbplan {

/// "`from` needs `to` first", and where the spec says so.
struct Edge {
  std::size_t from = 0;  // indices into Drafts::all
  std::size_t to = 0;
  Place place;
};

/// A resource while the passes of loading still work on it.
struct Draft {
  Resource resource;
  Place place;                 // of its key
  const Node* node = nullptr;  // its block, variables filled in; null for notebooks that were found
  std::vector<Link> links;
  std::vector<Link> local_files;
};

/// Everything that the spec declares or implies.
class Drafts {
 public:
  std::vector<Draft> all;
  std::vector<Edge> edges;

  std::size_t add(Draft draft) {
    index_.emplace(draft.resource.address, all.size());
    all.push_back(std::move(draft));
    return all.size() - 1;
  }
  /// Index of that address in `all`, or -1.
  std::ptrdiff_t find(const Address& address) const {
    const auto found = index_.find(address);
    return found == index_.end() ? -1 : static_cast<std::ptrdiff_t>(found->second);
  }
  /// The declared keys of a kind: for suggestions.
  std::vector<std::string> keys(std::string_view kind) const {
    std::vector<std::string> result;
    for (const Draft& draft : all)
      if (draft.resource.address.kind == kind) result.push_back(draft.resource.address.key);
    return result;
  }

 private:
  std::map<Address, std::size_t> index_;
};

/// What a target decides beside the resources themselves.
struct Scope {
  std::string bundle;
  std::string target;
  std::string root_path;  // may hold kUserName
  std::string file_path;  // below root_path unless the spec says otherwise
  std::string folder;     // of the spec, relative to the project root
  /// The deepest folder that holds the spec and every local file that has no place of its own:
  /// files and notebooks lie below file_path as they lie below it.
  std::string layout_root;
  /// A file is missing: what nobody declares may stand in it.
  bool incomplete = false;
};

}  // namespace dbplan
