#include "engine/base/clock.hpp"

#include <fmt/chrono.h>

#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>

namespace dbplan {
namespace {

class ThreadTimer final : public Timer {
 public:
  ThreadTimer(std::chrono::milliseconds period, std::function<void()> turn)
      : thread_([this, period, turn = std::move(turn)](const std::stop_token& stop) {
          std::unique_lock guard(mutex_);
          while (!wake_.wait_for(guard, stop, period, [] { return false; }) &&
                 !stop.stop_requested())
            turn();
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it stops before the rest goes
};

class SystemClock final : public Clock {
 public:
  std::chrono::sys_seconds now() const override {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
  Steady steady() const override { return std::chrono::steady_clock::now(); }
  void sleep(std::chrono::milliseconds duration) override { std::this_thread::sleep_for(duration); }
};

}  // namespace

std::unique_ptr<Timer> Clock::every(std::chrono::milliseconds period, std::function<void()> turn) {
  return std::make_unique<ThreadTimer>(period, std::move(turn));
}

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

std::string rfc3339(std::chrono::sys_seconds time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

Result<std::chrono::sys_seconds> parse_rfc3339(const std::string& text) {
  std::tm time{};
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time);
  if (!end || *end != '\0')
    return fail(Error::Code::Invalid,
                "\"" + text + "\" is no time: it looks like 2026-01-05T08:00:00Z");
  return std::chrono::sys_seconds(std::chrono::seconds(timegm(&time)));
}

}  // namespace dbplan
