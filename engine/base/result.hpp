#pragma once

#include <expected>
#include <string>
#include <utility>

namespace dbplan {

/// Why one operation did not succeed. Code branches on `code` and `detail`, never on `message`,
/// which is for people: lower case, no trailing period, the cause after a colon, no credential.
struct Error {
  /// The questions callers ask of a failure.
  enum class Code {
    Invalid,      // the input or request is wrong; repeating it cannot help
    NotFound,     // the thing does not exist
    Exists,       // a thing of that identity exists already
    Conflict,     // the thing is in a state that forbids this now
    Denied,       // not authenticated or not allowed
    Throttled,    // asked to slow down
    Unavailable,  // the server said that it cannot, for now
    Unclear,      // sent, but no usable answer: the effect may or may not have happened
    Unreachable,  // never reached the server: there was no effect
    Interrupted,  // the user asked to stop
    Bug           // an impossible state: a bug in dbplan
  };
  Code code = Code::Bug;
  std::string message;
  /// The server's own code, e.g. "RESOURCE_DOES_NOT_EXIST"; empty when there is none.
  std::string detail = {};
  /// HTTP status, 0 when there was no answer.
  int status = 0;

  /// The same error with what was being attempted put before its message.
  Error in(std::string_view attempt) && {
    message = std::string(attempt) + ": " + message;
    return std::move(*this);
  }
};

/// A T, or the reason there is none.
template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Error::Code code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

}  // namespace dbplan

/// Unwraps a Result or returns its error from the enclosing function. Never nest it.
#define TRY(expression)                                                       \
  __extension__({                                                             \
    auto try_result_ = (expression);                                          \
    if (!try_result_) return std::unexpected(std::move(try_result_.error())); \
    std::move(*try_result_);                                                  \
  })

/// As TRY for a Result<void>.
#define TRY_VOID(expression)                                       \
  do {                                                             \
    if (auto try_void_result_ = (expression); !try_void_result_)   \
      return std::unexpected(std::move(try_void_result_.error())); \
  } while (false)
