#include "providers/local/server/refusal.hpp"

#include "engine/base/json.hpp"

namespace dbplan::local {

std::unexpected<Error> refuse(int status, std::string code, std::string message) {
  return std::unexpected(Error{.code = Error::Code::Invalid,
                               .message = std::move(message),
                               .detail = std::move(code),
                               .status = status});
}

std::unexpected<Error> invalid(std::string message) {
  return refuse(400, "INVALID_PARAMETER_VALUE", std::move(message));
}

std::unexpected<Error> wrong_state(std::string message) {
  return refuse(400, "INVALID_STATE", std::move(message));
}

std::unexpected<Error> missing(std::string message) {
  return refuse(404, "RESOURCE_DOES_NOT_EXIST", std::move(message));
}

std::string error_body(const Error& error) {
  return canonical({{"error_code", error.detail.empty() ? "INTERNAL_ERROR" : error.detail},
                    {"message", error.message}});
}

}  // namespace dbplan::local
