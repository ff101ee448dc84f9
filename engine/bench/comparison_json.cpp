#include <cmath>

#include "engine/bench/comparison.hpp"

namespace dbplan::bench {
namespace {

/// Whole milliseconds; what has no finite value is null (JSON has no infinity).
Json milliseconds(double value) {
  return std::isfinite(value) ? Json(static_cast<std::int64_t>(std::llround(value))) : Json();
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json bounds(const Interval& interval) {
  return Json::array({number(interval.low), number(interval.high)});
}

Json sample_json(const Sample& sample) {
  Json notebooks = Json::array();
  for (const NotebookSpan& span : sample.notebooks)
    notebooks.push_back({{"name", span.name}, {"start", span.start_ms}, {"end", span.end_ms}});
  const Timing& timing = sample.timing;
  Json json = {
      {"phase", sample.slot.warmup ? "warmup" : "measure"},
      {"slot", sample.slot.number},
      {"block", sample.slot.block},
      {"try", sample.attempt},
      {"run_id", sample.run_id},
      {"outcome", outcome_name(sample.outcome)},
      {"valid", sample.outcome == Outcome::Valid},
      {"censored", sample.outcome == Outcome::Censored},
      {"value", milliseconds(sample.value)},
      {"start", timing.start},
      {"metrics",
       {{"exec_span", timing.exec_span},
        {"busy", timing.busy},
        {"setup", timing.setup},
        {"queue", timing.queue},
        {"wall", timing.wall},
        {"run_duration", timing.run_duration}}},
      {"cluster_id", sample.cluster_id},
      {"notebooks", std::move(notebooks)},
      {"z", number(sample.z)},
  };
  if (!sample.reason.empty()) json["reason"] = sample.reason;
  if (!sample.page_url.empty()) json["url"] = sample.page_url;
  if (sample.load) {
    json["own_cores"] = number(sample.load->own);
    json["others_cores"] = number(sample.load->others);
  }
  if (sample.equivalence.is_object()) json["results"] = sample.equivalence;
  return json;
}

Json arm_json(const Comparison& comparison, std::size_t arm) {
  const ArmResult& result = comparison.arms[arm];
  Json samples = Json::array();
  for (const Sample& sample : comparison.samples)
    if (sample.slot.arm == arm) samples.push_back(sample_json(sample));
  Json json = {
      {"job_id", result.job_id},
      {"job", comparison.experiment.arms[arm].job},
      {"parameters", comparison.experiment.arms[arm].parameters},
      {"baseline", arm == 0},
      {"n", result.valid + result.censored},
      {"failed", result.failed},
      {"censored", result.censored},
      {"invalid", result.invalid},
      {"samples", std::move(samples)},
  };
  if (arm < comparison.cluster_ids.size()) json["cluster_id"] = comparison.cluster_ids[arm];
  if (result.cores) json["own_cores"] = number(*result.cores);
  if (const auto& summary = result.summary)
    json["summary"] = {{"median", milliseconds(summary->median)},
                       {"mad", milliseconds(summary->mad)},
                       {"rcv", number(summary->rcv)},
                       {"min", milliseconds(summary->min)},
                       {"max", milliseconds(summary->max)},
                       {"q1", milliseconds(summary->q1)},
                       {"q3", milliseconds(summary->q3)},
                       {"geometric_mean", milliseconds(summary->geometric_mean)}};
  return json;
}

Json versus_json(const Comparison& comparison, const Versus& versus) {
  Json json = {
      {"arm", comparison.experiment.arms[versus.arm].name},
      {"vs", comparison.experiment.arms[0].name},
      {"method", "hl_log_unpaired"},
      {"speedup", number(versus.estimate)},
      {"p", number(versus.p)},
      {"wall_ratio", number(versus.wall_ratio)},
      {"ci", Json()},
      {"confidence", Json()},
  };
  if (versus.speedup) {
    json["ci"] = bounds(*versus.speedup);
    json["confidence"] = versus.speedup->confidence;
  }
  if (versus.processor_bound) json["processor_bound"] = number(*versus.processor_bound);
  if (versus.saved_ms)
    json["saved_ms"] =
        Json::array({milliseconds(versus.saved_ms->estimate), milliseconds(versus.saved_ms->low),
                     milliseconds(versus.saved_ms->high)});
  return json;
}

Json bound_json(const Comparison& comparison, const Versus& versus) {
  const Bound& bound = *versus.bound;
  Json notebooks = Json::array();
  for (const Bound::Notebook& notebook : bound.notebooks)
    notebooks.push_back({{"name", notebook.name},
                         {"base_ms", milliseconds(notebook.base)},
                         {"arm_ms", milliseconds(notebook.arm)},
                         {"stretch", number(notebook.arm / notebook.base)},
                         {"critical", notebook.name == bound.longest}});
  return {
      {"arm", comparison.experiment.arms[versus.arm].name},
      {"k", bound.workers},
      {"work_ms", milliseconds(bound.work)},
      {"critical_path_ms", milliseconds(bound.critical_path)},
      {"t_lb_ms", milliseconds(bound.lower)},
      {"t_ls_ms", milliseconds(bound.list)},
      {"speedup_max", number(bound.speedup_max)},
      {"efficiency", number(bound.efficiency)},
      {"stretch", number(bound.stretch)},
      {"serial_fraction", bound.serial_fraction ? number(*bound.serial_fraction) : Json()},
      {"peak_concurrency", bound.peak},
      {"avg_parallelism", number(bound.average_parallelism)},
      {"decomposition_ms",
       {{"ideal", milliseconds(bound.ideal)},
        {"contention", milliseconds(bound.contention)},
        {"scheduling", milliseconds(bound.scheduling)},
        {"orchestration", milliseconds(bound.orchestration)}}},
      {"per_notebook", std::move(notebooks)},
  };
}

Json fairness_json(const Comparison& comparison) {
  constexpr std::string_view kModes[] = {"strict", "warn", "off"};
  Json json = {{"mode", kModes[static_cast<int>(comparison.experiment.fairness)]}};
  if (!comparison.clusters) return json;
  json["equal"] = comparison.clusters->equal.size();
  json["equal_fields"] = comparison.clusters->equal;
  json["shape"] = comparison.clusters->shape;
  json["differences"] = Json::array();
  for (const ClusterDifference& difference : comparison.clusters->differences) {
    Json values = Json::object();
    for (std::size_t arm = 0; arm < difference.values.size(); ++arm)
      values[comparison.experiment.arms[arm].name] = difference.values[arm];
    json["differences"].push_back({{"field", difference.field}, {"values", std::move(values)}});
  }
  return json;
}

Json design_json(const Comparison& comparison) {
  const Experiment& experiment = comparison.experiment;
  std::size_t blocks = 0;
  for (const Sample& sample : comparison.samples)
    if (!sample.slot.warmup) blocks = std::max(blocks, sample.slot.block);
  const bool own = experiment.clusters == Experiment::Clusters::Own;
  return {{"order", "abba"},
          {"blocks", blocks},
          {"min", experiment.least},
          {"max", experiment.most},
          {"warmups", experiment.warmups},
          {"clusters", own ? "own" : "shared"},
          {"confidence", experiment.confidence},
          {"stop_reason", comparison.stop_reason}};
}

Json session_json(const Comparison& comparison) {
  return {{"key", comparison.session},
          {"started", comparison.started},
          {"ended", comparison.ended},
          {"workspace", comparison.workspace}};
}

}  // namespace

std::string_view status_name(Comparison::Status status) {
  switch (status) {
    case Comparison::Status::Complete:
      return "complete";
    case Comparison::Status::Partial:
      return "partial";
    case Comparison::Status::Aborted:
      return "aborted";
    case Comparison::Status::Unfair:
      break;
  }
  return "unfair";
}

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::Valid:
      return "valid";
    case Outcome::Censored:
      return "censored";
    case Outcome::Failed:
      return "failed";
    case Outcome::Invalid:
      break;
  }
  return "invalid";
}

Json to_json(const Comparison& comparison) {
  const Experiment& experiment = comparison.experiment;
  const bool span = experiment.metric == Experiment::Metric::ExecSpan;
  Json json = {
      {"format", "dbplan.bench/1"},
      {"tool", "dbplan " DBPLAN_VERSION},
      {"benchmark", experiment.name},
      {"status", status_name(comparison.status)},
      {"session", session_json(comparison)},
      {"design", design_json(comparison)},
      {"metric", {{"id", span ? "exec_span" : "run_duration"}, {"unit", "ms"}}},
      {"fairness", fairness_json(comparison)},
      {"arms", Json::object()},
      {"comparisons", Json::array()},
      {"bounds", Json::array()},
      {"asserts", Json::array()},
      {"warnings", Json::array()},
      {"results", {{"equal", comparison.results_equal}, {"paths", Json::array()}}},
      {"machine",
       {{"cores", comparison.cores > 0 ? Json(comparison.cores) : Json()},
        {"others_cores", comparison.others ? number(*comparison.others) : Json()}}},
      {"verdict", comparison.verdict},
      {"exit_code", comparison.exit_code},
  };
  if (!comparison.problem.empty()) json["problem"] = comparison.problem;
  if (!comparison.results_differ.empty()) json["results"]["differ"] = comparison.results_differ;
  for (const auto& [path, compiled] : experiment.equivalence)
    json["results"]["paths"].push_back(path);
  for (std::size_t arm = 0; arm < comparison.arms.size(); ++arm)
    json["arms"][experiment.arms[arm].name] = arm_json(comparison, arm);
  for (const Versus& versus : comparison.versus) {
    json["comparisons"].push_back(versus_json(comparison, versus));
    if (versus.bound) json["bounds"].push_back(bound_json(comparison, versus));
  }
  for (const JudgedAssert& judged : comparison.asserts)
    json["asserts"].push_back({{"expr", judged.demand.text},
                               {"result", verdict_name(judged.judgement.verdict)},
                               {"detail", judged.judgement.detail}});
  for (const Warning& warning : comparison.warnings)
    json["warnings"].push_back({{"code", warning.code}, {"message", warning.message}});
  return json;
}

}  // namespace dbplan::bench
