#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "engine/base/result.hpp"

namespace dbplan {

/// A Quartz cron expression: six or seven fields, seconds first, "?" in exactly one of
/// day-of-month and day-of-week, names (MON, JAN), ranges, steps, lists, L, LW, nW, n#m.
/// Source: the Quartz CronTrigger documentation, which the Jobs API follows.
class Quartz {
 public:
  /// An error says which field is wrong, why, and what it may hold. Five-field Unix cron is
  /// refused with a hint at the Quartz form.
  static Result<Quartz> parse(std::string_view expression);

  /// The first instant strictly after `after` that matches in the IANA zone `zone` (checked with
  /// is_time_zone), or nothing when there is none before year 2100. A local time that a
  /// daylight-saving gap skips does not fire that day; one that occurs twice fires once, the first
  /// time.
  std::optional<std::chrono::sys_seconds> next(std::chrono::sys_seconds after,
                                               std::string_view zone) const;

 private:
  struct Fields;
  std::shared_ptr<const Fields> fields_;
};

/// Whether `name` is an IANA zone that this machine knows ("UTC", "Europe/Berlin").
bool is_time_zone(std::string_view name);

}  // namespace dbplan
