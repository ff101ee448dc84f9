#pragma once

#include <span>
#include <vector>

#include "engine/spec/source_files.hpp"
#include "engine/spec/spec.hpp"

namespace dbplan {

/// What load_spec keeps: the result with the user's name still open. The YAML nodes are gone.
class Spec {
 public:
  SourceFiles files;
  Desired desired;
  std::vector<Place> places;  // beside desired.resources: where each key stands
};

/// Reports resources that would overwrite each other in the workspace.
void check_workspace_paths(std::span<const Resource> resources, std::span<const Place> places,
                           Reporter& report);

}  // namespace dbplan
