#pragma once

#include "engine/spec/interpolate.hpp"
#include "engine/spec/spec.hpp"
#include "engine/spec/target.hpp"

namespace dbplan {

/// A variable whose value is the id of something that the workspace knows by name.
struct Lookup {
  std::string variable;
  std::string type;            // "cluster", "job", ...
  const Node* name = nullptr;  // may hold references to other variables
};

/// Where the values of variables come from, beside the spec and its target.
struct VariableSources {
  const SpecOptions& options;
  const Node* file = nullptr;  // variable-overrides.json, or null
  Place start;                 // where problems of the command line are reported
};

/// Declares every variable of the spec to `interpolator`. Values, strongest first: --var, the
/// environment (BUNDLE_VAR_<name>), the file, the target, the default. Lookups get a text that
/// stands for the id until resolve() knows it.
std::vector<Lookup> define_variables(const Node& root, const Target& target,
                                     const VariableSources& sources, Arena& arena,
                                     Interpolator& interpolator, Reporter& report);

/// The types of things that a lookup finds.
std::span<const std::string_view> lookup_types();

}  // namespace dbplan
