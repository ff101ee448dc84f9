#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "engine/base/result.hpp"
#include "providers/local/server/times.hpp"

namespace dbplan::local {

/// A clock that only requests move: the same requests see the same times. Thread-safe.
class StandingClock {
 public:
  /// `start` as in "2026-01-05T08:00:00Z".
  static Result<std::shared_ptr<StandingClock>> at(const std::string& start);
  explicit StandingClock(Millis start) : now_(start) {}

  Millis now() const { return now_; }
  void tick() { ++now_; }

 private:
  std::atomic<Millis> now_;
};

}  // namespace dbplan::local
