#include "engine/apply/runner.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace dbplan {
namespace {

class Runner {
 public:
  Runner(const std::vector<Task>& tasks, const std::function<bool(std::size_t)>& work,
         const std::function<bool()>& may_go_on)
      : work_(work),
        may_go_on_(may_go_on),
        waiting_for_(tasks.size()),
        needed_by_(tasks.size()),
        results_(tasks.size(), TaskResult::NotTried),
        unfinished_(tasks.size()) {
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      waiting_for_[i] = tasks[i].needs.size();
      for (const std::size_t needed : tasks[i].needs) needed_by_[needed].push_back(i);
      if (tasks[i].needs.empty()) ready_.push_back(i);
    }
  }

  std::vector<TaskResult> run(std::size_t most_threads) {
    if (most_threads <= 1) {
      take_and_work();
    } else {
      std::vector<std::jthread> threads;
      const std::size_t count = std::min(most_threads, results_.size());
      for (std::size_t i = 0; i < count; ++i) threads.emplace_back([this] { take_and_work(); });
    }
    return std::move(results_);
  }

 private:
  void take_and_work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return !ready_.empty() || unfinished_ == 0; });
      if (ready_.empty()) return;
      const std::size_t task = ready_.front();
      ready_.pop_front();
      lock.unlock();
      const bool tried = !may_go_on_ || may_go_on_();
      const bool done = tried && work_(task);
      lock.lock();
      finish(task, done ? TaskResult::Done : tried ? TaskResult::Failed : TaskResult::NotTried);
    }
  }

  /// With mutex_ held. A task that was not done takes all that need it along.
  void finish(std::size_t task, TaskResult result) {
    results_[task] = result;
    --unfinished_;
    for (const std::size_t next : needed_by_[task]) {
      if (waiting_for_[next] == kDropped) continue;
      if (result == TaskResult::Done && --waiting_for_[next] == 0) ready_.push_back(next);
      if (result != TaskResult::Done) {
        waiting_for_[next] = kDropped;
        finish(next, TaskResult::NotTried);
      }
    }
    wake_.notify_all();
  }

  static constexpr std::size_t kDropped = static_cast<std::size_t>(-1);

  const std::function<bool(std::size_t)>& work_;
  const std::function<bool()>& may_go_on_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::size_t> ready_;
  std::vector<std::size_t> waiting_for_;  // how many needs are still open, or kDropped
  std::vector<std::vector<std::size_t>> needed_by_;
  std::vector<TaskResult> results_;
  std::size_t unfinished_;
};

}  // namespace

std::vector<TaskResult> run_tasks(const std::vector<Task>& tasks,
                                  const std::function<bool(std::size_t)>& work,
                                  const std::function<bool()>& may_go_on, std::size_t threads) {
  return Runner(tasks, work, may_go_on).run(threads);
}

}  // namespace dbplan
