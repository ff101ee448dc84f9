#pragma once

#include <span>
#include <string_view>

namespace dbplan::faults {

/// One way in which a request goes wrong.
struct Fault {
  enum class Kind {
    Refused,    // no connection
    Lost,       // the connection ends without an answer
    Silent,     // no answer, until the client gives up
    Status,     // an error in place of the answer
    Truncated,  // a success with half of its body
    NotJson,    // a success with a page of somebody else's
    Stale,      // the next read is answered as if the last write had not been
    Kill,       // the client is killed and sees no answer
    // What no client can win in one run:
    LostAndStale,  // done, without an answer, and the next read does not show it
    Late,          // without an answer, and done only before the next write
    LateAtEnd      // without an answer, and done when the client has ended
  };
  std::string_view name;
  Kind kind;
  bool effect = false;    // whether the workspace does what was asked
  bool for_good = false;  // every request from this one on, until the client ends
  int status = 0;
  std::string_view error_code = {};
  std::string_view retry_after = {};
  /// The server, or the lack of one, says that nothing was done: the run copes by itself.
  bool harmless = false;
};

std::span<const Fault> all_faults();
/// Those that no client can win in one run; they stand apart.
std::span<const Fault> unwinnable_faults();
/// Null if there is none of that name.
const Fault* find_fault(std::string_view name);

}  // namespace dbplan::faults
