#pragma once

#include <string>

#include "engine/base/result.hpp"

namespace dbplan::local {

/// An answer that is no success: its HTTP status, `error_code` and `message`.
std::unexpected<Error> refuse(int status, std::string code, std::string message);

/// 400 INVALID_PARAMETER_VALUE, which the service uses for most things that are wrong.
std::unexpected<Error> invalid(std::string message);

/// 400 INVALID_STATE.
std::unexpected<Error> wrong_state(std::string message);

/// 404 RESOURCE_DOES_NOT_EXIST.
std::unexpected<Error> missing(std::string message);

/// The standard error body of `error`.
std::string error_body(const Error& error);

}  // namespace dbplan::local
