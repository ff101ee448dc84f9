#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/model/resource.hpp"
#include "engine/spec/tree.hpp"

namespace dbplan {

struct SpecOptions {
  std::string path;    // file or folder, relative to the tree's root; "" is the root
  std::string target;  // empty: the default target
  std::map<std::string, std::string> variables;    // --var name=value
  std::map<std::string, std::string> environment;  // only BUNDLE_VAR_* is looked at
  /// What bundles know and dbplan does not do is left out with a warning, not refused.
  bool skip_unsupported = false;
  /// Asked only when the spec speaks of ${bundle.git...} or of the branch it is for.
  std::function<GitFacts()> git = {};
};

/// A loaded spec: all files merged, the target's overrides applied, variables substituted;
/// every value still knows where it was written. Opaque to callers.
class Spec;
struct SpecDeleter {
  void operator()(Spec* spec) const;
};
using SpecPtr = std::unique_ptr<Spec, SpecDeleter>;

/// Reads and checks the spec without any server. Every problem found is added to `problems`;
/// the result is usable only if none is an error. Never throws.
SpecPtr load_spec(const Tree& tree, const SpecOptions& options, std::span<const Kind* const> kinds,
                  Diagnostics& problems);

/// What the spec says of the workspace to use; known before anything is sent.
struct SpecWorkspace {
  std::string host;
  std::string profile;
};
SpecWorkspace spec_workspace(const Spec& spec);

/// A variable that holds the id of something in the workspace, found by its name.
struct SpecLookup {
  std::string variable;
  std::string type;  // "cluster", "job", "warehouse", ...: see lookup_types()
  std::string name;
  SourceRange where;
};
/// The lookups that the spec's resources use: to be answered before resolve().
std::vector<SpecLookup> spec_lookups(const Spec& spec);

/// What only the workspace knows.
struct ServerFacts {
  std::string user_name;                       // empty: offline
  std::map<std::string, std::string> lookups;  // variable -> id
};

/// Fills in what depends on the workspace: the user (`${workspace.current_user.*}`, the default
/// root path) and the ids that were looked up. What is not known stays symbolic in texts. Checks
/// what a target's mode asks of the user. Problems are added to `problems`.
Desired resolve(const Spec& spec, const Tree& tree, const ServerFacts& facts,
                Diagnostics& problems);
inline Desired resolve(const Spec& spec, const Tree& tree, const std::string& user_name,
                       Diagnostics& problems) {
  return resolve(spec, tree, ServerFacts{.user_name = user_name, .lookups = {}}, problems);
}

}  // namespace dbplan
