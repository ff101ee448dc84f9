#include "providers/local/server/task_references.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace dbplan::local {
namespace {

using Value = Result<std::optional<std::string>>;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
    text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
    text.remove_suffix(1);
  return text;
}

/// "a.`b c`.d" as its parts.
std::vector<std::string> parts_of(const std::string& name) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char letter : name) {
    if (letter == '`')
      quoted = !quoted;
    else if (letter == '.' && !quoted)
      parts.emplace_back();
    else
      parts.back() += letter;
  }
  return parts;
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : canonical(value);
}

Value time_part(Millis when, const std::string& part) {
  const std::tm time = fmt::gmtime(static_cast<std::time_t>(when / 1000));
  const int weekday = time.tm_wday == 0 ? 7 : time.tm_wday;
  if (part == "iso_date") return fmt::format("{:%Y-%m-%d}", time);
  if (part == "iso_datetime") return fmt::format("{:%Y-%m-%dT%H:%M:%S}", time);
  if (part == "iso_weekday") return std::to_string(weekday);
  if (part == "is_weekday") return weekday <= 5 ? "true" : "false";
  if (part == "year") return std::to_string(time.tm_year + 1900);
  if (part == "month") return std::to_string(time.tm_mon + 1);
  if (part == "day") return std::to_string(time.tm_mday);
  if (part == "hour") return std::to_string(time.tm_hour);
  if (part == "minute") return std::to_string(time.tm_min);
  if (part == "second") return std::to_string(time.tm_sec);
  if (part == "timestamp_ms") return std::to_string(when);
  return fail(Error::Code::Invalid, "job.start_time has no " + part);
}

Value job_value(const Run& run, const std::vector<std::string>& parts) {
  const std::string& name = parts[1];
  if (name == "id") return std::to_string(run.job_id);
  if (name == "name") return run.name;
  if (name == "run_id") return std::to_string(run.id);
  if (name == "repair_count") return "0";
  if (name == "start_time" && parts.size() == 3) return time_part(run.start, parts[2]);
  if (name == "trigger" && parts.size() == 3 && parts[2] == "type") {
    if (run.trigger == "ONE_TIME") return "manual";
    std::string lower = run.trigger;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    return lower;
  }
  if (name == "parameters" && parts.size() == 3) {
    const auto found = run.parameters.find(parts[2]);
    if (found != run.parameters.end()) return found->second;
    return fail(Error::Code::Invalid, "the job has no parameter " + parts[2]);
  }
  return fail(Error::Code::Invalid, "job has no " + name);
}

Value task_value(const TaskRun& task, const std::vector<std::string>& parts) {
  const std::string& name = parts[1];
  if (name == "name") return task.key;
  if (name == "run_id") return std::to_string(task.id);
  if (name == "execution_count") return std::to_string(task.attempt + 1);
  if (name == "notebook_path")
    return text_at(at_or_null(task.spec, "notebook_task"), "notebook_path");
  return fail(Error::Code::Invalid, "task has no " + name);
}

std::string lower_result(std::string result) {
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

Value other_task_value(const Run& run, const std::vector<std::string>& parts) {
  const auto found = std::ranges::find(run.tasks, parts[1], &TaskRun::key);
  if (found == run.tasks.end()) return fail(Error::Code::Invalid, "there is no task " + parts[1]);
  if (parts.size() == 3 && parts[2] == "run_id") return std::to_string(found->id);
  if (parts.size() == 3 && parts[2] == "execution_count") return std::to_string(found->attempt + 1);
  if (parts.size() == 3 && parts[2] == "result_state") return lower_result(found->ending.result);
  if (parts.size() == 3 && parts[2] == "error_code")
    return found->ending.result == "SUCCESS" ? "" : found->ending.code;
  if (parts.size() == 4 && parts[2] == "values") {
    const auto value = found->values.find(parts[3]);
    if (value != found->values.end()) return text_of(value->second);
    return fail(Error::Code::Invalid,
                fmt::format("task {} has not set the value {}", parts[1], parts[3]));
  }
  return fail(Error::Code::Invalid,
              fmt::format("a task has no {}", parts.size() > 2 ? parts[2] : ""));
}

Value old_spelling(const Run& run, const TaskRun& task, const std::string& name) {
  if (name == "job_id") return std::to_string(run.job_id);
  if (name == "run_id") return std::to_string(task.id);
  if (name == "parent_run_id") return std::to_string(run.id);
  if (name == "task_key") return task.key;
  if (name == "task_retry_count") return std::to_string(task.attempt);
  if (name == "start_date") return time_part(run.start, "iso_date");
  if (name == "start_time") return std::to_string(run.start);
  return std::nullopt;
}

}  // namespace

Result<std::string> resolve_references(std::string_view text, const ReferenceLookup& lookup) {
  std::string result;
  while (true) {
    const auto open = text.find("{{");
    const auto close = open == std::string_view::npos ? open : text.find("}}", open);
    if (close == std::string_view::npos) return result + std::string(text);
    const std::string name(trimmed(text.substr(open + 2, close - open - 2)));
    const auto value = TRY(lookup(name));
    result += text.substr(0, open);
    result += value ? *value : std::string(text.substr(open, close + 2 - open));
    text.remove_prefix(close + 2);
  }
}

Result<std::optional<std::string>> reference_value(const ReferenceScope& scope,
                                                   const std::string& name) {
  const std::vector<std::string> parts = parts_of(name);
  if (parts.size() == 1) return old_spelling(scope.run, scope.task, name);
  if (parts[0] == "job") return job_value(scope.run, parts);
  if (parts[0] == "task") return task_value(scope.task, parts);
  if (parts[0] == "tasks") return other_task_value(scope.run, parts);
  if (name == "workspace.id") return scope.workspace_id;
  if (name == "workspace.url") return scope.workspace_url;
  return std::nullopt;
}

}  // namespace dbplan::local
