#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace dbplan {

/// One piece of work and the indices of those that must have succeeded before it.
struct Task {
  std::vector<std::size_t> needs;
};

enum class TaskResult { Done, Failed, NotTried };

/// Runs the tasks on up to `threads` threads, the caller's own if one is enough; each as soon as
/// all that it needs is done. What needs a failed task is not tried, nor is anything once
/// `may_go_on` says false. `work(i)` returns whether it succeeded and may be called from several
/// threads at once. REQUIRES: no cycles.
std::vector<TaskResult> run_tasks(const std::vector<Task>& tasks,
                                  const std::function<bool(std::size_t)>& work,
                                  const std::function<bool()>& may_go_on, std::size_t threads);

}  // namespace dbplan
