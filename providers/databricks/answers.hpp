#pragma once

#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/model/kind.hpp"

namespace dbplan::databricks {

/// What a server says is not believed because it says it: these look at the form of an answer
/// before anything is read from it. `what` is the request, "GET /api/2.2/jobs/list"; an error
/// names it, the field and what was expected there. The code is always Unclear: the server
/// answered, and the answer says nothing.

/// An answer is an object: the first thing that is looked at.
Result<> check_answer(const std::string& what, const Json& answer);

/// The member of an answer that is a list of objects; empty when it is absent, as services leave
/// empty lists out.
Result<std::vector<Json>> objects_in(const std::string& what, Json& answer, std::string_view name);

/// The id in an answer: a text of printable characters; a job's is an integer above zero.
Result<std::string> id_in(const std::string& what, const Json& answer, std::string_view field);

/// A body has the types of the kind's schema, as far as the schema names its fields. Null is
/// absent; values of enumerations grow and are not looked at, nor is what only the server writes.
Result<> check_body(const std::string& what, const Kind& kind, const Json& body);

/// Whether an error says that an answer was malformed, about `field` of it.
Error malformed(const std::string& what, const std::string& field, const std::string& expected,
                const Json& found);

}  // namespace dbplan::databricks
