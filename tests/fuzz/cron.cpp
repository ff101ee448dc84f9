#include "engine/base/quartz.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"

namespace dbplan::fuzz {

/// An expression that is accepted fires at strictly growing instants, and the time of one firing
/// does not depend on where the search began.
void fuzz_cron(std::string_view input) {
  const auto quartz = Quartz::parse(input);
  if (!quartz) return demand(!quartz.error().message.empty(), "a refusal says why");
  for (const std::string_view zone : {"UTC", "Europe/Berlin"}) {
    std::chrono::sys_seconds at{std::chrono::seconds(1'774'500'000)};
    for (int i = 0; i < 3; ++i) {
      const auto next = quartz->next(at, zone);
      if (!next) break;
      demand(*next > at, "the next firing is later");
      demand(quartz->next(*next - std::chrono::seconds(1), zone) == next,
             "a search that begins one second before a firing finds it");
      at = *next;
    }
  }
}

}  // namespace dbplan::fuzz
