#pragma once

#include "engine/spec/draft.hpp"

namespace dbplan {

/// What a cluster's other fields decide is taken out of its body, and what the API would fill in
/// is filled in, so that both are never drift. Warns of a cluster without workers that is not set
/// up as a single node. Works on the clusters of a job and on clusters themselves.
void complete_compute(const Kind& kind, const Node& node, Json& body, Place owner,
                      Reporter& report);

}  // namespace dbplan
