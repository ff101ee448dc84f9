// What the kinds of tasks do when their turn has come.

#include <fmt/format.h>

#include <charconv>

#include "providers/local/server/cluster_spec.hpp"
#include "providers/local/server/job_settings.hpp"
#include "providers/local/server/refusal.hpp"
#include "providers/local/server/runs.hpp"
#include "providers/local/server/task_references.hpp"

namespace dbplan::local {
namespace {

std::optional<double> number_in(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Equality is of texts, order is of numbers: as the service compares.
Result<bool> compare(const std::string& op, const std::string& left, const std::string& right) {
  if (op == "EQUAL_TO") return left == right;
  if (op == "NOT_EQUAL") return left != right;
  const auto a = number_in(left);
  const auto b = number_in(right);
  if (!a || !b)
    return fail(Error::Code::Invalid,
                fmt::format("{} compares numbers, not '{}' and '{}'", op, left, right));
  if (op == "GREATER_THAN") return *a > *b;
  if (op == "GREATER_THAN_OR_EQUAL") return *a >= *b;
  if (op == "LESS_THAN") return *a < *b;
  if (op == "LESS_THAN_OR_EQUAL") return *a <= *b;
  return fail(Error::Code::Invalid, op + " is no operator of a condition");
}

Json serverless_cluster() {
  return {{"spark_version", "17.3.x-scala2.13"},
          {"node_type_id", "local.standard"},
          {"num_workers", 1}};
}

}  // namespace

void Runs::refuse_task(Run& run, TaskRun& task, std::string_view code, const std::string& why) {
  // What is wrong with the job itself is wrong again next time.
  task.final = true;
  task.output["error"] = why;
  end_task(run, task, {"INTERNAL_ERROR", "FAILED", std::string(code), why});
}

void Runs::begin_kind(Run& run, TaskRun& task) {
  const std::string kind = task_kind(task.spec);
  if (kind == "condition_task") return begin_condition(run, task);
  if (kind == "run_job_task") return begin_job(run, task);
  if (kind != "notebook_task")
    return refuse_task(run, task, "INVALID_RUN_CONFIGURATION",
                       kind.empty() ? "the task says nothing that could be run"
                                    : fmt::format("the local workspace does not run {}", kind));
  if (text_at(task.spec["notebook_task"], "source") == "GIT")
    return refuse_task(run, task, "INVALID_RUN_CONFIGURATION",
                       "the local workspace does not run notebooks from a git_source");
  if (!at_or_null(task.spec, "libraries").empty())
    world_.log.line(
        fmt::format("run {} task {}: libraries are not installed here; what the "
                    "notebook imports must be in the runtime",
                    run.id, task.key));
}

Result<std::string> Runs::resolved(const Run& run, const TaskRun& task,
                                   std::string_view text) const {
  const ReferenceScope scope{run, task, world_.users.workspace_id(), world_.url};
  return resolve_references(text,
                            [&](const std::string& name) { return reference_value(scope, name); });
}

void Runs::begin_condition(Run& run, TaskRun& task) {
  const Json& condition = task.spec["condition_task"];
  const auto left = resolved(run, task, text_at(condition, "left"));
  const auto right = resolved(run, task, text_at(condition, "right"));
  for (const auto* side : {&left, &right})
    if (!*side) return refuse_task(run, task, "INVALID_RUN_CONFIGURATION", side->error().message);
  const auto holds = compare(text_at(condition, "op"), *left, *right);
  if (!holds) return refuse_task(run, task, "INVALID_RUN_CONFIGURATION", holds.error().message);
  task.condition = *holds ? "true" : "false";
  task.spec["condition_task"]["outcome"] = task.condition;
  task.began = task.code_end = world_.now();
  end_task(run, task, {"TERMINATED", "SUCCESS", "SUCCESS"});
}

void Runs::begin_job(Run& run, TaskRun& task) {
  const Json& wanted = task.spec["run_job_task"];
  const Job* job = world_.jobs.find(int_at(wanted, "job_id"));
  if (job == nullptr)
    return refuse_task(run, task, "RESOURCE_NOT_FOUND",
                       fmt::format("Job {} does not exist.", int_at(wanted, "job_id")));
  RunRequest request{.trigger = "RUN_JOB_TASK", .user = run.creator, .parent = task.id};
  const Json& parameters = at_or_null(wanted, "job_parameters");
  if (parameters.is_object())
    for (const auto& [name, value] : parameters.items()) {
      auto text = resolved(run, task, value.is_string() ? value.get<std::string>() : value.dump());
      if (!text) return refuse_task(run, task, "INVALID_RUN_CONFIGURATION", text.error().message);
      request.job_parameters[name] = std::move(*text);
    }
  const auto started = run_job(*job, request);
  if (!started) return refuse_task(run, task, "INVALID_RUN_CONFIGURATION", started.error().message);
  task.started_run = *started;
  task.phase = Phase::Running;
  task.began = world_.now();
  task.output["run_job_output"] = {{"run_id", *started}};
}

void Runs::watch_job(Run& run, TaskRun& task) {
  if (active(task.started_run)) return;
  const Json state = at_or_null(view(task.started_run), "state");
  const std::string result = text_at(state, "result_state", "FAILED");
  const bool good = result == "SUCCESS" || result == "SUCCESS_WITH_FAILURES";
  RunOutcome outcome{.state = good ? "SUCCESS" : "FAILED", .ended = world_.now()};
  if (!good)
    outcome.error = fmt::format("the run {} of the job ended as {}", task.started_run, result);
  settle(run, task, outcome);
}

/// The cluster that the task runs on; made on the way where it belongs to the run.
Result<std::string> Runs::cluster_for(Run& run, TaskRun& task) {
  if (const std::string id = text_at(task.spec, "existing_cluster_id"); !id.empty()) {
    const std::string text = TRY(resolved(run, task, id));
    if (world_.clusters.find(text) == nullptr)
      return invalid("Cluster " + text + " does not exist");
    return text;
  }
  std::string key = text_at(task.spec, "job_cluster_key");
  Json spec = at_or_null(task.spec, "new_cluster");
  if (!key.empty()) {
    for (const Json& entry : at_or_null(run.settings, "job_clusters"))
      if (text_at(entry, "job_cluster_key") == key) spec = at_or_null(entry, "new_cluster");
  } else if (spec.is_object()) {
    key = task.key;
  } else {
    spec = serverless_cluster();  // one for all such tasks of the run, under the empty key
  }
  const auto known = run.job_clusters.find(key);
  // A cluster that ended under a task is made anew for its next attempt.
  if (known != run.job_clusters.end())
    if (const Cluster* cluster = world_.clusters.find(known->second);
        cluster != nullptr && (cluster->active() || task.start_asked))
      return known->second;
  spec["cluster_name"] =
      fmt::format("job-{}-run-{}-{}", run.job_id, run.id, key.empty() ? "serverless" : key);
  const Cluster& made = world_.clusters.create(spec, run.run_as, "JOB");
  run.job_clusters[key] = made.id;
  return made.id;
}

/// Waits for the cluster, starts it if need be, and launches once it runs.
void Runs::place(Run& run, TaskRun& task) {
  const auto id = cluster_for(run, task);
  if (!id) return refuse_task(run, task, "INVALID_CLUSTER_REQUEST", id.error().message);
  if (task.cluster_id != *id) {
    task.cluster_id = *id;
    moved_ = true;
    changed_.insert(run.id);
  }
  Cluster& cluster = *world_.clusters.find(*id);
  if (cluster.state == "RUNNING") return launch(run, task);
  if (cluster.active()) {
    task.start_asked = task.start_asked || cluster.state != "TERMINATING";
    return;
  }
  if (task.start_asked)
    return end_task(
        run, task,
        {"INTERNAL_ERROR", "FAILED", "CLUSTER_ERROR",
         fmt::format("Cluster {} was terminated: {}", cluster.id, cluster.state_message)});
  task.start_asked = true;
  moved_ = true;
  world_.clusters.start(cluster);
}

Result<std::map<std::string, std::string>> Runs::notebook_parameters(const Run& run,
                                                                     const TaskRun& task) const {
  std::map<std::string, std::string> result;
  const Json& base = at_or_null(task.spec["notebook_task"], "base_parameters");
  if (base.is_object())
    for (const auto& [name, value] : base.items())
      result[name] = value.is_string() ? value.get<std::string>() : value.dump();
  for (const auto& [name, value] : run.notebook_params) result[name] = value;
  // What a notebook hands to another one is text, not a reference.
  if (run.type == "WORKFLOW_RUN") return result;
  for (auto& [name, value] : result) value = TRY(resolved(run, task, value));
  // Parameters of the job reach every task, and win.
  for (const auto& [name, value] : run.parameters) result[name] = value;
  return result;
}

void Runs::launch(Run& run, TaskRun& task) {
  const auto path_text = resolved(run, task, text_at(task.spec["notebook_task"], "notebook_path"));
  if (!path_text)
    return refuse_task(run, task, "INVALID_RUN_CONFIGURATION", path_text.error().message);
  const auto path = AskedPath::parse(*path_text);
  const Object* notebook = path ? world_.tree.find(*path) : nullptr;
  if (notebook == nullptr || notebook->type != Object::Type::Notebook)
    return refuse_task(
        run, task, "RESOURCE_NOT_FOUND",
        fmt::format("Unable to access the notebook \"{}\". Either it does not exist, "
                    "or the identity used to run this job, {}, lacks the required "
                    "permissions.",
                    *path_text, run.run_as));
  auto parameters = notebook_parameters(run, task);
  if (!parameters)
    return refuse_task(run, task, "INVALID_RUN_CONFIGURATION", parameters.error().message);
  task.resolved = *parameters;
  task.token = world_.users.lend(run.run_as);
  if (const Cluster* cluster = world_.clusters.find(task.cluster_id))
    task.spark_context_id = cluster->spark_context_id();
  task.launched = true;
  moved_ = true;
  changed_.insert(run.id);
  world_.host.start_run({.run = std::to_string(task.id),
                         .cluster_id = task.cluster_id,
                         .path = "/Workspace" + WorkspaceTree::canonical_path(*notebook),
                         .language = notebook->language,
                         .format = notebook->format,
                         .source = world_.tree.read(*notebook),
                         .parameters = std::move(*parameters),
                         .token = task.token,
                         .user = run.run_as,
                         .job_id = std::to_string(run.job_id),
                         .job_run_id = std::to_string(run.root_id),
                         .task_key = task.key});
}

}  // namespace dbplan::local
