#pragma once

#include "engine/spec/node.hpp"
#include "engine/spec/source_files.hpp"

namespace dbplan {

/// Checks what a schema cannot say of a job's tasks: each does one thing on one compute, their
/// dependencies exist and have no cycle, their outcomes mean something, and the job clusters and
/// environments they name exist.
void check_task_graph(const Node& job, Reporter& report);

}  // namespace dbplan
