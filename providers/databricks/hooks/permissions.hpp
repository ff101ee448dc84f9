#pragma once

#include "engine/base/json.hpp"

namespace dbplan::databricks {

/// An answer of the Permissions API in the shape of its requests: the direct entries, one level
/// each. Entries that are inherited are nobody's to change here and are left out; names of users
/// are in lower case, as the service compares them. Source: Permissions API 2.0.
Json direct_permissions(const Json& answer);

}  // namespace dbplan::databricks
