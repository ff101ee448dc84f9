#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/kind.hpp"
#include "engine/provider.hpp"

namespace dbplan {

/// What to import.
struct ImportWish {
  std::vector<std::string> objects;  // "jobs/123", "clusters/0301-...", "notebooks:/Users/me/x"
  bool all = false;                  // or everything that the filters let through:
  std::string path;                  // notebooks below it, and what runs them
  std::string tag;                   // "key=value", or "key"
  std::string name;                  // shell pattern
};

struct FoundObject {
  const Kind* kind = nullptr;
  LiveObject live;
};

struct FoundNotebook {
  std::string language;
  std::string text;  // source format
};

/// What the workspace has of it.
struct Collected {
  std::vector<FoundObject> objects;                // by kind, then name, then id; no id twice
  std::map<std::string, FoundNotebook> notebooks;  // by path, with /Workspace in front
  std::vector<std::string> left_out;               // what was not taken, and why: for people
};

/// Kinds that can be imported beside notebooks.
std::vector<const Kind*> importable(std::span<const Kind* const> kinds);

/// Reads the objects, the notebooks that they run, and those that these run in turn by a literal
/// relative path. What dbplan manages already is left out.
Result<Collected> collect(const ImportWish& wish, std::span<const Kind* const> kinds,
                          Provider& provider);

/// "/Workspace/Users/..." for a path of the API, which spells it with and without the mount.
std::string mounted_path(const std::string& path);

/// Where `call` leads from a notebook at `path`; empty: out of the workspace.
std::string called_path(const std::string& path, const std::string& call);

}  // namespace dbplan
