#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>

#include "engine/base/clock.hpp"
#include "engine/net/rate_budget.hpp"
#include "engine/net/transport.hpp"
#include "engine/provider.hpp"

namespace dbplan {

/// What came of one attempt, as far as retrying is concerned.
struct Attempt {
  int number = 1;          // of this attempt, from 1
  bool repeatable = true;  // the request's
  int status = 0;          // 0: no answer
  int most = 8;            // attempts at all, however they end
  bool sent = true;        // no answer: whether the server may have acted
  bool hopeless = false;   // no answer, and another attempt would end in the same way
  std::optional<std::chrono::seconds> retry_after = {};
  double jitter = 0;  // in [0, 1)
};

/// How long to wait before the next attempt; nothing: do not try again. Pure. The table:
/// 429 and a connection that never came about: always tried again (nothing was done);
/// 500, 502, 503, 504, 408 and lost answers: repeatable requests only, except 503 with
/// Retry-After, by which the server says that it did nothing;
/// delays 0.5, 1, 2, 4, 8 s and then 10 s, plus up to half a second; Retry-After is a floor, and
/// one above five minutes ends the attempts: nobody waits that long without being told;
/// at most `most` attempts, 3 when nothing ever answered.
std::optional<std::chrono::milliseconds> retry_delay(const Attempt& attempt);

/// What the answer's Retry-After asks for, in seconds or as a date, which counts from the answer's
/// own Date.
std::optional<std::chrono::seconds> retry_after(const Response& response);

struct RetryOptions {
  std::span<const RateLimit> limits = {};  // must outlive the transport
  int most_attempts = 8;                   // of one request
  std::function<bool()> interrupted = {};  // ends waits, not requests; safe from several threads
  unsigned seed = std::random_device{}();  // of the jitter
};

/// Sends over `inner` within the limits, again where retry_delay() says so, and counts for the
/// receipt. Gives up at once, without sending, after kBrokenAfter requests in a row to which no
/// attempt brought an answer: whatever else is asked would only wait in vain.
class RetryingTransport final : public Transport {
 public:
  static constexpr int kBrokenAfter = 4;

  RetryingTransport(std::unique_ptr<Transport> inner, Clock& clock, RetryOptions options = {});
  ~RetryingTransport() override;
  Result<Response> send(const Request& request) override;
  Receipt receipt() const;

 private:
  struct Counters;
  bool is_broken() const;
  Result<> wait(std::chrono::milliseconds delay);

  std::unique_ptr<Transport> inner_;
  Clock& clock_;
  RetryOptions options_;
  RateBudget budget_;
  std::unique_ptr<Counters> counters_;
};

}  // namespace dbplan
