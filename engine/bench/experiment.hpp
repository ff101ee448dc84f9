#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"
#include "engine/bench/asserts.hpp"
#include "engine/bench/json_path.hpp"

namespace dbplan::bench {

/// One way of doing the work: a job of the spec, with parameters of its own.
struct Arm {
  std::string name;
  std::string job;
  std::map<std::string, std::string> parameters;
};

/// What `resources.benchmarks.<key>` asks for.
struct Experiment {
  enum class Clusters { Own, Shared };
  enum class Metric { ExecSpan, RunDuration };
  enum class Fairness { Strict, Warn, Off };

  std::string name;
  std::string description;
  std::vector<Arm> arms;     // the baseline first, the rest by name
  std::optional<Arm> reset;  // run, untimed, before every run
  Metric metric = Metric::ExecSpan;

  std::size_t warmups = 2;          // per arm
  std::size_t least = 4, most = 4;  // counted runs per arm
  std::size_t max_invalid = 3;      // runs that may be repeated, in all
  std::int64_t timeout_ms = 0;      // 0: none
  Clusters clusters = Clusters::Own;
  double confidence = 0.95;
  /// With least < most: no more blocks once every interval is at most this wide to each side.
  double stop_halfwidth = 0.05;

  Fairness fairness = Fairness::Strict;
  std::vector<std::string> fairness_ignore;

  /// Values in the exit JSON that have to be equal in all runs of all arms.
  std::vector<std::pair<std::string, JsonPath>> equivalence;
  /// Where the exit JSON tells when each notebook ran.
  std::optional<JsonPath> timeline;
  std::size_t workers = 0;  // how many notebooks may run at a time; 0: not said

  std::vector<Assert> asserts;
};

/// `body` has been validated against the kind's table; what a table cannot say is checked here
/// (the baseline is an arm, at least 4 repetitions, asserts that can be understood).
Result<Experiment> parse_experiment(const std::string& name, const Json& body);

/// "45m", "90s", "2h", "1h30m" in milliseconds.
Result<std::int64_t> parse_duration(std::string_view text);

}  // namespace dbplan::bench
