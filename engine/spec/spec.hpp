#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

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

/// Fills in what depends on the user (`${workspace.current_user.*}`, the default root path) and
/// finds the notebooks that nobody lists. `user_name` empty: offline, the references to the
/// current user stay symbolic in texts. Problems are added to `problems`.
Desired resolve(const Spec& spec, const Tree& tree, const std::string& user_name,
                Diagnostics& problems);

}  // namespace dbplan
