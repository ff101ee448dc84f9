#include "engine/bench/asserts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace dbplan::bench {
namespace {

struct MeasureName {
  std::string_view name;
  Assert::Measure measure;
  std::size_t arms;
};
constexpr MeasureName kMeasures[] = {
    {"speedup", Assert::Measure::Speedup, 1},
    {"ratio", Assert::Measure::Ratio, 2},
    {"failure_rate", Assert::Measure::FailureRate, 1},
    {"efficiency", Assert::Measure::Efficiency, 1},
};

struct RelationName {
  std::string_view text;
  Assert::Relation relation;
};
// Longest first: "<" is the beginning of "<=".
constexpr RelationName kRelations[] = {
    {">=", Assert::Relation::AtLeast}, {"<=", Assert::Relation::AtMost},
    {"==", Assert::Relation::Equal},   {">", Assert::Relation::Above},
    {"<", Assert::Relation::Below},
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool holds(Assert::Relation relation, double value, double bound) {
  switch (relation) {
    case Assert::Relation::AtLeast:
      return value >= bound;
    case Assert::Relation::Above:
      return value > bound;
    case Assert::Relation::AtMost:
      return value <= bound;
    case Assert::Relation::Below:
      return value < bound;
    case Assert::Relation::Equal:
      return value == bound;
  }
  return false;
}

}  // namespace

Result<Assert> parse_assert(std::string_view text, const std::vector<std::string>& arms) {
  const auto refuse = [text](std::string_view why) {
    return fail(Error::Code::Invalid, fmt::format("assert \"{}\": {}", text, why));
  };
  const std::size_t open = text.find('('), close = text.find(')');
  const MeasureName* measure = std::ranges::find(
      kMeasures, trimmed(text.substr(0, std::min(open, text.size()))), &MeasureName::name);
  if (open == std::string_view::npos || close == std::string_view::npos || close < open ||
      measure == std::end(kMeasures))
    return refuse("expected speedup(arm), ratio(arm, arm), failure_rate(arm) or efficiency(arm)");

  Assert result;
  result.text = std::string(text);
  result.measure = measure->measure;
  std::string_view inside = text.substr(open + 1, close - open - 1);
  while (!inside.empty()) {
    const std::size_t comma = std::min(inside.find(','), inside.size());
    result.arms.emplace_back(trimmed(inside.substr(0, comma)));
    inside.remove_prefix(std::min(comma + 1, inside.size()));
  }
  if (result.arms.size() != measure->arms)
    return refuse(fmt::format("{} takes {} arm{}", measure->name, measure->arms,
                              measure->arms == 1 ? "" : "s"));
  for (const std::string& arm : result.arms)
    if (std::ranges::find(arms, arm) == arms.end())
      return refuse(fmt::format("there is no arm \"{}\"", arm));

  std::string_view rest = trimmed(text.substr(close + 1));
  const auto relation = std::ranges::find_if(
      kRelations, [rest](const RelationName& name) { return rest.starts_with(name.text); });
  if (relation == std::end(kRelations)) return refuse("expected >=, >, <=, < or == and a number");
  result.relation = relation->relation;
  rest = trimmed(rest.substr(relation->text.size()));
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), result.bound);
  if (error != std::errc() || end != rest.data() + rest.size() || !std::isfinite(result.bound))
    return refuse(fmt::format("\"{}\" is no number", rest));
  return result;
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::Pass:
      return "pass";
    case Verdict::Fail:
      return "fail";
    case Verdict::Inconclusive:
      return "inconclusive";
    case Verdict::Error:
      break;
  }
  return "error";
}

Judgement judge_interval(const Assert& demand, const std::optional<Interval>& interval) {
  if (!interval)
    return {Verdict::Inconclusive, "no interval: at least 4 valid runs per arm are needed"};
  const bool low = holds(demand.relation, interval->low, demand.bound);
  const bool high = holds(demand.relation, interval->high, demand.bound);
  const bool upwards =
      demand.relation == Assert::Relation::AtLeast || demand.relation == Assert::Relation::Above;
  // "==" holds for a whole interval only if that is one point, and fails only if it lies outside.
  const bool inside = demand.relation == Assert::Relation::Equal && interval->low <= demand.bound &&
                      demand.bound <= interval->high;
  if (low && high)
    return {Verdict::Pass, fmt::format("{} bound {:.2f}", upwards ? "lower" : "upper",
                                       upwards ? interval->low : interval->high)};
  if (!low && !high && !inside)
    return {Verdict::Fail, fmt::format("{} bound {:.2f}", upwards ? "upper" : "lower",
                                       upwards ? interval->high : interval->low)};
  return {Verdict::Inconclusive,
          fmt::format("needs a {} bound of {:.2f}, has {:.2f}", upwards ? "lower" : "upper",
                      demand.bound, upwards ? interval->low : interval->high)};
}

Judgement judge_value(const Assert& demand, std::optional<double> value) {
  if (!value) return {Verdict::Error, "could not be measured"};
  return {holds(demand.relation, *value, demand.bound) ? Verdict::Pass : Verdict::Fail,
          fmt::format("{:.2f}", *value)};
}

}  // namespace dbplan::bench
