#include "providers/local/server/run_view.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dbplan::local {
namespace {

constexpr const char* kLost = "The local workspace was stopped while the run was active";

std::string_view life_cycle_of(Phase phase) {
  switch (phase) {
    case Phase::Blocked:
      return "BLOCKED";
    case Phase::Queued:
      return "QUEUED";
    case Phase::Pending:
      return "PENDING";
    case Phase::Running:
      return "RUNNING";
    case Phase::Terminating:
      return "TERMINATING";
    case Phase::WaitingForRetry:
      return "WAITING_FOR_RETRY";
    case Phase::Ended:
      break;
  }
  return "TERMINATED";
}

std::string_view type_of(std::string_view code) {
  if (code == "SUCCESS" || code == "SUCCESS_WITH_FAILURES" || code == "SKIPPED") return "SUCCESS";
  if (code == "INTERNAL_ERROR" || code == "DRIVER_ERROR" || code == "CLUSTER_ERROR")
    return "INTERNAL_ERROR";
  return "CLIENT_ERROR";
}

Json old_state(Phase phase, const Ending& ending, const std::string& stop_as) {
  Json state = {{"life_cycle_state", life_cycle_of(phase)},
                {"state_message", ending.message},
                {"user_cancelled_or_timedout", !stop_as.empty()}};
  if (phase != Phase::Ended) return state;
  state["life_cycle_state"] = ending.life_cycle;
  state["result_state"] = ending.result;
  return state;
}

Json new_status(Phase phase, const Ending& ending) {
  if (phase == Phase::WaitingForRetry) return {{"state", "WAITING"}};
  Json status = {{"state", life_cycle_of(phase)}};
  if (phase == Phase::Queued)
    status["queue_details"] = {{"code", "MAX_CONCURRENT_RUNS_REACHED"},
                               {"message", "Queued due to reaching maximum concurrent runs"}};
  if (phase == Phase::Ended)
    status["termination_details"] = {
        {"code", ending.code}, {"type", type_of(ending.code)}, {"message", ending.message}};
  return status;
}

void put_states(Json& view, Phase phase, const Ending& ending, const std::string& stop_as) {
  view["state"] = old_state(phase, ending, stop_as);
  view["status"] = new_status(phase, ending);
  if (phase == Phase::Queued)
    view["state"]["queue_reason"] = "Queued due to reaching maximum concurrent runs";
}

void put_task_times(Json& view, const TaskRun& task) {
  const Millis began = task.began != 0 ? task.began : task.end;
  const Millis code_end = task.code_end != 0 ? task.code_end : task.end;
  view["start_time"] = task.start;
  view["end_time"] = task.end;
  view["setup_duration"] = began == 0 ? 0 : std::max<Millis>(0, began - task.start);
  view["execution_duration"] = code_end == 0 ? 0 : std::max<Millis>(0, code_end - began);
  view["cleanup_duration"] = task.end == 0 ? 0 : std::max<Millis>(0, task.end - code_end);
  view["run_duration"] = task.end == 0 ? 0 : task.end - task.start;
}

std::string page(const Run& run, std::int64_t id, const PageBase& base) {
  return fmt::format("{}#job/{}/run/{}", base.text, run.job_id, id);
}

Json parameters_view(const Run& run) {
  Json list = Json::array();
  for (const Json& parameter : at_or_null(run.settings, "parameters")) {
    const std::string name = text_at(parameter, "name");
    const auto value = run.parameters.find(name);
    list.push_back({{"name", name},
                    {"default", text_at(parameter, "default")},
                    {"value", value == run.parameters.end() ? "" : value->second}});
  }
  return list;
}

}  // namespace

Json task_view(const Run& run, const TaskRun& task, const PageBase& base) {
  Json view = task.spec;
  for (const char* key : {"email_notifications", "webhook_notifications"}) view.erase(key);
  view["run_id"] = task.id;
  view["task_key"] = task.key;
  view["attempt_number"] = task.attempt;
  view["original_attempt_run_id"] = task.first_id;
  view["run_page_url"] = page(run, task.id, base);
  put_states(view, task.phase, task.ending, task.stop_as);
  put_task_times(view, task);
  if (!task.cluster_id.empty()) {
    view["cluster_instance"] = {{"cluster_id", task.cluster_id}};
    if (task.spark_context_id != 0)
      view["cluster_instance"]["spark_context_id"] = std::to_string(task.spark_context_id);
  }
  if (!task.resolved.is_null())
    view["resolved_values"] = {{"notebook_task", {{"base_parameters", task.resolved}}}};
  return view;
}

Json run_view(const Run& run, const PageBase& base) {
  Json view = {
      {"run_id", run.id},
      {"job_id", run.job_id},
      {"number_in_job", run.id},
      {"original_attempt_run_id", run.id},
      {"run_name", run.name},
      {"run_type", run.type},
      {"trigger", run.trigger},
      {"format", "MULTI_TASK"},
      {"creator_user_name", run.creator},
      {"run_as_user_name", run.run_as},
      {"run_page_url", page(run, run.id, base)},
      {"start_time", run.start == 0 ? run.created : run.start},
      {"end_time", run.end},
      {"setup_duration", 0},
      {"execution_duration", 0},
      {"cleanup_duration", 0},
      {"run_duration", run.end == 0 ? 0 : run.end - (run.start == 0 ? run.created : run.start)},
      {"queue_duration", run.start == 0 ? 0 : run.start - run.created}};
  put_states(view, run.phase, run.ending, run.stop_as);
  Json tasks = Json::array();
  for (const TaskRun& task : run.tasks) {
    for (const Json& earlier : task.earlier) tasks.push_back(earlier);
    tasks.push_back(task_view(run, task, base));
  }
  view["tasks"] = std::move(tasks);
  for (const char* key : {"job_clusters", "schedule", "git_source"})
    if (run.settings.contains(key)) view[key] = run.settings[key];
  if (run.settings.contains("parameters")) view["job_parameters"] = parameters_view(run);
  if (!run.notebook_params.empty())
    view["overriding_parameters"] = {{"notebook_params", run.notebook_params}};
  return view;
}

Json task_as_run(const Json& view, std::int64_t id) {
  for (const Json& task : at_or_null(view, "tasks")) {
    if (int_at(task, "run_id") != id) continue;
    Json result = task;
    for (const char* key :
         {"job_id", "run_type", "trigger", "creator_user_name", "format", "run_as_user_name"})
      result[key] = at_or_null(view, key);
    result["job_run_id"] = at_or_null(view, "run_id");
    result["number_in_job"] = id;
    result["run_name"] = at_or_null(task, "task_key");
    return result;
  }
  return nullptr;
}

void mark_lost(Json& view, Millis now) {
  const auto mark = [&](Json& part) {
    if (at_or_null(part, "state").contains("result_state")) return;
    const Ending ending{"INTERNAL_ERROR", "FAILED", "INTERNAL_ERROR", kLost};
    put_states(part, Phase::Ended, ending, {});
    part["end_time"] = now;
    part["run_duration"] = now - int_at(part, "start_time", now);
  };
  mark(view);
  if (view.contains("tasks"))
    for (Json& task : view["tasks"]) mark(task);
}

}  // namespace dbplan::local
