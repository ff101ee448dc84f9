#include "providers/local/server/instant_host.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace dbplan::local {
namespace {

using Kind = HostEvent::Kind;

class InstantHost final : public NotebookHost {
 public:
  InstantHost(std::string outcome, WallClock now)
      : outcome_(std::move(outcome)), now_(std::move(now)) {}

  void start_cluster(const ClusterShape& shape) override {
    const std::lock_guard lock(mutex_);
    events_.push_back({.kind = Kind::ClusterReady, .id = shape.id});
  }

  void stop_cluster(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    for (const NotebookRun& run : running_)
      if (run.cluster_id == id) end(run.run, "LOST");
    std::erase_if(running_, [&](const NotebookRun& run) { return run.cluster_id == id; });
    events_.push_back({.kind = Kind::ClusterEnded, .id = id});
  }

  void start_run(const NotebookRun& run) override {
    const std::lock_guard lock(mutex_);
    events_.push_back({.kind = Kind::RunStarted, .id = run.run});
    if (outcome_ == "RUNNING")
      running_.push_back(run);
    else
      end(run.run, outcome_);
  }

  void cancel_run(const std::string& run) override {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(running_, run, &NotebookRun::run);
    if (found == running_.end()) return;
    running_.erase(found);
    end(run, "CANCELED");
  }

  std::vector<HostEvent> take_events() override {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }

  // Everything happens within a request, and whoever asked looks at the events itself.
  void listen(std::function<void()>) override {}
  std::string trouble() const override { return {}; }
  void shut_down() override {}

 private:
  void end(const std::string& run, const std::string& state) {
    const Millis now = now_();
    RunOutcome outcome{.state = state, .started = now, .ended = now};
    if (state == "FAILED") {
      outcome.error = "RuntimeError: this workspace ends every run as FAILED";
      outcome.error_trace = outcome.error;
    }
    events_.push_back({.kind = Kind::RunEnded, .id = run, .outcome = std::move(outcome)});
  }

  std::mutex mutex_;
  const std::string outcome_;
  const WallClock now_;
  std::vector<HostEvent> events_;
  std::vector<NotebookRun> running_;
};

}  // namespace

std::unique_ptr<NotebookHost> make_instant_host(std::string outcome, WallClock now) {
  return std::make_unique<InstantHost>(std::move(outcome), std::move(now));
}

}  // namespace dbplan::local
