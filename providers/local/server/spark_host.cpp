#include "providers/local/server/spark_host.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "providers/local/server/spark_cluster.hpp"

namespace dbplan::local {
namespace {

constexpr Millis kLongestSleep = 60'000;

/// One thread owns every cluster and process; requests reach it as tasks, its news leave it as
/// events.
class SparkHost final : public NotebookHost {
 public:
  explicit SparkHost(SparkSettings settings)
      : settings_(std::move(settings)),
        bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        thread_([this] { serve(); }) {}

  ~SparkHost() override { shut_down(); }

  void listen(std::function<void()> wake) override {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }

  void start_cluster(const ClusterShape& shape) override {
    post([this, shape] {
      if (finishing_) return emit({.kind = HostEvent::Kind::ClusterEnded, .id = shape.id});
      auto cluster = std::make_unique<SparkCluster>(
          settings_, shape, [this](HostEvent event) { emit(std::move(event)); });
      cluster->begin();
      clusters_.insert_or_assign(shape.id, std::move(cluster));
    });
  }

  void stop_cluster(const std::string& id) override {
    post([this, id] {
      if (const auto found = clusters_.find(id); found != clusters_.end()) found->second->stop();
    });
  }

  void start_run(const NotebookRun& run) override {
    post([this, run] {
      const auto found = clusters_.find(run.cluster_id);
      if (found != clusters_.end() && !found->second->gone()) {
        clusters_of_runs_[run.run] = run.cluster_id;
        return found->second->start_run(run);
      }
      emit({.kind = HostEvent::Kind::RunEnded,
            .id = run.run,
            .outcome = {.state = "LOST", .error = "The cluster ended before the notebook began"}});
    });
  }

  void cancel_run(const std::string& run) override {
    post([this, run] {
      const auto cluster = clusters_of_runs_.find(run);
      if (cluster == clusters_of_runs_.end()) return;
      const auto found = clusters_.find(cluster->second);
      if (found != clusters_.end()) found->second->cancel_run(run);
    });
  }

  std::vector<HostEvent> take_events() override {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }

  std::string trouble() const override { return settings_.runtime.trouble(); }

  void shut_down() override {
    post([this] {
      finishing_ = true;
      for (auto& [id, cluster] : clusters_) cluster->stop();
    });
    if (thread_.joinable()) thread_.join();
  }

 private:
  void post(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t rung = write(bell_.get(), &one, sizeof one);
  }

  void emit(HostEvent event) {
    if (event.kind == HostEvent::Kind::RunEnded) clusters_of_runs_.erase(event.id);
    std::function<void()> wake;
    {
      const std::lock_guard lock(mutex_);
      events_.push_back(std::move(event));
      wake = wake_;
    }
    if (wake) wake();
  }

  void serve() {
    while (true) {
      run_tasks();
      const Millis now = epoch_ms();
      for (auto& [id, cluster] : clusters_) cluster->turn(now);
      std::erase_if(clusters_, [](const auto& entry) { return entry.second->gone(); });
      if (finishing_ && clusters_.empty()) return;
      wait();
    }
  }

  void run_tasks() {
    std::uint64_t rings = 0;
    [[maybe_unused]] const ssize_t heard = read(bell_.get(), &rings, sizeof rings);
    std::vector<std::function<void()>> tasks;
    {
      const std::lock_guard lock(mutex_);
      tasks.swap(tasks_);
    }
    for (const auto& task : tasks) task();
  }

  void wait() {
    std::vector<pollfd> polls = {{bell_.get(), POLLIN, 0}};
    Millis pause = kLongestSleep;
    const Millis now = epoch_ms();
    for (const auto& [id, cluster] : clusters_) {
      cluster->add_polls(polls);
      if (const Millis next = cluster->next_turn(); next != 0)
        pause = std::clamp<Millis>(next - now, 1, pause);
    }
    poll(polls.data(), polls.size(), static_cast<int>(pause));
  }

  const SparkSettings settings_;
  Descriptor bell_;
  std::mutex mutex_;  // guards the next three; the rest belongs to the thread
  std::vector<std::function<void()>> tasks_;
  std::vector<HostEvent> events_;
  std::function<void()> wake_;
  std::map<std::string, std::unique_ptr<SparkCluster>> clusters_;
  std::map<std::string, std::string> clusters_of_runs_;
  bool finishing_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<NotebookHost> make_spark_host(const std::filesystem::path& workspace,
                                              const std::string& runtime, const std::string& url) {
  return std::make_unique<SparkHost>(
      SparkSettings{.workspace = std::filesystem::absolute(workspace),
                    .runtime = RuntimeFolder::find(runtime),
                    .url = url});
}

std::string runtime_trouble(const std::string& runtime) {
  return RuntimeFolder::find(runtime).trouble();
}

}  // namespace dbplan::local
