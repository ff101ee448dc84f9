#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "providers/local/server/call.hpp"
#include "providers/local/server/times.hpp"

namespace dbplan::local {

/// One thing that goes wrong, and with which requests.
struct FaultRule {
  // Which requests it is about. A rule that is "stale" is about GET only.
  std::string method = {};  // empty: any
  std::string path = {};    // how it begins
  std::int64_t index = 0;   // strikes from the n-th of them on; 0: from the first
  std::int64_t times = 1;   // how often it strikes; 0: always

  // What goes wrong.
  std::string fault;
  bool effect = false;  // whether the request is carried out all the same
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::map<std::string, std::string> headers = {};

  Json given;  // as it was set
  std::int64_t matched = 0;
  std::int64_t fired = 0;

  bool spent() const { return times != 0 && fired >= times; }
};

/// Faults and latency that a client is tried with. Requests are counted one by one, so that the
/// same requests meet the same faults. Those to /api/local/ are neither counted nor struck. Not
/// thread-safe.
class Faults {
 public:
  /// Replaces all rules and begins to count anew: {"faults": [...], "latency_ms": 50}. Nothing
  /// changes if a rule is wrong.
  Result<> set(const Json& wanted);
  /// What was set, with how often each rule matched and struck.
  Json view() const;
  /// Counts the request. The rule that strikes it, or null; the first one wins.
  const FaultRule* strike(const Call& call);
  /// Whether what was before the next write may be asked for.
  bool want_past() const;
  Millis latency() const { return latency_; }

 private:
  std::vector<FaultRule> rules_;
  std::int64_t requests_ = 0;
  Millis latency_ = 0;
};

/// What a client gets to see of `answer` when `rule` strikes. Not for "stale".
Answer struck(const FaultRule& rule, Answer answer);

}  // namespace dbplan::local
