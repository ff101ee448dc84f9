#include "engine/bench/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/base/text.hpp"

namespace dbplan::bench {
namespace {

constexpr double kBusyShare = 0.05;  // of the machine: more than this by others is worth a warning
constexpr std::int64_t kNoticeableQueueMs = 5000;

bool counts(const Sample& sample) {
  return !sample.slot.warmup &&
         (sample.outcome == Outcome::Valid || sample.outcome == Outcome::Censored);
}

std::vector<const Sample*> valid_samples(const Comparison& comparison, std::size_t arm) {
  std::vector<const Sample*> samples;
  for (const Sample& sample : comparison.samples)
    if (sample.slot.arm == arm && !sample.slot.warmup && sample.outcome == Outcome::Valid)
      samples.push_back(&sample);
  return samples;
}

std::optional<double> own_cores(const Comparison& comparison, std::size_t arm) {
  std::vector<double> cores;
  for (const Sample& sample : comparison.samples)
    if (sample.slot.arm == arm && counts(sample) && sample.load) cores.push_back(sample.load->own);
  return cores.empty() ? std::nullopt : std::optional(median_of(std::move(cores)));
}

void summarize_arms(Comparison& comparison) {
  comparison.arms.assign(comparison.experiment.arms.size(), {});
  for (std::size_t arm = 0; arm < comparison.arms.size(); ++arm) {
    ArmResult& result = comparison.arms[arm];
    if (arm < comparison.job_ids.size()) result.job_id = comparison.job_ids[arm];
    for (const Sample& sample : comparison.samples) {
      if (sample.slot.arm != arm || sample.slot.warmup) continue;
      result.valid += sample.outcome == Outcome::Valid;
      result.censored += sample.outcome == Outcome::Censored;
      result.failed += sample.outcome == Outcome::Failed;
      result.invalid += sample.outcome == Outcome::Invalid;
    }
    const std::vector<double> values = measured(comparison, arm);
    if (values.empty()) continue;
    result.summary = summarize(values);
    result.cores = own_cores(comparison, arm);
    const std::vector<double> z = modified_z(values);
    std::size_t next = 0;
    for (Sample& sample : comparison.samples)
      if (sample.slot.arm == arm && counts(sample)) sample.z = z[next++];
  }
}

double median_wall(const std::vector<const Sample*>& samples) {
  std::vector<double> walls;
  for (const Sample* sample : samples) walls.push_back(static_cast<double>(sample->timing.wall));
  return walls.empty() ? 0 : median_of(std::move(walls));
}

Versus compare(const Comparison& comparison, std::size_t arm) {
  Versus versus{.arm = arm, .speedup = {}, .saved_ms = {}, .processor_bound = {}, .bound = {}};
  const std::vector<double> base = measured(comparison, 0), other = measured(comparison, arm);
  if (base.empty() || other.empty()) return versus;
  const double confidence = comparison.experiment.confidence;
  versus.estimate = ratio_estimate(base, other);
  versus.speedup = ratio_interval(base, other, confidence);
  versus.saved_ms = difference_interval(base, other, confidence);
  versus.p = rank_sum_p(base, other);
  const std::vector<const Sample*> base_runs = valid_samples(comparison, 0),
                                   arm_runs = valid_samples(comparison, arm);
  if (base_runs.empty() || arm_runs.empty()) return versus;
  if (const double wall = median_wall(arm_runs); wall > 0)
    versus.wall_ratio = median_wall(base_runs) / wall;
  versus.bound = find_bound(base_runs, arm_runs, median_of(base), median_of(other),
                            comparison.experiment.workers);
  return versus;
}

std::size_t arm_index(const Experiment& experiment, const std::string& name) {
  const auto place = std::ranges::find(experiment.arms, name, &Arm::name);
  return static_cast<std::size_t>(place - experiment.arms.begin());
}

std::optional<double> failure_rate(const ArmResult& arm) {
  const std::size_t all = arm.failed + arm.valid + arm.censored;
  if (all == 0) return std::nullopt;
  return static_cast<double>(arm.failed) / static_cast<double>(all);
}

/// How many more runs would decide, from the spread so far and the distance to the bound.
std::string more_runs(const Comparison& comparison, std::size_t arm, double estimate,
                      double bound) {
  const ArmResult& base = comparison.arms[0];
  const ArmResult& other = comparison.arms[arm];
  if (!base.summary || !other.summary || estimate <= 0 || bound <= 0) return {};
  const double distance = std::abs(std::log(estimate / bound));
  const double cv = std::max(base.summary->rcv, other.summary->rcv);
  if (distance < 0.005 || !std::isfinite(cv)) return {};
  const std::size_t needed = runs_needed(cv, std::expm1(distance));
  const std::size_t have = std::min(base.summary->n, other.summary->n);
  return needed <= have ? ""
                        : fmt::format("; about {} more per arm", counted(needed - have, "run"));
}

Judgement judge(const Comparison& comparison, const Assert& demand) {
  const Experiment& experiment = comparison.experiment;
  const std::size_t arm = arm_index(experiment, demand.arms[0]);
  switch (demand.measure) {
    case Assert::Measure::FailureRate:
      return judge_value(demand, failure_rate(comparison.arms[arm]));
    case Assert::Measure::Efficiency: {
      const auto versus = std::ranges::find(comparison.versus, arm, &Versus::arm);
      const bool known = versus != comparison.versus.end() && versus->bound;
      return judge_value(demand, known ? std::optional(versus->bound->efficiency) : std::nullopt);
    }
    case Assert::Measure::Speedup:
    case Assert::Measure::Ratio:
      break;
  }
  // speedup(x) is time(baseline) / time(x); ratio(x, y) is time(x) / time(y).
  const bool speedup = demand.measure == Assert::Measure::Speedup;
  const std::vector<double> over = measured(comparison, speedup ? 0 : arm);
  const std::size_t under_arm = speedup ? arm : arm_index(experiment, demand.arms[1]);
  const std::vector<double> under = measured(comparison, under_arm);
  if (over.empty() || under.empty()) return {Verdict::Error, "no valid run to judge"};
  Judgement judgement = judge_interval(demand, ratio_interval(over, under, experiment.confidence));
  if (judgement.verdict == Verdict::Inconclusive)
    judgement.detail +=
        more_runs(comparison, speedup ? arm : under_arm, ratio_estimate(over, under), demand.bound);
  return judgement;
}

/// Compares the exit values of all runs, warm-ups too, with those of the first.
void compare_results(Comparison& comparison) {
  comparison.results_equal = true;
  const Sample* first = nullptr;
  for (const Sample& sample : comparison.samples) {
    if (sample.outcome != Outcome::Valid || !sample.equivalence.is_object()) continue;
    if (first == nullptr) {
      first = &sample;
      continue;
    }
    for (const auto& [path, value] : sample.equivalence.items()) {
      if (value == at_or_null(first->equivalence, path)) continue;
      comparison.results_equal = false;
      comparison.results_differ =
          fmt::format("{} of run {} ({}) differs from that of run {} ({})", path, sample.run_id,
                      comparison.experiment.arms[sample.slot.arm].name, first->run_id,
                      comparison.experiment.arms[first->slot.arm].name);
      return;
    }
  }
}

void warn_of_design(Comparison& comparison) {
  const Experiment& experiment = comparison.experiment;
  if (experiment.clusters == Experiment::Clusters::Own)
    comparison.warnings.push_back(
        {"W-CONFOUNDED",
         "each arm has a cluster of its own: if one of the two machines is slower than the other, "
         "that shows as a difference between the arms, and repeating does not reveal it"});
  std::size_t blocks = 0;
  for (const Sample& sample : comparison.samples)
    if (!sample.slot.warmup) blocks = std::max(blocks, sample.slot.block);
  if (blocks % 2 == 1)
    comparison.warnings.push_back(
        {"W-BALANCE", "an odd number of blocks: a steady drift of the machine does not cancel"});
}

void bound_by_processors(Comparison& comparison) {
  const std::optional<double> base = comparison.arms[0].cores;
  if (!base || *base < 0.1 || comparison.cores == 0) return;
  const double left = comparison.cores - comparison.others.value_or(0);
  for (Versus& versus : comparison.versus)
    if (left > 0) versus.processor_bound = left / *base;
}

void warn_of_machine(Comparison& comparison) {
  std::vector<double> others;
  std::int64_t queue = 0;
  std::map<std::size_t, std::string> contexts;
  bool restarted = false;
  for (const Sample& sample : comparison.samples) {
    if (!counts(sample)) continue;
    if (sample.load) others.push_back(sample.load->others);
    queue = std::max(queue, sample.timing.queue);
    std::string& context = contexts[sample.slot.arm];
    restarted |= !context.empty() && context != sample.spark_context;
    context = sample.spark_context;
  }
  comparison.others.reset();
  if (!others.empty()) comparison.others = median_of(others);
  if (comparison.others && *comparison.others > kBusyShare * comparison.cores)
    comparison.warnings.push_back(
        {"W-LOAD", fmt::format("other programs kept {:.1f} of {} busy: what would have run at the "
                               "same time had to wait, so the gain looks smaller than it is",
                               *comparison.others,
                               counted(static_cast<std::size_t>(comparison.cores), "core"))});
  if (restarted)
    comparison.warnings.push_back({"W-RESTART", "a cluster was restarted between counted runs"});
  if (queue > kNoticeableQueueMs)
    comparison.warnings.push_back(
        {"W-QUEUE", fmt::format("a run was queued for {} s", queue / 1000)});
}

void decide(Comparison& comparison) {
  const auto any = [&](Verdict verdict) {
    return std::ranges::any_of(comparison.asserts, [verdict](const JudgedAssert& judged) {
      return judged.judgement.verdict == verdict;
    });
  };
  const auto set = [&](std::string_view verdict, int exit_code) {
    comparison.verdict = verdict;
    comparison.exit_code = exit_code;
  };
  using Status = Comparison::Status;
  if (comparison.status == Status::Unfair || !comparison.results_equal) return set("unfair", 4);
  if (comparison.status != Status::Complete || any(Verdict::Error)) return set("error", 1);
  if (any(Verdict::Fail)) return set("fail", 2);
  const bool undecided =
      std::ranges::any_of(comparison.versus, [](const Versus& versus) { return !versus.speedup; });
  if (any(Verdict::Inconclusive) || undecided) return set("inconclusive", 3);
  set("pass", 0);
}

}  // namespace

std::vector<double> measured(const Comparison& comparison, std::size_t arm) {
  std::vector<double> values;
  for (const Sample& sample : comparison.samples)
    if (sample.slot.arm == arm && counts(sample)) values.push_back(sample.value);
  return values;
}

bool narrow_enough(const Comparison& comparison) {
  const Experiment& experiment = comparison.experiment;
  const std::vector<double> base = measured(comparison, 0);
  for (std::size_t arm = 1; arm < experiment.arms.size(); ++arm) {
    const auto interval = ratio_interval(base, measured(comparison, arm), experiment.confidence);
    if (!interval || interval->low <= 0) return false;
    const double halfwidth = std::log(interval->high / interval->low) / 2;
    if (!(halfwidth <= std::log1p(experiment.stop_halfwidth))) return false;
  }
  return true;
}

void analyze(Comparison& comparison) {
  comparison.versus.clear();
  comparison.asserts.clear();
  comparison.warnings.clear();
  summarize_arms(comparison);
  for (std::size_t arm = 1; arm < comparison.arms.size(); ++arm)
    comparison.versus.push_back(compare(comparison, arm));
  for (const Assert& demand : comparison.experiment.asserts)
    comparison.asserts.push_back({demand, judge(comparison, demand)});
  compare_results(comparison);
  warn_of_design(comparison);
  warn_of_machine(comparison);
  bound_by_processors(comparison);
  decide(comparison);
}

}  // namespace dbplan::bench
