#include "providers/local/server/runs.hpp"

#include <algorithm>

#include "providers/local/server/job_settings.hpp"
#include "providers/local/server/refusal.hpp"
#include "providers/local/server/task_references.hpp"

namespace dbplan::local {
namespace {

constexpr std::string_view kKind = "runs";
constexpr std::string_view kOutputs = "run_outputs";
// Odd, above 2^53, and of another range than the ids of objects and jobs.
constexpr std::int64_t kFirstId = (std::int64_t{1} << 59) + 1;
constexpr int kMaxDepth = 10;

}  // namespace

Runs::Runs(RunsWorld world, bool past) : world_(std::move(world)), last_id_(kFirstId) {
  page_.text = world_.url + "/?o=" + world_.users.workspace_id();
  load(past);
}

void Runs::load(bool past) {
  for (const auto& [text, body] : world_.store.all(kKind)) {
    const std::int64_t id = std::stoll(text);
    Json record = parse_json(body).value_or(Json());
    Json view = std::move(record["view"]);
    const bool lost = !past && !at_or_null(view, "state").contains("result_state");
    if (lost) mark_lost(view, world_.now());
    if (const std::string token = text_at(record, "token"); !token.empty()) by_token_[token] = id;
    for (const Json& task : at_or_null(view, "tasks")) run_of_task_[int_at(task, "run_id")] = id;
    if (lost) {
      record["view"] = view;
      world_.store.put(kKind, text, canonical(record));
    }
    ended_[id] = std::move(view);
  }
  if (const auto last = world_.store.get("settings", "last_run_id")) last_id_ = std::stoll(*last);
}

std::int64_t Runs::new_id() {
  last_id_ += 2;
  world_.store.put("settings", "last_run_id", std::to_string(last_id_));
  return last_id_;
}

std::int64_t Runs::add(std::unique_ptr<Run> run) {
  run->created = world_.now();
  if (run->root_id == 0) run->root_id = run->id;
  for (TaskRun& task : run->tasks) {
    // A notebook that a notebook runs is a run of its own, with one id.
    if (task.id == 0) task.id = run->type == "WORKFLOW_RUN" ? run->id : new_id();
    task.first_id = task.id;
    run_of_task_[task.id] = run->id;
  }
  if (!run->token.empty()) by_token_[run->token] = run->id;
  changed_.insert(run->id);
  moved_ = true;
  const std::int64_t id = run->id;
  active_[id] = std::move(run);
  return id;
}

Result<> Runs::resolve_job_parameters(Run& run, const Job& job, const RunRequest& request) const {
  for (const Json& parameter : at_or_null(job.settings, "parameters"))
    run.parameters[text_at(parameter, "name")] = text_at(parameter, "default");
  for (const auto& [name, value] : request.job_parameters) run.parameters[name] = value;
  if (!request.job_parameters.empty() && !request.notebook_params.empty())
    return invalid("job_parameters and notebook_params cannot be given together");
  const TaskRun none;
  const ReferenceScope scope{run, none, world_.users.workspace_id(), world_.url};
  for (auto& [name, value] : run.parameters) {
    auto text = resolve_references(
        value, [&](const std::string& wanted) { return reference_value(scope, wanted); });
    if (!text) return invalid("parameter " + name + ": " + text.error().message);
    value = std::move(*text);
  }
  return {};
}

Result<std::int64_t> Runs::run_job(const Job& job, const RunRequest& request) {
  if (const std::int64_t known = find_by_token(request.idempotency_token)) return known;
  auto run = std::make_unique<Run>();
  run->job_id = job.id;
  run->trigger = request.trigger;
  run->name = text_at(job.settings, "name");
  run->creator = request.user;
  run->run_as = job.run_as();
  run->settings = job.settings;
  run->token = request.idempotency_token;
  run->notebook_params = request.notebook_params;
  run->timeout_seconds = int_at(job.settings, "timeout_seconds");
  run->parent = request.parent;
  run->start = world_.now();  // parameters may name it
  Run* caller = nullptr;
  if (request.parent != 0 && find_active_task(request.parent, &caller) != nullptr)
    run->depth = caller->depth + 1;
  if (run->depth > kMaxDepth) return invalid("Jobs that run jobs may be nested 10 deep");
  std::set<std::string> unknown = request.only;
  for (const Json& task : at_or_null(job.settings, "tasks")) {
    const std::string key = text_at(task, "task_key");
    unknown.erase(key);
    if (!request.only.empty() && !request.only.contains(key)) continue;
    run->tasks.push_back({.key = key, .spec = task});
  }
  if (!unknown.empty()) return invalid("only: there is no task " + *unknown.begin());
  if (run->tasks.empty()) return invalid("Job " + std::to_string(job.id) + " has no tasks");
  run->id = new_id();
  TRY_VOID(resolve_job_parameters(*run, job, request));
  settle_start(*run, job, request.queue);
  return add(std::move(run));
}

/// Whether it starts, waits or is skipped.
void Runs::settle_start(Run& run, const Job& job, std::optional<bool> queue) {
  const std::int64_t limit = int_at(job.settings, "max_concurrent_runs", 1);
  if (started_count(job.id) < limit) return;
  const bool queued =
      queue.value_or(at_or_null(at_or_null(job.settings, "queue"), "enabled") == true);
  if (queued && limit > 0) {
    run.phase = Phase::Queued;
    run.start = 0;
    return;
  }
  run.stop_as.clear();
  run.ending = {"SKIPPED", "MAXIMUM_CONCURRENT_RUNS_REACHED", "MAX_CONCURRENT_RUNS_EXCEEDED",
                "An active run for the same job already exists: the run was skipped"};
  for (TaskRun& task : run.tasks) {
    task.phase = Phase::Ended;
    task.ending = run.ending;
  }
}

Result<std::int64_t> Runs::submit(Json settings, const std::string& user,
                                  const std::string& token) {
  if (const std::int64_t known = find_by_token(token)) return known;
  auto run = std::make_unique<Run>();
  run->type = "SUBMIT_RUN";
  run->id = new_id();
  run->job_id = run->id;
  run->name = text_at(settings, "run_name", "Untitled");
  run->creator = user;
  run->run_as = user;
  run->token = token;
  run->timeout_seconds = int_at(settings, "timeout_seconds");
  run->start = world_.now();
  for (const Json& task : at_or_null(settings, "tasks"))
    run->tasks.push_back({.key = text_at(task, "task_key"), .spec = task});
  if (run->tasks.empty()) return invalid("Missing required field: tasks");
  run->settings = std::move(settings);
  return add(std::move(run));
}

Result<std::int64_t> Runs::run_notebook(std::int64_t parent, const Json& request) {
  Run* caller = nullptr;
  const TaskRun* calling = find_active_task(parent, &caller);
  if (calling == nullptr || calling->phase != Phase::Running || !caller->stop_as.empty())
    return wrong_state("Run " + std::to_string(parent) + " is not running");
  const std::string path = text_at(request, "path");
  const AskedPath asked = TRY(AskedPath::parse(path));
  const Object* notebook = world_.tree.find(asked);
  if (notebook == nullptr || notebook->type != Object::Type::Notebook)
    return missing("Notebook not found: " + path);
  auto run = std::make_unique<Run>();
  run->type = "WORKFLOW_RUN";
  run->id = new_id();
  run->job_id = caller->job_id;
  run->root_id = caller->root_id;
  run->parent = parent;
  run->depth = caller->depth;
  run->name = path;
  run->creator = caller->creator;
  run->run_as = caller->run_as;
  run->start = world_.now();
  run->timeout_seconds = int_at(request, "timeout_seconds");
  Json task = {{"task_key", calling->key}, {"existing_cluster_id", calling->cluster_id}};
  task["notebook_task"] = {{"notebook_path", path}, {"source", "WORKSPACE"}};
  const Json& arguments = at_or_null(request, "arguments");
  if (arguments.is_object()) task["notebook_task"]["base_parameters"] = arguments;
  run->tasks.push_back({.key = calling->key, .spec = std::move(task)});
  run->settings = Json::object();
  return add(std::move(run));
}

std::int64_t Runs::find_by_token(const std::string& token) const {
  const auto found = by_token_.find(token);
  return token.empty() || found == by_token_.end() ? 0 : found->second;
}

Json Runs::view(std::int64_t run_id) const {
  if (const auto run = active_.find(run_id); run != active_.end())
    return run_view(*run->second, page_);
  const auto ended = ended_.find(run_id);
  return ended == ended_.end() ? Json() : ended->second;
}

std::int64_t Runs::run_of_task(std::int64_t task_run_id) const {
  const auto found = run_of_task_.find(task_run_id);
  return found == run_of_task_.end() ? 0 : found->second;
}

std::vector<std::int64_t> Runs::ids() const {
  std::vector<std::int64_t> result;
  for (const auto& [id, view] : ended_) result.push_back(id);
  for (const auto& [id, run] : active_) result.push_back(id);
  std::ranges::sort(result, std::greater());
  return result;
}

Json Runs::output(std::int64_t task_run_id) const {
  return parse_json(world_.store.get(kOutputs, std::to_string(task_run_id)).value_or("{}"))
      .value_or(Json::object());
}

Run* Runs::find_active(std::int64_t run_id) {
  const auto found = active_.find(run_id);
  return found == active_.end() ? nullptr : found->second.get();
}

TaskRun* Runs::find_active_task(std::int64_t task_run_id, Run** run) {
  Run* owner = find_active(run_of_task(task_run_id));
  if (owner == nullptr) return nullptr;
  if (run != nullptr) *run = owner;
  const auto found = std::ranges::find(owner->tasks, task_run_id, &TaskRun::id);
  return found == owner->tasks.end() ? nullptr : &*found;
}

void Runs::remove(std::int64_t run_id) {
  // Its idempotency token stays known: a run that was deleted must not come back.
  for (const Json& task : at_or_null(ended_[run_id], "tasks")) {
    const std::int64_t id = int_at(task, "run_id");
    run_of_task_.erase(id);
    world_.store.remove(kOutputs, std::to_string(id));
  }
  ended_.erase(run_id);
  world_.store.remove(kKind, std::to_string(run_id));
}

void Runs::set_timeout(std::int64_t job_id, std::int64_t seconds) {
  for (const auto& [id, run] : active_)
    if (run->job_id == job_id && run->type == "JOB_RUN") run->timeout_seconds = seconds;
}

std::int64_t Runs::started_count(std::int64_t job_id) const {
  return std::ranges::count_if(active_, [&](const auto& entry) {
    const Run& run = *entry.second;
    return run.type == "JOB_RUN" && run.job_id == job_id && run.phase != Phase::Queued &&
           run.ending.result.empty();
  });
}

void Runs::save(const Run& run) {
  world_.store.put(kKind, std::to_string(run.id),
                   canonical({{"view", run_view(run, page_)}, {"token", run.token}}));
}

}  // namespace dbplan::local
