#pragma once

#include <string>

#include "engine/base/json.hpp"

namespace dbplan {

/// What goes on in a local workspace, as aligned text: clusters, active runs and what is due.
/// `activity`: {"summary": answer of /api/local/summary, "clusters": those of /api/local/clusters}.
std::string activity_text(const Json& activity);

}  // namespace dbplan
