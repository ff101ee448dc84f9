#include "engine/report/run_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/base/millis.hpp"
#include "engine/base/text.hpp"
#include "engine/bench/sample.hpp"

namespace dbplan {
namespace {

constexpr std::string_view kRed = "\x1b[31m", kGreen = "\x1b[32m", kDim = "\x1b[2m",
                           kBold = "\x1b[1m", kPlain = "\x1b[0m";
constexpr std::size_t kNamedTasks = 4;  // in the line that is written over

std::string paint(std::string_view text, std::string_view color, const TextStyle& style) {
  return style.color ? fmt::format("{}{}{}", color, text, kPlain) : std::string(text);
}

/// "succeeded", "failed", "timed out", ...
std::string result_word(const Json& run) {
  const Json& state = at_or_null(run, "state");
  std::string word = text_at(state, "result_state");
  if (word.empty()) word = text_at(state, "life_cycle_state");
  if (word.empty())
    word = text_at(at_or_null(at_or_null(run, "status"), "termination_details"), "code");
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kWords{{
      {"SUCCESS", "succeeded"},
      {"TIMEDOUT", "timed out"},
      {"CANCELED", "cancelled"},
      {"EXCLUDED", "left out"},
      {"UPSTREAM_FAILED", "not run: a task that it needs failed"},
      {"UPSTREAM_CANCELED", "not run: a task that it needs was cancelled"},
  }};
  for (const auto& [code, plain] : kWords)
    if (word == code) return std::string(plain);
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c == '_' ? ' ' : static_cast<char>(tolower(c)); });
  return word;
}

std::string message_of(const Json& run) {
  return text_at(at_or_null(run, "state"), "state_message");
}

std::int64_t duration_of(const Json& run) {
  const std::int64_t start = millis_at(run, "start_time"), end = millis_at(run, "end_time");
  return millis_at(run, "run_duration", end > start ? end - start : 0);
}

std::string indented(std::string_view text) {
  std::string result;
  for (const std::string& line : split_lines(visible(text, true))) result += "  " + line + "\n";
  return result;
}

/// The text parts of an output, with their titles: whatever kind of task it was.
std::string output_text(const TaskOutput& output, const TextStyle& style) {
  const Json& answer = output.answer;
  const std::string key = visible(output.task_key);
  std::string text;
  const Json& notebook = at_or_null(answer, "notebook_output");
  const auto part = [&](const std::string& title, const std::string& body, bool cut) {
    if (body.empty()) return;
    text += paint(title + " of " + key, kBold, style) + (cut ? " (cut by the server)" : "") + "\n" +
            indented(body);
  };
  part("Output", text_at(notebook, "result"), at_or_null(notebook, "truncated") == Json(true));
  part("Log", text_at(answer, "logs"), at_or_null(answer, "logs_truncated") == Json(true));
  for (const char* other : {"sql_output", "dbt_output", "run_job_output"})
    if (answer.contains(other)) part("Output", pretty(answer[other]), false);
  part("Error", text_at(answer, "error"), false);
  part("Trace", text_at(answer, "error_trace"), false);
  return text;
}

}  // namespace

std::string duration_text(std::int64_t milliseconds) {
  const std::int64_t seconds = milliseconds / 1000;
  if (seconds < 60) return fmt::format("{:.1f} s", static_cast<double>(milliseconds) / 1000);
  if (seconds < 3600) return fmt::format("{} m {:02} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {:02} m", seconds / 3600, seconds / 60 % 60);
}

std::string run_task_text(const Json& task, std::size_t width, const TextStyle& style) {
  const bool good = bench::succeeded(task);
  const std::int64_t attempt = int_at(task, "attempt_number");
  const std::string result = result_word(task);
  const bool ran = duration_of(task) > 0 || good;
  const bool left_out = !good && (result == "left out" || result == "disabled");
  std::string text = fmt::format("  {}  {}{}{}", padded(visible(text_at(task, "task_key")), width),
                                 paint(result,
                                       good       ? kGreen
                                       : left_out ? kDim
                                                  : kRed,
                                       style),
                                 ran ? "  " + duration_text(duration_of(task)) : "",
                                 attempt > 0 ? fmt::format(" (attempt {})", attempt + 1) : "");
  if (const std::string why = message_of(task); !good && ran && !why.empty())
    text += "  " + paint(visible(why), kDim, style);
  return text;
}

std::string run_progress_text(const Json& run, std::int64_t elapsed_ms) {
  const Json& tasks = at_or_null(run, "tasks");
  std::size_t done = 0;
  std::vector<std::string> running;
  for (const Json& task : tasks) {
    if (bench::is_terminal(task)) ++done;
    if (text_at(at_or_null(task, "state"), "life_cycle_state") == "RUNNING")
      running.push_back(visible(text_at(task, "task_key")));
  }
  std::string text = fmt::format("{} of {} done after {}", done, counted(tasks.size(), "task"),
                                 duration_text(elapsed_ms));
  const std::size_t named = std::min(running.size(), kNamedTasks);
  if (named > 0)
    text +=
        fmt::format("; running: {}",
                    fmt::join(running.begin(), running.begin() + static_cast<long>(named), ", "));
  if (running.size() > named) text += fmt::format(" and {} more", running.size() - named);
  return text;
}

std::string run_result_text(const Json& run, const std::vector<TaskOutput>& outputs,
                            const TextStyle& style) {
  std::string text;
  for (const TaskOutput& output : outputs) text += output_text(output, style);
  const bool good = bench::succeeded(run);
  text += paint(fmt::format("Run {} {}", int_at(run, "run_id"), result_word(run)),
                good ? kGreen : kRed, style);
  text += fmt::format(" after {}.", duration_text(duration_of(run)));
  if (const std::string why = message_of(run); !good && !why.empty()) text += " " + visible(why);
  return text + "\n";
}

Json run_json(const std::string& address, const Json& run, const std::vector<TaskOutput>& outputs) {
  Json tasks = Json::array();
  for (const Json& task : at_or_null(run, "tasks")) {
    Json shown = {{"task_key", text_at(task, "task_key")},
                  {"run_id", int_at(task, "run_id")},
                  {"attempt", int_at(task, "attempt_number") + 1},
                  {"state", text_at(at_or_null(task, "state"), "life_cycle_state")},
                  {"result", text_at(at_or_null(task, "state"), "result_state")},
                  {"message", message_of(task)},
                  {"start_time", millis_at(task, "start_time")},
                  {"duration_ms", duration_of(task)}};
    for (const TaskOutput& output : outputs)
      if (output.task_key == text_at(task, "task_key") &&
          int_at(at_or_null(output.answer, "metadata"), "run_id", int_at(task, "run_id")) ==
              int_at(task, "run_id")) {
        shown["output"] = output.answer;
        if (shown["output"].is_object()) shown["output"].erase("metadata");
      }
    tasks.push_back(std::move(shown));
  }
  return {{"address", address},
          {"job_id", int_at(run, "job_id")},
          {"run_id", int_at(run, "run_id")},
          {"url", text_at(run, "run_page_url")},
          {"succeeded", bench::succeeded(run)},
          {"ended", bench::is_terminal(run)},
          {"result", text_at(at_or_null(run, "state"), "result_state")},
          {"message", message_of(run)},
          {"duration_ms", duration_of(run)},
          {"tasks", std::move(tasks)}};
}

}  // namespace dbplan
