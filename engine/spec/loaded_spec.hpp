#pragma once

#include <span>
#include <vector>

#include "engine/spec/source_files.hpp"
#include "engine/spec/spec.hpp"

namespace dbplan {

/// What a target's mode asks of a text, and only the user's name can tell.
struct UserCheck {
  std::string text;  // has to hold the user's name
  Place place;
  std::string summary, detail;
};

/// What load_spec keeps: the result with the user's name still open. The YAML nodes are gone.
class Spec {
 public:
  SourceFiles files;
  Desired desired;
  std::vector<Place> places;  // beside desired.resources: where each key stands
  std::vector<SpecLookup> lookups;
  std::vector<UserCheck> user_checks;
  /// Production without a root path of its own: fine for a service principal, else a mistake.
  std::optional<Place> needs_root_path;
};

/// Reports resources that would overwrite each other in the workspace.
void check_workspace_paths(std::span<const Resource> resources, std::span<const Place> places,
                           Reporter& report);

}  // namespace dbplan
