#include "providers/local/server/job_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/base/quartz.hpp"
#include "providers/local/server/cluster_spec.hpp"
#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::size_t kMaxTasks = 1000;
constexpr std::size_t kMaxTags = 25;
constexpr std::size_t kMaxName = 4096;
constexpr std::int64_t kMaxConcurrent = 1000;
constexpr std::string_view kProviders[] = {"gitHub",
                                           "gitHubEnterprise",
                                           "gitLab",
                                           "gitLabEnterpriseEdition",
                                           "bitbucketCloud",
                                           "bitbucketServer",
                                           "azureDevOpsServices",
                                           "awsCodeCommit"};

void fill(Json& object, const char* key, Json value) {
  if (!object.contains(key)) object[key] = std::move(value);
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

Result<> check_git(const Json& settings) {
  const Json& git = at_or_null(settings, "git_source");
  if (git.is_null()) return {};
  const std::string given = text_at(git, "git_provider");
  std::string known;
  for (const std::string_view provider : kProviders) {
    if (same_letters(given, provider)) return {};
    std::string lower(provider);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    known += (known.empty() ? "" : ", ") + lower;
  }
  return invalid("git_source.git_provider must be one of: " + known);
}

Result<> check_triggers(const Json& settings) {
  const auto count = settings.contains("schedule") + settings.contains("continuous") +
                     settings.contains("trigger");
  if (count > 1) return invalid("Only one of schedule, trigger and continuous can be given");
  const Json& schedule = at_or_null(settings, "schedule");
  if (schedule.is_null()) return {};
  const auto quartz = Quartz::parse(text_at(schedule, "quartz_cron_expression"));
  if (!quartz) return invalid("Invalid quartz_cron_expression: " + quartz.error().message);
  if (!is_time_zone(text_at(schedule, "timezone_id")))
    return invalid("Invalid timezone_id: " + text_at(schedule, "timezone_id"));
  return {};
}

/// A dependency must name a task, and none may lead back to its own.
Result<> check_graph(const Json& tasks) {
  std::map<std::string, std::set<std::string>> open;
  for (const Json& task : tasks) {
    std::set<std::string>& needs = open[text_at(task, "task_key")];
    for (const Json& entry : at_or_null(task, "depends_on"))
      needs.insert(text_at(entry, "task_key"));
  }
  for (const auto& [key, needs] : open)
    for (const std::string& need : needs)
      if (!open.contains(need))
        return invalid(fmt::format("Task {} depends on {}, which does not exist", key, need));
  while (!open.empty()) {
    const auto ready =
        std::ranges::find_if(open, [](const auto& entry) { return entry.second.empty(); });
    if (ready == open.end())
      return invalid(fmt::format("Tasks depend on each other in a cycle: {} is one of them",
                                 open.begin()->first));
    const std::string done = ready->first;
    open.erase(ready);
    for (auto& [key, needs] : open) needs.erase(done);
  }
  return {};
}

Result<> check_compute(const Json& task, const std::set<std::string>& clusters,
                       const ComputeNames& names) {
  const std::string key = text_at(task, "task_key");
  const auto count = task.contains("existing_cluster_id") + task.contains("new_cluster") +
                     task.contains("job_cluster_key") + task.contains("environment_key");
  if (count > 1) return invalid(fmt::format("Task {} names more than one compute resource", key));
  if (const std::string cluster = text_at(task, "job_cluster_key");
      !cluster.empty() && !clusters.contains(cluster))
    return invalid(fmt::format("Task {} names job cluster {}, which is not defined", key, cluster));
  if (task.contains("new_cluster")) return check_cluster_spec(task["new_cluster"], names);
  return {};
}

Result<> check_tasks(const Json& settings, const ComputeNames& names) {
  const Json& tasks = at_or_null(settings, "tasks");
  if (tasks.size() > kMaxTasks) return invalid("A job can have at most 1000 tasks");
  std::set<std::string> clusters;
  for (const Json& cluster : at_or_null(settings, "job_clusters")) {
    if (!clusters.insert(text_at(cluster, "job_cluster_key")).second)
      return invalid("Two job clusters have the same job_cluster_key");
    TRY_VOID(check_cluster_spec(at_or_null(cluster, "new_cluster"), names));
  }
  std::set<std::string> keys;
  for (const Json& task : tasks) {
    const std::string key = text_at(task, "task_key");
    if (key.empty()) return invalid("Missing required field: task_key");
    if (!keys.insert(key).second) return invalid("Two tasks have the task_key " + key);
    TRY_VOID(check_compute(task, clusters, names));
  }
  return check_graph(tasks);
}

void sort_by(Json& list, const char* key) {
  if (!list.is_array()) return;
  std::sort(list.begin(), list.end(),
            [key](const Json& a, const Json& b) { return text_at(a, key) < text_at(b, key); });
}

/// Entries of `changes` replace those of `list` with the same key, others are added.
void merge_keyed(Json& list, const Json& changes, const char* key) {
  if (!list.is_array()) list = Json::array();
  for (const Json& change : changes) {
    const auto same = std::find_if(list.begin(), list.end(), [&](const Json& entry) {
      return text_at(entry, key) == text_at(change, key);
    });
    if (same == list.end())
      list.push_back(change);
    else
      *same = change;
  }
}

void remove_keyed(Json& list, const char* key, const std::string& name) {
  if (!list.is_array()) return;
  Json kept = Json::array();
  for (Json& entry : list)
    if (text_at(entry, key) != name) kept.push_back(std::move(entry));
  list = std::move(kept);
}

}  // namespace

std::string task_kind(const Json& task) {
  if (!task.is_object()) return {};
  for (const auto& [key, value] : task.items())
    if (key.ends_with("_task") && value.is_object()) return key;
  return {};
}

Result<> check_job_settings(const Json& settings, const ComputeNames& names) {
  if (text_at(settings, "name").size() > kMaxName) return invalid("name is longer than 4096 bytes");
  if (at_or_null(settings, "tags").size() > kMaxTags)
    return invalid("A job can have at most 25 tags");
  const std::int64_t concurrent = int_at(settings, "max_concurrent_runs", 1);
  if (concurrent < 0 || concurrent > kMaxConcurrent)
    return invalid("max_concurrent_runs must be between 0 and 1000");
  TRY_VOID(check_git(settings));
  TRY_VOID(check_triggers(settings));
  return check_tasks(settings, names);
}

Json effective_task(Json task, bool git, const ComputeNames& names) {
  const char* source = git ? "GIT" : "WORKSPACE";
  fill(task, "run_if", "ALL_SUCCESS");
  fill(task, "timeout_seconds", 0);
  fill(task, "email_notifications", Json::object());
  fill(task, "webhook_notifications", Json::object());
  if (at_or_null(task, "max_retries") != 0 && task.contains("max_retries"))
    fill(task, "retry_on_timeout", false);
  for (const char* kind : {"notebook_task", "spark_python_task", "dbt_task"})
    if (at_or_null(task, kind).is_object()) fill(task[kind], "source", source);
  if (at_or_null(at_or_null(task, "sql_task"), "file").is_object())
    fill(task["sql_task"]["file"], "source", source);
  if (at_or_null(task, "dbt_task").is_object()) fill(task["dbt_task"], "schema", "default");
  if (at_or_null(task, "spark_jar_task").is_object())
    fill(task["spark_jar_task"], "run_as_repl", true);
  if (task.contains("depends_on")) sort_by(task["depends_on"], "task_key");
  if (at_or_null(task, "new_cluster").is_object())
    task["new_cluster"] = effective_job_cluster(task["new_cluster"], names);
  if (at_or_null(at_or_null(task, "for_each_task"), "task").is_object())
    task["for_each_task"]["task"] = effective_task(task["for_each_task"]["task"], git, names);
  return task;
}

Json effective_settings(Json settings, std::string_view version, const ComputeNames& names) {
  for (const char* key : {"access_control_list", "job_id", "idempotency_token"})
    settings.erase(key);
  fill(settings, "name", "Untitled");
  fill(settings, "email_notifications", Json::object());
  fill(settings, "webhook_notifications", Json::object());
  fill(settings, "timeout_seconds", 0);
  fill(settings, "max_concurrent_runs", 1);
  settings["format"] = "MULTI_TASK";
  if (version == "2.2") fill(settings, "queue", {{"enabled", true}});
  for (const char* key : {"schedule", "trigger", "continuous"})
    if (at_or_null(settings, key).is_object()) fill(settings[key], "pause_status", "UNPAUSED");
  const bool git = at_or_null(settings, "git_source").is_object();
  if (at_or_null(settings, "tasks").is_array()) {
    for (Json& task : settings["tasks"]) task = effective_task(std::move(task), git, names);
    sort_by(settings["tasks"], "task_key");
  }
  if (at_or_null(settings, "job_clusters").is_array())
    for (Json& cluster : settings["job_clusters"])
      cluster["new_cluster"] = effective_job_cluster(at_or_null(cluster, "new_cluster"), names);
  return settings;
}

Result<Json> updated_settings(Json settings, const Json& changes, const Json& remove) {
  for (const Json& entry : remove) {
    if (!entry.is_string()) return invalid("fields_to_remove: a name is needed");
    const std::string name = entry.get<std::string>();
    const auto slash = name.find('/');
    if (slash == std::string::npos)
      settings.erase(name);
    else if (name.starts_with("tasks/") && settings.contains("tasks"))
      remove_keyed(settings["tasks"], "task_key", name.substr(slash + 1));
    else if (name.starts_with("job_clusters/") && settings.contains("job_clusters"))
      remove_keyed(settings["job_clusters"], "job_cluster_key", name.substr(slash + 1));
  }
  if (!changes.is_object()) return settings;
  for (const auto& [key, value] : changes.items()) {
    if (key == "tasks")
      merge_keyed(settings["tasks"], value, "task_key");
    else if (key == "job_clusters")
      merge_keyed(settings["job_clusters"], value, "job_cluster_key");
    else
      settings[key] = value;
  }
  return settings;
}

}  // namespace dbplan::local
