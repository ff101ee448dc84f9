#pragma once

#include <map>

#include "providers/local/server/jobs.hpp"
#include "providers/local/server/runs.hpp"

namespace dbplan::local {

/// Starts the runs of jobs that have a schedule (Quartz) or a periodic trigger. What was missed
/// while the server was down is not made up for. Other triggers are kept with the job and never
/// fire; the log says so once. Not thread-safe.
class Schedules {
 public:
  Schedules(Jobs& jobs, Runs& runs, ServerLog& log, WallClock now);

  /// Starts what is due.
  void fire_due();
  /// When the next one is due, or 0.
  Millis next() const;
  /// Due times by job, for people.
  const std::map<std::int64_t, Millis>& due() const { return due_; }

 private:
  void watch(std::int64_t job_id, const Job* job);
  Millis next_of(const Job& job, Millis after);

  Jobs& jobs_;
  Runs& runs_;
  ServerLog& log_;
  WallClock now_;
  std::map<std::int64_t, Millis> due_;
};

}  // namespace dbplan::local
