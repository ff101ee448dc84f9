#include "engine/ledger/lock.hpp"

#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/memory_provider.hpp"

namespace dbplan::fuzz {
namespace {

constexpr const char* kRoot = "/Workspace/r";

/// Time that passes by being slept through.
class SleepClock final : public Clock {
 public:
  std::chrono::sys_seconds now() const override { return {}; }
  Steady steady() const override { return Steady{slept}; }
  void sleep(std::chrono::milliseconds duration) override { slept += duration; }
  std::chrono::milliseconds slept{0};
};

}  // namespace

/// The first line is the name of a file in the state folder, the rest what it holds. Somebody who
/// does not move is waited for at most as long as a lease, and nobody is waited for beyond the
/// time-out.
void fuzz_lock(std::string_view input) {
  test::MemoryProvider provider;
  const std::string name = std::string(kRoot) + "/state/" + std::string(take_line(input));
  provider.tree[name] = {.path = name, .object_type = "FILE"};
  provider.contents[name] = std::string(input);
  SleepClock clock;
  const Holder holder{.user = "me@example.com", .host = "h", .boot = "b", .pid = 1};
  auto lock = Lock::acquire(kRoot, provider, clock, holder, {.intent = {{"jobs", "a"}}});
  demand(clock.slept <= std::chrono::seconds(150), "the wait ends");
  if (!lock) return demand(!lock.error().message.empty(), "a refusal says why");
  demand((*lock)->held(), "a lock that was given is held");
  demand((*lock)->release().has_value(), "and can be released");
}

}  // namespace dbplan::fuzz
