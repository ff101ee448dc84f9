#include "engine/live/evidence.hpp"

#include <algorithm>

#include "engine/live/observe.hpp"

namespace dbplan {
namespace {

// Source: Jobs API 2.2, runs/list: at most 25 runs a page with their tasks.
constexpr const char* kRuns = "/api/2.2/jobs/runs/list?limit=25";

bool runs_on(const Json& run, const std::string& cluster_id) {
  return std::ranges::any_of(at_or_null(run, "tasks"), [&](const Json& task) {
    return text_at(task, "existing_cluster_id") == cluster_id ||
           text_at(at_or_null(task, "cluster_instance"), "cluster_id") == cluster_id;
  });
}

void count_active(const Json& answer, const std::string& cluster_id, Evidence& evidence) {
  for (const Json& run : at_or_null(answer, "runs")) {
    if (!cluster_id.empty() && !runs_on(run, cluster_id)) continue;
    ++evidence.active_runs;
    evidence.run_ids.push_back(std::to_string(int_at(run, "run_id")));
    const std::int64_t start = int_at(run, "start_time");
    if (evidence.since == 0 || start < evidence.since) evidence.since = start;
  }
  evidence.more_active = at_or_null(answer, "has_more") == Json(true);
}

Evidence answer(const EvidenceQuestion& question, Provider& provider) {
  Evidence evidence;
  const bool is_job = question.address.kind == "jobs";
  const std::string filter = is_job ? "&job_id=" + question.id : "&expand_tasks=true";
  const auto active =
      provider.request("GET", std::string(kRuns) + "&active_only=true" + filter, {}, true);
  if (!active) return {.unknown = true};
  count_active(*active, is_job ? "" : question.id, evidence);
  if (!is_job || !question.history) return evidence;
  const auto past =
      provider.request("GET", std::string(kRuns) + "&completed_only=true" + filter, {}, true);
  if (!past) return {.unknown = true};
  evidence.past_runs = static_cast<int>(at_or_null(*past, "runs").size());
  evidence.more_past = at_or_null(*past, "has_more") == Json(true);
  return evidence;
}

}  // namespace

void gather_evidence(const std::vector<EvidenceQuestion>& questions, Provider& provider,
                     std::size_t threads, Live& live) {
  std::vector<Evidence> answers(questions.size());
  [[maybe_unused]] const auto done =
      in_parallel(questions.size(), threads, [&](std::size_t i) -> Result<> {
        answers[i] = answer(questions[i], provider);
        return {};
      });
  for (std::size_t i = 0; i < questions.size(); ++i)
    live.evidence[questions[i].address] = answers[i];
}

}  // namespace dbplan
