#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/model/kind.hpp"

namespace dbplan {

/// A live body as a person would write it: without what the server alone writes, without values
/// that the kind's table explains, without empty members and without the stamp. What the schema
/// does not know is left out and named in `notes`.
Json readable_body(const Kind& kind, const Json& live, std::vector<std::string>& notes);

/// Calls `visit` for every value of `body` at a path pattern of the kind's tables
/// ("tasks[*].existing_cluster_id"; "*" is any member).
void for_each_at(Json& body, std::string_view pattern, const std::function<void(Json&)>& visit);

/// The first "${a.b}" in a string of the body that a spec would take for a reference; empty: none.
std::string find_interpolation(const Json& body);

}  // namespace dbplan
