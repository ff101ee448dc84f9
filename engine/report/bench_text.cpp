#include "engine/report/bench_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/base/text.hpp"

namespace dbplan {
namespace {

using bench::Arm;
using bench::ArmResult;
using bench::Bound;
using bench::ClusterComparison;
using bench::ClusterDifference;
using bench::Comparison;
using bench::Experiment;
using bench::Interval;
using bench::JudgedAssert;
using bench::Outcome;
using bench::Progress;
using bench::Sample;
using bench::Summary;
using bench::Versus;
using bench::Warning;

/// "21.4 s", "3 m 05.2 s", "1 h 02 m".
std::string duration(double milliseconds) {
  if (!std::isfinite(milliseconds)) return "over the limit";
  const double seconds = std::abs(milliseconds) / 1000;
  const std::string sign = milliseconds < 0 ? "-" : "";
  if (seconds < 1) return fmt::format("{}{:.0f} ms", sign, 1000 * seconds);
  if (seconds < 60) return fmt::format("{}{:.1f} s", sign, seconds);
  const int minutes = static_cast<int>(seconds / 60);
  if (minutes < 60) return fmt::format("{}{} m {:04.1f} s", sign, minutes, seconds - 60 * minutes);
  return fmt::format("{}{} h {:02} m", sign, minutes / 60, minutes % 60);
}

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

std::string parameters_text(const Arm& arm) {
  std::string text;
  for (const auto& [name, value] : arm.parameters)
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", visible(name), visible(value));
  return text.empty() ? text : " (" + text + ")";
}

std::size_t arm_width(const Experiment& experiment) {
  std::size_t width = 0;
  for (const Arm& arm : experiment.arms) width = std::max(width, display_width(arm.name));
  return width;
}

std::string shape_text(const Json& shape) {
  std::string text;
  for (const auto& [field, value] : shape.items())
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", field,
                        visible(value.is_string() ? value.get<std::string>() : value.dump()));
  return text;
}

std::string design_text(const Comparison& comparison) {
  const Experiment& experiment = comparison.experiment;
  const bool span = experiment.metric == Experiment::Metric::ExecSpan;
  const std::string runs =
      experiment.least == experiment.most
          ? counted(experiment.least, "counted run")
          : fmt::format("{} to {} counted runs", experiment.least, experiment.most);
  return fmt::format(
      "{} and {} an arm, in ABBA order; metric {}", counted(experiment.warmups, "warm-up"), runs,
      span ? "exec_span (first command to last, cluster start excluded)" : "run_duration");
}

std::string fairness_text(const Comparison& comparison) {
  if (!comparison.clusters) return {};
  const ClusterComparison& clusters = *comparison.clusters;
  std::string text;
  if (clusters.differences.empty()) {
    text =
        fmt::format("  clusters   equal in all {} ({})\n",
                    counted(clusters.equal.size(), "compared field"), shape_text(clusters.shape));
  } else {
    text = "  clusters   THEY DIFFER: the numbers do not compare the arms alone\n";
    for (const ClusterDifference& difference : clusters.differences) {
      text += fmt::format("             {}:", visible(difference.field));
      for (std::size_t arm = 0; arm < difference.values.size(); ++arm)
        text += fmt::format(" {} {}", visible(comparison.experiment.arms[arm].name),
                            visible(difference.values[arm].dump()));
      text += "\n";
    }
  }
  return text;
}

std::string head(const Comparison& comparison) {
  const Experiment& experiment = comparison.experiment;
  std::string text = fmt::format("benchmark {}\n", visible(experiment.name));
  if (!experiment.description.empty())
    text += fmt::format("  {}\n", visible(experiment.description));
  const std::size_t width = arm_width(experiment);
  for (std::size_t arm = 0; arm < experiment.arms.size(); ++arm) {
    const Arm& described = experiment.arms[arm];
    text += fmt::format(
        "  {}   {}  job {}{}{}{}\n", padded(arm == 0 ? "baseline" : "arm", 8),
        padded(visible(described.name), width), visible(described.job),
        arm < comparison.job_ids.size() ? " " + comparison.job_ids[arm] : "",
        parameters_text(described),
        arm < comparison.cluster_ids.size() ? ", cluster " + comparison.cluster_ids[arm] : "");
  }
  if (experiment.reset)
    text += fmt::format("  reset      job {}, untimed, before every run\n",
                        visible(experiment.reset->job));
  text += fmt::format("  design     {}\n", design_text(comparison));
  return text + fairness_text(comparison);
}

std::string run_line(const Sample& sample, const Experiment& experiment) {
  std::string state = sample.slot.warmup ? "warm-up" : "ok";
  if (sample.outcome != Outcome::Valid)
    state = fmt::format("{}: {}", outcome_name(sample.outcome), visible(sample.reason));
  else if (std::abs(sample.z) > 3.5)
    state +=
        fmt::format(", {} (z {:.1f})", std::abs(sample.z) > 10 ? "far off" : "unusual", sample.z);
  const std::string others =
      sample.load ? fmt::format("{:>6.2f}", sample.load->others) : fmt::format("{:>6}", "-");
  const bool has_value = sample.outcome == Outcome::Valid || sample.outcome == Outcome::Censored;
  return fmt::format("  {:>4}  {}  {:>12}  {}  {}  {}\n",
                     (sample.slot.warmup ? "w" : "") + std::to_string(sample.slot.number),
                     padded(visible(experiment.arms[sample.slot.arm].name), arm_width(experiment)),
                     has_value ? duration(sample.value) : "-", others, padded(sample.run_id, 16),
                     state);
}

std::string runs_table(const Comparison& comparison) {
  if (comparison.samples.empty()) return {};
  std::string text =
      fmt::format("\n  slot  {}  {:>12}  others  {}  state\n",
                  padded("arm", arm_width(comparison.experiment)), "time", padded("run", 16));
  for (const Sample& sample : comparison.samples) text += run_line(sample, comparison.experiment);
  return text;
}

std::string arms_table(const Comparison& comparison) {
  const std::size_t width = arm_width(comparison.experiment);
  std::string text =
      fmt::format("\nRESULT  {}  {:>12} {:>9} {:>7} {:>12} {:>12} {:>3} {:>6}\n", padded("", width),
                  "median", "MAD", "rCV", "min", "max", "n", "failed");
  for (std::size_t arm = 0; arm < comparison.arms.size(); ++arm) {
    const ArmResult& result = comparison.arms[arm];
    const std::string name = padded(visible(comparison.experiment.arms[arm].name), width);
    if (!result.summary) {
      text += fmt::format("        {}  no valid run\n", name);
      continue;
    }
    const Summary& summary = *result.summary;
    text += fmt::format("        {}  {:>12} {:>9} {:>5.1f} % {:>12} {:>12} {:>3} {:>6}\n", name,
                        duration(summary.median), duration(summary.mad), 100 * summary.rcv,
                        duration(summary.min), duration(summary.max), summary.n, result.failed);
  }
  return text;
}

std::string versus_text(const Comparison& comparison, const Versus& versus) {
  if (versus.estimate == 0) return {};
  const std::string arm = visible(comparison.experiment.arms[versus.arm].name),
                    base = visible(comparison.experiment.arms[0].name);
  if (!versus.speedup)
    return fmt::format(
        "\n  {} is {:.2f} times as fast as {}, but no interval can be given: that needs at least 4 "
        "valid runs of each\n",
        arm, versus.estimate, base);
  const Interval& speedup = *versus.speedup;
  const std::string_view reading =
      speedup.low > 1 ? "faster"
                      : (speedup.high < 1 ? "slower" : "no difference can be told from noise");
  std::string text = fmt::format(
      "\n  {} is {:.2f} times as fast as {}  [{:.2f} to {:.2f}, {:.1f} % confidence]: {}\n", arm,
      speedup.estimate, base, speedup.low, speedup.high, 100 * speedup.confidence, reading);
  if (versus.saved_ms)
    text += fmt::format("  saved per run: {}  [{} to {}]\n", duration(versus.saved_ms->estimate),
                        duration(versus.saved_ms->low), duration(versus.saved_ms->high));
  return text;
}

/// The processors' share: for notebooks that compute rather than wait it decides.
std::string processor_text(const Comparison& comparison, const Versus& versus) {
  const std::optional<double> alone = comparison.arms[0].cores,
                              together = comparison.arms[versus.arm].cores;
  if (!versus.processor_bound || !alone || !together) return {};
  return fmt::format(
      "  processors: {} keeps {:.1f} of {} busy, {} {:.1f}; with the same work on the same cores "
      "{:.2f} times as fast is the most that can be had\n",
      visible(comparison.experiment.arms[0].name), *alone,
      counted(static_cast<std::size_t>(comparison.cores), "core"),
      visible(comparison.experiment.arms[versus.arm].name), *together, *versus.processor_bound);
}

/// What keeps the arm from being faster.
std::string advice(const Bound& bound, double arm_time) {
  std::string text;
  if (bound.peak <= 1)
    text += "  no two notebooks ran at the same time: this arm is not parallel at all\n";
  if (bound.stretch > 1.3)
    text += fmt::format(
        "  the notebooks disturb each other: each takes {:.1f} times as long as when it runs "
        "alone\n",
        bound.stretch);
  if (bound.critical_path >= bound.work / static_cast<double>(bound.workers))
    text += fmt::format("  more workers cannot help: {} alone takes {}; splitting it would\n",
                        visible(bound.longest), duration(bound.critical_path));
  if (bound.orchestration > 0.1 * arm_time)
    text +=
        fmt::format("  {} are spent outside the notebooks: starting them, checking, reporting\n",
                    duration(bound.orchestration));
  if (bound.scheduling > 0.05 * arm_time)
    text += fmt::format("  starting the longest notebook first would save up to {}\n",
                        duration(bound.scheduling));
  return text;
}

std::string notebooks_text(const Bound& bound) {
  std::string text;
  std::size_t width = 0;
  for (const Bound::Notebook& notebook : bound.notebooks)
    width = std::max(width, display_width(notebook.name));
  for (const Bound::Notebook& notebook : bound.notebooks)
    text +=
        fmt::format("    {}  {:>10} -> {:>10}  x{:.2f}{}\n", padded(visible(notebook.name), width),
                    duration(notebook.base), duration(notebook.arm), notebook.arm / notebook.base,
                    notebook.name == bound.longest ? "  the longest when alone" : "");
  return text;
}

std::string bound_text(const Comparison& comparison, const Versus& versus) {
  std::string text;
  if (versus.bound) {
    const Bound& bound = *versus.bound;
    const double arm_time = comparison.arms[versus.arm].summary->median;
    text += fmt::format(
        "  notebooks: with {} and no disturbance {:.2f} times as fast would be possible; "
        "{} of that was reached\n",
        counted(bound.workers, "worker"), bound.speedup_max, percent(bound.efficiency));
    text += fmt::format("  {} = ideal {} + contention {} + imbalance {} + orchestration {}\n",
                        duration(arm_time), duration(bound.ideal), duration(bound.contention),
                        duration(bound.scheduling), duration(bound.orchestration));
    text += notebooks_text(bound);
    text += fmt::format("  at most {} at once, {:.1f} on average\n",
                        counted(bound.peak, "notebook"), bound.average_parallelism);
    text += advice(bound, arm_time);
  }
  text += processor_text(comparison, versus);
  if (text.empty()) return {};
  return fmt::format("\nWHAT BOUNDS IT  {}\n",
                     visible(comparison.experiment.arms[versus.arm].name)) +
         text;
}

std::string machine_text(const Comparison& comparison) {
  if (!comparison.others)
    return "  foreign load: not known, the runs' machine cannot be looked at from here\n";
  return fmt::format(
      "  foreign load: others kept {:.2f} of {} busy (median over the counted runs)\n",
      *comparison.others, counted(static_cast<std::size_t>(comparison.cores), "core"));
}

std::string results_text(const Comparison& comparison) {
  if (comparison.experiment.equivalence.empty())
    return "  results: not compared (the spec names nothing under equivalence)\n";
  if (!comparison.results_equal)
    return fmt::format("  results: NOT EQUAL: {}\n", visible(comparison.results_differ));
  std::string paths;
  for (const auto& [path, compiled] : comparison.experiment.equivalence)
    paths += (paths.empty() ? "" : ", ") + visible(path);
  const auto runs = static_cast<std::size_t>(std::ranges::count_if(
      comparison.samples, [](const Sample& sample) { return sample.outcome == Outcome::Valid; }));
  return fmt::format("  results: equal in all {} of all arms ({})\n", counted(runs, "run"), paths);
}

std::string asserts_text(const Comparison& comparison) {
  if (comparison.asserts.empty()) return {};
  std::size_t width = 0;
  for (const JudgedAssert& judged : comparison.asserts)
    width = std::max(width, display_width(judged.demand.text));
  std::string text = "\nASSERTS\n";
  for (const JudgedAssert& judged : comparison.asserts)
    text += fmt::format("  {}  {}  {}\n", padded(verdict_name(judged.judgement.verdict), 12),
                        padded(visible(judged.demand.text), width), judged.judgement.detail);
  return text;
}

}  // namespace

std::string bench_text(const Comparison& comparison) {
  std::string text = head(comparison) + runs_table(comparison);
  if (!comparison.samples.empty()) {
    text += arms_table(comparison);
    for (const Versus& versus : comparison.versus) text += versus_text(comparison, versus);
    for (const Versus& versus : comparison.versus) text += bound_text(comparison, versus);
    text += "\nCAN IT BE TRUSTED\n" + results_text(comparison) + machine_text(comparison);
  }
  for (const Warning& warning : comparison.warnings)
    text += fmt::format("  {}: {}\n", warning.code, warning.message);
  text += asserts_text(comparison);
  if (!comparison.problem.empty())
    text += fmt::format("\n{}: {}\n", status_name(comparison.status), visible(comparison.problem));
  return text + fmt::format("\nverdict {} (exit {})\n", comparison.verdict, comparison.exit_code);
}

std::string bench_progress_text(const Progress& progress) {
  const Experiment& experiment = *progress.experiment;
  const auto who = [&] {
    return fmt::format("{}{} {}", progress.slot.warmup ? "warm-up " : "run ", progress.slot.number,
                       visible(experiment.arms[progress.slot.arm].name));
  };
  switch (progress.stage) {
    case Progress::Stage::Ready:
      return head(*progress.comparison) +
             fmt::format("  {} to come\n", counted(progress.runs, "run"));
    case Progress::Stage::Reset:
      return fmt::format("[{}/{}] {}: reset\n", progress.place, progress.runs, who());
    case Progress::Stage::Running:
      return fmt::format("[{}/{}] {}: running\n", progress.place, progress.runs, who());
    case Progress::Stage::Ended: {
      const Sample& sample = *progress.sample;
      const bool valid = sample.outcome == Outcome::Valid;
      return fmt::format(
          "[{}/{}] {}: {}\n", progress.place, progress.runs, who(),
          valid ? duration(sample.value)
                : fmt::format("{}: {}", outcome_name(sample.outcome), visible(sample.reason)));
    }
    case Progress::Stage::Done:
      break;
  }
  return {};
}

}  // namespace dbplan
