#include "engine/cli/deployed_jobs.hpp"

#include "engine/base/page_tokens.hpp"
#include "engine/net/curl_transport.hpp"

namespace dbplan {
namespace {

std::unexpected<Error> malformed(const std::string& what, const std::string& expected) {
  return fail(Error::Code::Unclear, what + ": the answer is malformed: " + expected);
}

/// A state of a run or a task, old style or new. Without one that is known nobody could tell when
/// it ends. Source: Jobs API 2.2, RunLifeCycleState and RunLifecycleStateV2.
bool has_state(const Json& run) {
  static const std::set<std::string, std::less<>> known = {
      "BLOCKED", "INTERNAL_ERROR", "PENDING",     "QUEUED",  "RUNNING",
      "SKIPPED", "TERMINATED",     "TERMINATING", "WAITING", "WAITING_FOR_RETRY"};
  const std::string state = text_at(at_or_null(run, "state"), "life_cycle_state");
  return known.contains(state.empty() ? text_at(at_or_null(run, "status"), "state") : state);
}

Result<> check_run(const std::string& what, const Json& run, const std::string& run_id) {
  if (std::to_string(int_at(run, "run_id")) != run_id)
    return malformed(what, "run_id: expected " + run_id);
  if (!has_state(run))
    return malformed(what, "state.life_cycle_state: expected a known state of the run");
  const Json& tasks = at_or_null(run, "tasks");
  if (!tasks.is_null() && !tasks.is_array()) return malformed(what, "tasks: expected a list");
  for (const Json& task : tasks)
    if (text_at(task, "task_key").empty() || int_at(task, "run_id") <= 0 || !has_state(task))
      return malformed(what, "tasks: expected a task_key, a run_id and a known state of each");
  return {};
}

}  // namespace

Result<Json> DeployedJobs::job(const std::string& job) {
  const std::string id = TRY(id_of(job));
  auto found = TRY(provider_.read(*find_kind(kinds_, "jobs"), id));
  if (!found) return fail(Error::Code::NotFound, "job " + id + " (jobs." + job + ") is gone");
  return Json{{"job_id", TRY(parse_json(id))}, {"settings", std::move(found->body)}};
}

Result<Json> DeployedJobs::cluster(const std::string& cluster_id) {
  auto found = TRY(provider_.read(*find_kind(kinds_, "clusters"), cluster_id));
  if (!found) return fail(Error::Code::NotFound, "cluster " + cluster_id + " is gone");
  return std::move(found->body);
}

Result<std::string> DeployedJobs::start(const std::string& job,
                                        const std::map<std::string, std::string>& parameters,
                                        const std::string& token) {
  Json request = Json::object();
  if (!parameters.empty()) request["job_parameters"] = parameters;
  return run_now(job, std::move(request), token);
}

Result<std::string> DeployedJobs::run_now(const std::string& job, Json request,
                                          const std::string& token) {
  const std::string id = TRY(id_of(job));
  request["job_id"] = TRY(parse_json(id));
  request["idempotency_token"] = token;
  const Json answer = TRY(provider_.request("POST", "/api/2.2/jobs/run-now", request, true));
  const std::int64_t run_id = int_at(answer, "run_id");
  if (run_id <= 0)
    return fail(Error::Code::Unclear,
                "POST /api/2.2/jobs/run-now: the answer is malformed: run_id: expected the number "
                "of the run; it may have started: look at the job's runs");
  return std::to_string(run_id);
}

Result<Json> DeployedJobs::run(const std::string& run_id) {
  const std::string path = "/api/2.2/jobs/runs/get?run_id=" + run_id;
  const std::string what = "GET /api/2.2/jobs/runs/get";
  Json whole = TRY(provider_.request("GET", path, nullptr, true));
  TRY_VOID(check_run(what, whole, run_id));
  PageTokens pages;
  TRY_VOID(pages.take(what, whole));
  while (!pages.current().empty()) {
    const std::string next = path + "&page_token=" + url_escape(pages.current());
    const Json page = TRY(provider_.request("GET", next, nullptr, true));
    TRY_VOID(check_run(what, page, run_id));
    for (const Json& task : at_or_null(page, "tasks")) whole["tasks"].push_back(task);
    TRY_VOID(pages.take(what, page));
  }
  return whole;
}

Result<std::string> DeployedJobs::output(const std::string& task_run_id) {
  const Json answer = TRY(whole_output(task_run_id));
  return text_at(at_or_null(answer, "notebook_output"), "result");
}

Result<Json> DeployedJobs::whole_output(const std::string& task_run_id) {
  return provider_.request("GET", "/api/2.2/jobs/runs/get-output?run_id=" + task_run_id, nullptr,
                           true);
}

Result<> DeployedJobs::cancel(const std::string& run_id) { return cancel_run(provider_, run_id); }

Result<std::string> DeployedJobs::id_of(const std::string& job) const {
  const LiveResource* live = live_.find({"jobs", job});
  if (!live)
    return fail(Error::Code::NotFound, "jobs." + job + " is not deployed; run dbplan apply first");
  return live->id;
}

Result<> cancel_run(Provider& provider, const std::string& run_id) {
  const Result<Json> id = parse_json(run_id);
  if (!id || !id->is_number_integer())
    return fail(Error::Code::Invalid, "a run's id is a number, not \"" + run_id + "\"");
  TRY(provider.request("POST", "/api/2.2/jobs/runs/cancel", {{"run_id", *id}}, true));
  return {};
}

}  // namespace dbplan
