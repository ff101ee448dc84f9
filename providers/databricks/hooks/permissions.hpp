#pragma once

#include "engine/base/json.hpp"

namespace dbplan::databricks {

/// An answer of the Permissions API in the shape of its requests: the direct entries, one level
/// each. Entries that are inherited are nobody's to change here and are left out; names of users
/// are in lower case, as the service compares them. `what` is the request, for an error about the
/// answer's form. Source: Permissions API 2.0.
Result<Json> direct_permissions(const std::string& what, Json& answer);

}  // namespace dbplan::databricks
