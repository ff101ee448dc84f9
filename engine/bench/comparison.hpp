#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/bench/bound.hpp"
#include "engine/bench/experiment.hpp"
#include "engine/bench/fairness.hpp"
#include "engine/bench/sample.hpp"
#include "engine/bench/statistics.hpp"

namespace dbplan::bench {

/// What is said of one arm.
struct ArmResult {
  std::string job_id;
  std::size_t valid = 0, censored = 0, failed = 0, invalid = 0;  // counted runs
  std::optional<Summary> summary;                                // of valid and censored ones
  std::optional<double> cores;  // that its runs kept busy: median over the counted runs
};

/// One arm against the baseline.
struct Versus {
  std::size_t arm = 0;
  double estimate = 0;               // of the speed-up; 0 when there is nothing to compare
  std::optional<Interval> speedup;   // baseline time / arm time
  std::optional<Interval> saved_ms;  // baseline time - arm time
  double p = 1;
  double wall_ratio = 0;  // of the medians, cluster start included
  /// What the machine's processors allow: the cores that are left, over those that the baseline
  /// keeps busy. Both arms do the same work, so no order of it can be faster than that.
  std::optional<double> processor_bound;
  std::optional<Bound> bound;
};

struct JudgedAssert {
  Assert demand;
  Judgement judgement;
};

/// A remark that has to stand beside the numbers: a constant code and a sentence.
struct Warning {
  std::string code;
  std::string message;
};

/// A finished (or broken off) experiment: what happened, and what follows from it.
struct Comparison {
  enum class Status {
    Complete,
    Partial,  // could not go on: `problem` says why; what was measured is analysed
    Aborted,  // by the user
    Unfair    // the arms are not comparable: `problem` says why
  };

  Experiment experiment;
  // What happened; filled by the runner.
  std::string session;
  std::string workspace;
  std::string started, ended;  // RFC 3339
  Status status = Status::Complete;
  std::string problem;
  std::string stop_reason;           // why there were no more blocks
  std::vector<std::string> job_ids;  // by arm
  std::vector<Sample> samples;       // in the order in which they ran, warm-ups too
  std::optional<ClusterComparison> clusters;
  std::vector<std::string> cluster_ids;  // by arm
  int cores = 0;                         // of the machine that the runs shared; 0: unknown
  // What follows; filled by analyze().
  std::vector<ArmResult> arms;
  std::vector<Versus> versus;
  std::vector<JudgedAssert> asserts;
  bool results_equal = true;  // the compared exit values of all runs
  std::string results_differ;
  std::optional<double> others;  // cores that others kept busy: median over the counted runs
  std::vector<Warning> warnings;
  std::string verdict;  // pass, fail, inconclusive, error, unfair
  int exit_code = 0;    // 0 pass, 1 could not measure, 2 assert failed, 3 inconclusive, 4 unfair
};

/// Fills in what follows from what happened. Pure.
void analyze(Comparison& comparison);

/// The samples of one arm that enter the statistics, as values of the metric.
std::vector<double> measured(const Comparison& comparison, std::size_t arm);

/// Whether every interval is narrow enough to stop before the last block.
bool narrow_enough(const Comparison& comparison);

/// The result file, format "dbplan.bench/1". Ids are strings, durations whole milliseconds.
Json to_json(const Comparison& comparison);

std::string_view status_name(Comparison::Status status);
std::string_view outcome_name(Outcome outcome);

}  // namespace dbplan::bench
