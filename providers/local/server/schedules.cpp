#include "providers/local/server/schedules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/quartz.hpp"

namespace dbplan::local {
namespace {

bool paused(const Json& trigger) { return text_at(trigger, "pause_status") == "PAUSED"; }

Millis unit_ms(const std::string& unit) {
  constexpr Millis kMinute = 60'000;
  if (unit == "MINUTES") return kMinute;
  if (unit == "HOURS") return 60 * kMinute;
  if (unit == "WEEKS") return 7 * 24 * 60 * kMinute;
  return 24 * 60 * kMinute;
}

}  // namespace

Schedules::Schedules(Jobs& jobs, Runs& runs, ServerLog& log, WallClock now)
    : jobs_(jobs), runs_(runs), log_(log), now_(std::move(now)) {
  jobs.on_change([this](std::int64_t id, const Job* job) { watch(id, job); });
}

void Schedules::watch(std::int64_t job_id, const Job* job) {
  due_.erase(job_id);
  if (job == nullptr) return;
  const Millis next = next_of(*job, now_());
  if (next != 0) due_[job_id] = next;
}

Millis Schedules::next_of(const Job& job, Millis after) {
  if (const Json& schedule = at_or_null(job.settings, "schedule"); schedule.is_object()) {
    if (paused(schedule)) return 0;
    const auto quartz = Quartz::parse(text_at(schedule, "quartz_cron_expression"));
    const std::string zone = text_at(schedule, "timezone_id", "UTC");
    if (!quartz || !is_time_zone(zone)) {
      log_.line(fmt::format("job {}: its schedule never fires: {}", job.id,
                            quartz ? "no such time zone: " + zone : quartz.error().message));
      return 0;
    }
    const std::chrono::sys_seconds from{std::chrono::seconds(after / 1000)};
    const auto next = quartz->next(from, zone);
    return next ? next->time_since_epoch().count() * 1000 : 0;
  }
  const Json& trigger = at_or_null(job.settings, "trigger");
  const Json& periodic = at_or_null(trigger, "periodic");
  if (periodic.is_object()) {
    if (paused(trigger)) return 0;
    const Millis step = std::max<std::int64_t>(1, int_at(periodic, "interval", 1)) *
                        unit_ms(text_at(periodic, "unit"));
    // In step with the moment at which it was set, also over restarts.
    const Millis passed = std::max<Millis>(0, after - job.changed_time) / step;
    return job.changed_time + (passed + 1) * step;
  }
  if (trigger.is_object() || job.settings.contains("continuous"))
    log_.line(
        fmt::format("job {}: its trigger is kept, but only schedule and trigger.periodic "
                    "start runs here",
                    job.id));
  return 0;
}

void Schedules::fire_due() {
  const Millis now = now_();
  std::vector<std::int64_t> ready;
  for (const auto& [id, when] : due_)
    if (when <= now) ready.push_back(id);
  for (const std::int64_t id : ready) {
    const Job& job = *jobs_.find(id);
    const Millis next = next_of(job, now);
    due_.erase(id);
    if (next != 0) due_[id] = next;
    const auto run = runs_.run_job(job, {.trigger = "PERIODIC", .user = job.creator});
    log_.line(run ? fmt::format("job {}: due, run {}", id, *run)
                  : fmt::format("job {}: due, not run: {}", id, run.error().message));
  }
}

Millis Schedules::next() const {
  Millis next = 0;
  for (const auto& [id, when] : due_) next = next == 0 ? when : std::min(next, when);
  return next;
}

}  // namespace dbplan::local
