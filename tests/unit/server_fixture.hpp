#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/digest.hpp"
#include "providers/local/server/workspace.hpp"

namespace dbplan::local {

/// A notebook host whose runs end when the test says so. Clusters are ready at once, or, while
/// `slow` is set, when the test says so.
class ManualHost final : public NotebookHost {
 public:
  bool slow = false;
  std::vector<NotebookRun> running;
  std::vector<std::string> cancelled;
  std::vector<std::string> stopped_clusters;

  void start_cluster(const ClusterShape& shape) override {
    if (!slow) tell(HostEvent::Kind::ClusterReady, shape.id);
  }
  void stop_cluster(const std::string& id) override {
    stopped_clusters.push_back(id);
    tell(HostEvent::Kind::ClusterEnded, id);
  }
  void start_run(const NotebookRun& run) override {
    running.push_back(run);
    tell(HostEvent::Kind::RunStarted, run.run);
  }
  void cancel_run(const std::string& run) override {
    cancelled.push_back(run);
    end(run, {.state = "CANCELED"});
  }
  std::vector<HostEvent> take_events() override { return std::exchange(events_, {}); }
  void listen(std::function<void()>) override {}
  std::string trouble() const override { return {}; }
  void shut_down() override {}

  void tell(HostEvent::Kind kind, const std::string& id, const std::string& text = {}) {
    events_.push_back({.kind = kind, .id = id, .text = text});
  }
  void end(std::string run, RunOutcome outcome) {
    std::erase_if(running, [&](const NotebookRun& entry) { return entry.run == run; });
    events_.push_back(
        {.kind = HostEvent::Kind::RunEnded, .id = std::move(run), .outcome = std::move(outcome)});
  }
  /// The run of a task; null while it is not running.
  const NotebookRun* of(const std::string& task_key) const {
    const auto found = std::ranges::find(running, task_key, &NotebookRun::task_key);
    return found == running.end() ? nullptr : &*found;
  }

 private:
  std::vector<HostEvent> events_;
};

/// A workspace without HTTP and without a thread: time stands still unless the test moves it.
struct LocalWorld {
  Millis now = 1'774'526'403'000;  // 2026-03-26T12:00:03Z
  ServerLog log{-1};
  ManualHost* host = nullptr;
  std::unique_ptr<Workspace> workspace;
  int status = 0;

  explicit LocalWorld(const std::filesystem::path& database = ":memory:") {
    auto manual = std::make_unique<ManualHost>();
    host = manual.get();
    workspace =
        std::make_unique<Workspace>(WorkspaceParts{.store = std::move(*Store::open(database)),
                                                   .host = std::move(manual),
                                                   .log = log,
                                                   .owner = "me@example.com",
                                                   .token = "the-token",
                                                   .url = "http://127.0.0.1:1",
                                                   .now = [this] { return now; }});
  }

  Answer send(const std::string& method, const std::string& target, const std::string& body = {},
              const std::string& token = "the-token") {
    Call call{.method = method, .body = body, .authorization = "Bearer " + token};
    const auto mark = std::min(target.find('?'), target.size());
    call.path = target.substr(0, mark);
    for (std::size_t at = mark + 1; at < target.size();) {
      const auto end = std::min(target.find('&', at), target.size());
      const std::string pair = target.substr(at, end - at);
      const auto equals = std::min(pair.find('='), pair.size());
      call.query.emplace(pair.substr(0, equals),
                         equals < pair.size() ? pair.substr(equals + 1) : "");
      at = end + 1;
    }
    Answer answer = workspace->handle(call);
    status = answer.status;
    return answer;
  }
  Json get(const std::string& target) { return parse(send("GET", target)); }
  Json post(const std::string& target, const Json& body) {
    return parse(send("POST", target, canonical(body)));
  }
  /// Lets the workspace look at what its host has to say and at the time.
  void move_on() { send("POST", "/nothing"); }

  std::string error_code(const Json& answer) const { return text_at(answer, "error_code"); }

  void import_notebook(const std::string& path, const std::string& text = "print(1)") {
    post("/api/2.0/workspace/import", {{"path", path},
                                       {"language", "PYTHON"},
                                       {"overwrite", true},
                                       {"content", base64_encode(text)}});
  }
  std::string make_cluster() {
    return text_at(post("/api/2.1/clusters/create", cluster_spec()), "cluster_id");
  }
  static Json cluster_spec() {
    return {{"cluster_name", "c"},
            {"spark_version", "17.3.x-scala2.13"},
            {"node_type_id", "i3.xlarge"},
            {"num_workers", 2}};
  }
  /// A task that runs /Users/me@example.com/nb on `cluster`.
  static Json task(const std::string& key, const std::string& cluster,
                   const std::vector<std::string>& needs = {}) {
    Json result = {{"task_key", key}, {"existing_cluster_id", cluster}};
    result["notebook_task"] = {{"notebook_path", "/Users/me@example.com/nb"}};
    for (const std::string& need : needs) result["depends_on"].push_back({{"task_key", need}});
    return result;
  }
  std::int64_t make_job(const Json& settings) {
    return int_at(post("/api/2.2/jobs/create", settings), "job_id");
  }
  std::int64_t run(std::int64_t job, Json more = Json::object()) {
    more["job_id"] = job;
    return int_at(post("/api/2.2/jobs/run-now", more), "run_id");
  }
  Json run_state(std::int64_t id) {
    return at_or_null(get("/api/2.2/jobs/runs/get?run_id=" + std::to_string(id)), "state");
  }
  /// "TERMINATED SUCCESS", or "RUNNING".
  std::string how(std::int64_t id) { return words(run_state(id)); }
  std::string how(std::int64_t id, const std::string& task_key) {
    const Json run = get("/api/2.2/jobs/runs/get?run_id=" + std::to_string(id));
    std::string last;
    for (const Json& entry : at_or_null(run, "tasks"))
      if (text_at(entry, "task_key") == task_key) last = words(at_or_null(entry, "state"));
    return last;
  }
  void end_task(const std::string& key, const std::string& state, const std::string& exit = {}) {
    RunOutcome outcome{.state = state, .started = now, .ended = now};
    if (!exit.empty()) outcome.exit_value = exit;
    if (state == "FAILED") outcome.error = "ValueError: bad";
    host->end(host->of(key)->run, outcome);
    move_on();
  }

 private:
  static Json parse(const Answer& answer) { return parse_json(answer.body).value_or(Json()); }
  static std::string words(const Json& state) {
    const std::string result = text_at(state, "result_state");
    return text_at(state, "life_cycle_state") + (result.empty() ? "" : " " + result);
  }
};

}  // namespace dbplan::local
