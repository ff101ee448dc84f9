#include "providers/local/server/runs_api.hpp"

#include <algorithm>

#include "providers/local/server/job_settings.hpp"
#include "providers/local/server/jobs_api.hpp"
#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::int64_t kMaxPage = 25;
constexpr std::int64_t kDefaultPage = 20;
constexpr std::size_t kArrayPage = 100;
constexpr std::size_t kMaxToken = 64;
constexpr const char* kPagedArrays[] = {"tasks", "job_clusters", "job_parameters"};

std::unexpected<Error> no_such_run(std::int64_t id) {
  return invalid("Run " + std::to_string(id) + " does not exist.");
}

std::map<std::string, std::string> text_map(const Json& object) {
  std::map<std::string, std::string> result;
  if (object.is_object())
    for (const auto& [key, value] : object.items())
      result[key] = value.is_string() ? value.get<std::string>() : value.dump();
  return result;
}

/// "+key", "key+" and "+key+": with all that it needs, or all that needs it.
std::set<std::string> chosen_tasks(const Json& settings, const Json& only) {
  std::set<std::string> chosen;
  const auto needs = [&](const std::string& task, const std::string& need) {
    return std::ranges::any_of(at_or_null(settings, "tasks"), [&](const Json& entry) {
      if (text_at(entry, "task_key") != task) return false;
      return std::ranges::any_of(at_or_null(entry, "depends_on"), [&](const Json& dependency) {
        return text_at(dependency, "task_key") == need;
      });
    });
  };
  const std::function<void(const std::string&, bool)> follow = [&](const std::string& key,
                                                                   bool up) {
    for (const Json& entry : at_or_null(settings, "tasks")) {
      const std::string other = text_at(entry, "task_key");
      if (!(up ? needs(key, other) : needs(other, key))) continue;
      chosen.insert(other);
      follow(other, up);
    }
  };
  for (const Json& entry : only) {
    std::string key = entry.is_string() ? entry.get<std::string>() : "";
    const bool up = key.starts_with('+');
    const bool down = key.ends_with('+');
    if (up) key.erase(0, 1);
    if (down && !key.empty()) key.pop_back();
    chosen.insert(key);
    if (up) follow(key, true);
    if (down) follow(key, false);
  }
  return chosen;
}

Result<Answer> run_now(Runs& runs, Jobs& jobs, Call& call) {
  const Job* job = TRY(named_job(jobs, int_at(call.json, "job_id")));
  RunRequest request{.user = call.user,
                     .idempotency_token = text_at(call.json, "idempotency_token"),
                     .job_parameters = text_map(at_or_null(call.json, "job_parameters")),
                     .notebook_params = text_map(at_or_null(call.json, "notebook_params")),
                     .only = chosen_tasks(job->settings, at_or_null(call.json, "only"))};
  if (request.idempotency_token.size() > kMaxToken)
    return invalid("idempotency_token is longer than 64 characters");
  const Json& queue = at_or_null(at_or_null(call.json, "queue"), "enabled");
  if (queue.is_boolean()) request.queue = queue.get<bool>();
  const std::int64_t known = runs.find_by_token(request.idempotency_token);
  if (known != 0 && runs.view(known).is_null())
    return invalid("The run of this idempotency token was deleted");
  const std::int64_t id = TRY(runs.run_job(*job, request));
  return answer({{"run_id", id}, {"number_in_job", id}});
}

Result<Answer> submit(Runs& runs, Call& call) {
  const std::string token = text_at(call.json, "idempotency_token");
  if (token.size() > kMaxToken) return invalid("idempotency_token is longer than 64 characters");
  const std::int64_t known = runs.find_by_token(token);
  if (known != 0 && runs.view(known).is_null())
    return invalid("The run of this idempotency token was deleted");
  TRY_VOID(check_job_settings(call.json, runs.names()));
  const std::int64_t id =
      TRY(runs.submit(effective_settings(call.json, "2.1", runs.names()), call.user, token));
  return answer({{"run_id", id}});
}

bool cut_arrays(Json& view, std::size_t first) {
  bool more = false;
  for (const char* key : kPagedArrays) {
    if (!at_or_null(view, key).is_array()) continue;
    Json& list = view[key];
    if (first == 0 && list.size() <= kArrayPage) continue;
    more = more || list.size() > first + kArrayPage;
    Json page = Json::array();
    for (std::size_t i = first; i < std::min(list.size(), first + kArrayPage); ++i)
      page.push_back(std::move(list[i]));
    list = std::move(page);
  }
  return more;
}

Result<Answer> get(Runs& runs, Call& call) {
  const std::int64_t id = call.query_int("run_id");
  Json view = runs.view(id);
  if (view.is_null()) view = task_as_run(runs.view(runs.run_of_task(id)), id);
  if (view.is_null()) return no_such_run(id);
  const auto first =
      static_cast<std::size_t>(std::max<std::int64_t>(call.query_int("page_token"), 0));
  if (cut_arrays(view, first)) {
    view["has_more"] = true;
    view["next_page_token"] = std::to_string(first + kArrayPage);
  }
  return answer(view);
}

bool wanted(const Json& view, bool active, const Call& call) {
  const std::int64_t job = call.query_int("job_id");
  if (job != 0 && int_at(view, "job_id") != job) return false;
  if (call.query_flag("active_only") && !active) return false;
  if (call.query_flag("completed_only") && active) return false;
  const std::string type = text_at(view, "run_type");
  const std::string wanted_type = call.query_text("run_type");
  // Notebooks that a notebook runs are listed only on demand.
  if (wanted_type.empty() ? type == "WORKFLOW_RUN" : type != wanted_type) return false;
  const Millis start = int_at(view, "start_time");
  if (start < call.query_int("start_time_from")) return false;
  return start <= call.query_int("start_time_to", std::numeric_limits<Millis>::max());
}

Result<Answer> list(Runs& runs, Call& call) {
  if (call.query_flag("active_only") && call.query_flag("completed_only"))
    return invalid("active_only and completed_only exclude each other");
  std::int64_t limit = call.query_int("limit", kDefaultPage);
  if (limit < 0 || limit > kMaxPage) return invalid("limit must be between 0 and 25");
  if (limit == 0) limit = kMaxPage;
  const std::int64_t after = call.query_int("page_token");
  std::int64_t offset = call.query_int("offset");
  Json shown = Json::array();
  bool more = false;
  for (const std::int64_t id : runs.ids()) {
    if (after != 0 && id >= after) continue;
    Json view = runs.view(id);
    if (!wanted(view, runs.active(id), call) || offset-- > 0) continue;
    if (std::ssize(shown) == limit) {
      more = true;
      break;
    }
    if (!call.query_flag("expand_tasks"))
      for (const char* key : {"tasks", "job_clusters", "job_parameters"}) view.erase(key);
    shown.push_back(std::move(view));
  }
  Json result = {{"has_more", more}};
  if (more) result["next_page_token"] = std::to_string(int_at(shown.back(), "run_id"));
  if (!shown.empty()) result["runs"] = std::move(shown);
  return answer(result);
}

Result<Answer> get_output(Runs& runs, Call& call) {
  std::int64_t id = call.query_int("run_id");
  Json view = runs.view(id);
  if (!view.is_null()) {
    const Json& tasks = at_or_null(view, "tasks");
    if (tasks.size() != 1)
      return invalid(
          "Retrieving the output of runs with multiple tasks is not supported. Please retrieve the "
          "output of each individual task run instead.");
    id = int_at(tasks[0], "run_id");
  } else {
    view = runs.view(runs.run_of_task(id));
  }
  Json metadata = task_as_run(view, id);
  if (metadata.is_null()) return no_such_run(id);
  Json result = runs.output(id);
  result["metadata"] = std::move(metadata);
  return answer(result);
}

Result<Answer> cancel(Runs& runs, Call& call) {
  std::int64_t id = int_at(call.json, "run_id");
  if (runs.view(id).is_null()) id = runs.run_of_task(id);
  if (id == 0 || runs.view(id).is_null()) return no_such_run(int_at(call.json, "run_id"));
  runs.stop(id, "CANCELED");
  return Answer{};
}

Result<Answer> cancel_all(Runs& runs, Jobs& jobs, Call& call) {
  const bool queued = at_or_null(call.json, "all_queued_runs") == true;
  const std::int64_t job_id = int_at(call.json, "job_id");
  if (!queued) TRY(named_job(jobs, job_id));
  for (const std::int64_t id : runs.ids()) {
    const Run* run = runs.find_active(id);
    if (run == nullptr || run->type != "JOB_RUN") continue;
    if (job_id != 0 && run->job_id != job_id) continue;
    if (queued && run->phase != Phase::Queued) continue;
    runs.stop(id, "CANCELED");
  }
  return Answer{};
}

Result<Answer> remove(Runs& runs, Call& call) {
  const std::int64_t id = int_at(call.json, "run_id");
  if (runs.view(id).is_null()) return no_such_run(id);
  if (runs.active(id))
    return wrong_state("Run " + std::to_string(id) + " is active: cancel it first");
  runs.remove(id);
  return Answer{};
}

}  // namespace

void add_run_routes(Router& router, Runs& runs, Jobs& jobs) {
  const auto add = [&](std::string_view method, std::string_view path, auto handler) {
    router.add(method, {"2.0", "2.1", "2.2"}, path,
               [&runs, handler](Call& call) { return handler(runs, call); });
  };
  add("POST", "jobs/run-now", [&jobs](Runs& all, Call& call) { return run_now(all, jobs, call); });
  add("POST", "jobs/runs/submit", submit);
  add("GET", "jobs/runs/get", get);
  add("GET", "jobs/runs/list", list);
  add("GET", "jobs/runs/get-output", get_output);
  add("POST", "jobs/runs/cancel", cancel);
  add("POST", "jobs/runs/cancel-all",
      [&jobs](Runs& all, Call& call) { return cancel_all(all, jobs, call); });
  add("POST", "jobs/runs/delete", remove);
  // An active run follows a time-out that was changed under it.
  jobs.on_change([&runs](std::int64_t id, const Job* job) {
    if (job != nullptr) runs.set_timeout(id, int_at(job->settings, "timeout_seconds"));
  });
}

}  // namespace dbplan::local
