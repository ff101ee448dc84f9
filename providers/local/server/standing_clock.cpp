#include "providers/local/server/standing_clock.hpp"

#include <ctime>

namespace dbplan::local {

Result<std::shared_ptr<StandingClock>> StandingClock::at(const std::string& start) {
  std::tm parts{};
  const char* end = ::strptime(start.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || *end != '\0')
    return fail(Error::Code::Invalid, "the clock must be a time like 2026-01-05T08:00:00Z, not " +
                                          (start.empty() ? "nothing" : start));
  return std::make_shared<StandingClock>(Millis{::timegm(&parts)} * 1000);
}

}  // namespace dbplan::local
