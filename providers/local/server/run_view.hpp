#pragma once

#include <string>

#include "providers/local/server/run.hpp"

namespace dbplan::local {

/// The beginning of run_page_url: "http://127.0.0.1:1234/?o=42".
struct PageBase {
  std::string text;
};

/// A run as runs/get shows it, all tasks and earlier attempts included.
Json run_view(const Run& run, const PageBase& base);
/// A task as it stands in `tasks` of its run.
Json task_view(const Run& run, const TaskRun& task, const PageBase& base);

/// What the task run `id` looks like when runs/get is asked for it; null if `view` has none.
Json task_as_run(const Json& view, std::int64_t id);

/// An active run whose server died, as it is shown from then on.
void mark_lost(Json& view, Millis now);

}  // namespace dbplan::local
