#pragma once

#include "engine/model/kind.hpp"

namespace dbplan::databricks {

/// The types of job and cluster bodies, as the API's published models have them.
extern const Schema kApiSchema;

}  // namespace dbplan::databricks
