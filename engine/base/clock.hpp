#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/result.hpp"

namespace dbplan {

/// Something that happens again and again; it ends with its owner, who waits for a turn in
/// progress.
class Timer {
 public:
  virtual ~Timer() = default;
};

/// Time as an interface, so that waiting is testable. Safe from several threads.
class Clock {
 public:
  using Steady = std::chrono::steady_clock::time_point;
  virtual ~Clock() = default;
  virtual std::chrono::sys_seconds now() const = 0;
  virtual Steady steady() const = 0;
  virtual void sleep(std::chrono::milliseconds duration) = 0;
  /// Calls `turn` every `period`, the first time after one; by default in a thread and by the
  /// machine's time.
  virtual std::unique_ptr<Timer> every(std::chrono::milliseconds period,
                                       std::function<void()> turn);
};

/// The machine's clock.
Clock& system_clock();

/// "2026-03-26T12:00:03Z".
std::string rfc3339(std::chrono::sys_seconds time);

/// The instant of such a text; UTC ("Z") only.
Result<std::chrono::sys_seconds> parse_rfc3339(const std::string& text);

}  // namespace dbplan
