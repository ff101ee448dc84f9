#pragma once

#include <chrono>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/clock.hpp"

namespace dbplan {

/// How many requests a second a service takes of one kind. `path` is the start of a path; the
/// first row that fits counts.
struct RateLimit {
  std::string_view method;  // empty: any
  std::string_view path;
  double per_second = 0;
};

/// Spreads requests so that published limits are met before the server has to say so: a token
/// bucket for each row, a second's worth of requests may go at once. Safe from several threads.
class RateBudget {
 public:
  /// `limits` must outlive it; none: nothing ever waits.
  RateBudget(std::span<const RateLimit> limits, Clock& clock);

  /// Takes a token of the request's bucket; how long the caller has to wait before it sends.
  std::chrono::milliseconds take(std::string_view method, std::string_view path);

 private:
  std::span<const RateLimit> limits_;
  Clock& clock_;
  std::mutex mutex_;                 // guards next_
  std::vector<Clock::Steady> next_;  // when each bucket would be full again
};

}  // namespace dbplan
