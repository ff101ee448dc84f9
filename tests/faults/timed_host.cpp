#include "tests/faults/timed_host.hpp"

#include <utility>

namespace dbplan::faults {
namespace {

using local::HostEvent;
using local::Millis;
using local::NotebookRun;
using Kind = HostEvent::Kind;

constexpr Millis kLength = 1'000;

class TimedHost final : public local::NotebookHost {
 public:
  explicit TimedHost(local::WallClock now) : now_(std::move(now)) {}

  void start_cluster(const local::ClusterShape& shape) override {
    events_.push_back({.kind = Kind::ClusterReady, .id = shape.id});
  }

  void stop_cluster(const std::string& id) override {
    std::erase_if(running_, [&](const Running& run) {
      if (run.cluster == id) end(run, "LOST");
      return run.cluster == id;
    });
    events_.push_back({.kind = Kind::ClusterEnded, .id = id});
  }

  void start_run(const NotebookRun& run) override {
    running_.push_back({run.run, run.cluster_id, now_()});
    events_.push_back({.kind = Kind::RunStarted, .id = run.run});
  }

  void cancel_run(const std::string& id) override {
    std::erase_if(running_, [&](const Running& run) {
      if (run.id == id) end(run, "CANCELED");
      return run.id == id;
    });
  }

  std::vector<HostEvent> take_events() override {
    std::erase_if(running_, [&](const Running& run) {
      const bool over = now_() >= run.started + kLength;
      if (over) end(run, "SUCCESS");
      return over;
    });
    return std::exchange(events_, {});
  }

  void listen(std::function<void()>) override {}
  std::string trouble() const override { return {}; }
  void shut_down() override {}

 private:
  struct Running {
    std::string id, cluster;
    Millis started = 0;
  };

  void end(const Running& run, const std::string& state) {
    local::RunOutcome outcome{.state = state, .started = run.started, .ended = now_()};
    events_.push_back({.kind = Kind::RunEnded, .id = run.id, .outcome = std::move(outcome)});
  }

  local::WallClock now_;
  std::vector<HostEvent> events_;
  std::vector<Running> running_;
};

}  // namespace

std::unique_ptr<local::NotebookHost> make_timed_host(local::WallClock now) {
  return std::make_unique<TimedHost>(std::move(now));
}

}  // namespace dbplan::faults
