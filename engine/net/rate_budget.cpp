#include "engine/net/rate_budget.hpp"

#include <algorithm>

namespace dbplan {

RateBudget::RateBudget(std::span<const RateLimit> limits, Clock& clock)
    : limits_(limits), clock_(clock), next_(limits.size(), Clock::Steady::min()) {}

std::chrono::milliseconds RateBudget::take(std::string_view method, std::string_view path) {
  const auto row = std::ranges::find_if(limits_, [&](const RateLimit& limit) {
    return (limit.method.empty() || limit.method == method) && path.starts_with(limit.path);
  });
  if (row == limits_.end()) return {};
  const auto interval = std::chrono::duration_cast<Clock::Steady::duration>(
      std::chrono::duration<double>(1 / row->per_second));
  const auto burst = std::chrono::seconds(1);
  const auto now = clock_.steady();
  const std::scoped_lock guard(mutex_);
  Clock::Steady& full = next_[static_cast<std::size_t>(row - limits_.begin())];
  full = std::max(full, now) + interval;
  if (full <= now + burst) return {};
  return std::chrono::ceil<std::chrono::milliseconds>(full - now - burst);
}

}  // namespace dbplan
