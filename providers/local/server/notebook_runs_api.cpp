#include <algorithm>
#include <charconv>

#include "providers/local/server/refusal.hpp"
#include "providers/local/server/runs_api.hpp"

namespace dbplan::local {
namespace {

constexpr std::int64_t kMaxWaitSeconds = 60;
constexpr std::size_t kMaxValue = 48 * 1024;

Result<Answer> start(Runs& runs, Call& call) {
  const std::int64_t id = TRY(runs.run_notebook(int_at(call.json, "parent"), call.json));
  return answer({{"run_id", id}});
}

/// RUNNING, or how it ended in a word that the notebook understands.
std::string plain_state(const Json& view) {
  const std::string result = text_at(at_or_null(view, "state"), "result_state");
  if (result.empty()) return "RUNNING";
  if (result == "SUCCESS" || result == "TIMEDOUT" || result == "CANCELED") return result;
  return "FAILED";
}

Result<Answer> wait(Runs& runs, Call& call, Millis now) {
  std::int64_t id = 0;
  std::from_chars(call.rest.data(), call.rest.data() + call.rest.size(), id);
  const Json view = runs.view(id);
  if (view.is_null()) return missing("Run " + call.rest + " does not exist.");
  const std::int64_t seconds =
      std::clamp<std::int64_t>(call.query_int("wait_seconds"), 0, kMaxWaitSeconds);
  if (call.deadline == 0) call.deadline = now + seconds * 1000;
  const std::string state = plain_state(view);
  if (state == "RUNNING" && now < call.deadline) return Answer{.again = true};
  Json result = {{"run_id", id},
                 {"state", state},
                 {"exit_value", nullptr},
                 {"run_page_url", at_or_null(view, "run_page_url")}};
  if (state == "RUNNING") return answer(result);
  const Json output = runs.output(int_at(at_or_null(view, "tasks").at(0), "run_id"));
  const Json& exit_value = at_or_null(at_or_null(output, "notebook_output"), "result");
  if (!exit_value.is_null()) result["exit_value"] = exit_value;
  if (state != "SUCCESS") {
    result["error"] = text_at(output, "error", text_at(at_or_null(view, "state"), "state_message"));
    result["error_trace"] = text_at(output, "error_trace");
  }
  return answer(result);
}

Result<Answer> set_value(Runs& runs, Call& call) {
  TaskRun* task = runs.find_active_task(int_at(call.json, "run_id"));
  const std::string key = text_at(call.json, "key");
  if (task == nullptr) return missing("There is no such active task run");
  if (key.empty()) return invalid("Missing required field: key");
  const Json& value = at_or_null(call.json, "value");
  if (canonical(value).size() > kMaxValue) return invalid("A task value can have at most 48 KiB");
  task->values[key] = value;
  return Answer{};
}

Result<Answer> get_value(Runs& runs, Call& call) {
  const std::int64_t id = call.query_int("run_id");
  Run* run = nullptr;
  if (runs.find_active_task(id, &run) == nullptr) run = runs.find_active(id);
  if (run == nullptr) return missing("There is no such active run");
  const auto task = std::ranges::find(run->tasks, call.query_text("task_key"), &TaskRun::key);
  if (task == run->tasks.end()) return missing("There is no task " + call.query_text("task_key"));
  const auto value = task->values.find(call.query_text("key"));
  if (value == task->values.end())
    return missing("Task " + task->key + " has not set " + call.query_text("key"));
  return answer({{"value", value->second}});
}

}  // namespace

void add_notebook_run_routes(Router& router, Runs& runs, const WallClock& now) {
  router.add("POST", "/api/local/notebook-runs", [&runs](Call& call) { return start(runs, call); });
  router.add("GET", "/api/local/notebook-runs/*",
             [&runs, now](Call& call) { return wait(runs, call, now()); });
  router.add("POST", "/api/local/task-values",
             [&runs](Call& call) { return set_value(runs, call); });
  router.add("GET", "/api/local/task-values",
             [&runs](Call& call) { return get_value(runs, call); });
}

}  // namespace dbplan::local
