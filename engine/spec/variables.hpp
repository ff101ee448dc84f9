#pragma once

#include "engine/spec/interpolate.hpp"
#include "engine/spec/spec.hpp"
#include "engine/spec/target.hpp"

namespace dbplan {

/// Declares every variable of the spec to `interpolator`. Values, strongest first: --var, the
/// environment (BUNDLE_VAR_<name>), the target, the default. `start`: where problems of the
/// command line are reported.
void define_variables(const Node& root, const Target& target, const SpecOptions& options,
                      Place start, Arena& arena, Interpolator& interpolator, Reporter& report);

}  // namespace dbplan
