#pragma once

#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/report/plan_text.hpp"

namespace dbplan {

/// What one task of a run gave: the answer of runs/get-output.
struct TaskOutput {
  std::string task_key;
  Json answer;
};

/// "12.3 s", "3 m 05 s", "1 h 02 m".
std::string duration_text(std::int64_t milliseconds);

/// A task that has ended, one line without its end; `width`: columns of the longest task key.
std::string run_task_text(const Json& task, std::size_t width, const TextStyle& style);

/// What goes on just now, for a line that is written over: "2 of 5 tasks done, running: load".
std::string run_progress_text(const Json& run, std::int64_t elapsed_ms);

/// Exit values and errors of the tasks, and how the run ended.
std::string run_result_text(const Json& run, const std::vector<TaskOutput>& outputs,
                            const TextStyle& style);

/// All of it for machines.
Json run_json(const std::string& address, const Json& run, const std::vector<TaskOutput>& outputs);

}  // namespace dbplan
