#include "engine/cli/deployed_jobs.hpp"

namespace dbplan {

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
  return std::to_string(int_at(answer, "run_id"));
}

Result<Json> DeployedJobs::run(const std::string& run_id) {
  const std::string path = "/api/2.2/jobs/runs/get?run_id=" + run_id;
  Json whole = TRY(provider_.request("GET", path, nullptr, true));
  for (std::string token = text_at(whole, "next_page_token"); !token.empty();) {
    const Json page = TRY(provider_.request("GET", path + "&page_token=" + token, nullptr, true));
    for (const Json& task : at_or_null(page, "tasks")) whole["tasks"].push_back(task);
    token = text_at(page, "next_page_token");
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
