#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/bench/statistics.hpp"

namespace dbplan::bench {

/// A demand on the result: "speedup(parallel) >= 1.2", "ratio(a, b) <= 1.0",
/// "failure_rate(a) == 0", "efficiency(a) >= 0.5".
struct Assert {
  enum class Measure { Speedup, Ratio, FailureRate, Efficiency };
  enum class Relation { AtLeast, Above, AtMost, Below, Equal };
  std::string text;
  Measure measure = Measure::Speedup;
  std::vector<std::string> arms;  // two for ratio, else one
  Relation relation = Relation::AtLeast;
  double bound = 0;
};

/// An error says what is not understood and what could stand there.
Result<Assert> parse_assert(std::string_view text, const std::vector<std::string>& arms);

enum class Verdict { Pass, Fail, Inconclusive, Error };
std::string_view verdict_name(Verdict verdict);

struct Judgement {
  Verdict verdict = Verdict::Error;
  std::string detail;  // "lower bound 1.31", "need a lower bound of 1.20, have 1.14"
};

/// Judged on the interval, never on the estimate: pass if all of it satisfies the demand, fail
/// if none does, else inconclusive. An absent interval is inconclusive when some samples are
/// there.
Judgement judge_interval(const Assert& demand, const std::optional<Interval>& interval);
/// For what is counted or computed exactly; nothing means that it could not be measured.
Judgement judge_value(const Assert& demand, std::optional<double> value);

}  // namespace dbplan::bench
