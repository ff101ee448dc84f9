#pragma once

#include "engine/live/observe.hpp"

namespace dbplan {

/// What every observer reads from; each adds to a Live of its own, so that none waits for another.
struct Sight {
  const Desired& desired;
  const Ledger& ledger;
  Provider& provider;
  Look look;
  std::size_t threads;
};

/// Kinds with tags: by the ids of the ledger, then by stamp, then by what the spec adopts.
Result<> observe_stamped(const Kind& kind, const Sight& sight, Live& live);

/// Kinds without tags that lie in no tree: by name, in their list or in that of their parent.
Result<> observe_named(const Kind& kind, const Sight& sight, Live& live);

/// Notebooks, folders and files.
Result<> observe_tree(const Sight& sight, Live& live);

/// The workspace path of one file of a row; the name is empty for a row of a single file.
std::string file_path(const std::string& path, const std::string& name);

/// Permissions of what `live` holds already.
Result<> observe_parts(const Sight& sight, std::span<const Kind* const> kinds, Live& live);

}  // namespace dbplan
