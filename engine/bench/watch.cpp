#include "engine/bench/watch.hpp"

#include <algorithm>

#include "engine/bench/sample.hpp"

namespace dbplan::bench {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShortestPoll{500}, kLongestPoll{5000};
/// How long an interrupt may stay unanswered.
constexpr milliseconds kNap{250};

void pause(Clock& clock, milliseconds duration, const WatchHooks& hooks) {
  for (milliseconds left = duration; left.count() > 0; left -= kNap) {
    if (hooks.interrupted && hooks.interrupted()) return;
    clock.sleep(std::min(left, kNap));
  }
}

}  // namespace

Result<Json> watch_run(JobRunner& jobs, Clock& clock, const std::string& run_id,
                       const WatchHooks& hooks) {
  const Clock::Steady begin = clock.steady();
  while (true) {
    Json run = TRY(jobs.run(run_id));
    if (is_terminal(run)) return run;
    const auto elapsed = std::chrono::duration_cast<milliseconds>(clock.steady() - begin);
    TRY_VOID(hooks.look(run, elapsed));
    pause(clock, std::clamp(elapsed / 20, kShortestPoll, kLongestPoll), hooks);
  }
}

}  // namespace dbplan::bench
