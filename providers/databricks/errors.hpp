#pragma once

#include "engine/base/result.hpp"
#include "engine/net/transport.hpp"

namespace dbplan::databricks {

/// The error that an answer of 400 or above stands for: status and error_code mapped to what
/// callers ask, with the server's own words.
Error error_of(const Request& request, const Response& response);

}  // namespace dbplan::databricks
