#include "engine/bench/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace dbplan::bench {
namespace {

std::unexpected<Error> refuse(std::string message) {
  return fail(Error::Code::Invalid, std::move(message));
}

Arm read_arm(const std::string& name, const Json& body) {
  Arm arm{.name = name, .job = text_at(body, "job"), .parameters = {}};
  const Json& parameters = at_or_null(body, "parameters");
  for (const auto& [key, value] : parameters.items())
    arm.parameters[key] = value.is_string() ? value.get<std::string>() : value.dump();
  return arm;
}

Result<> read_arms(const Json& body, Experiment& result) {
  const std::string baseline = text_at(body, "baseline");
  for (const auto& [name, arm] : at_or_null(body, "arms").items())
    result.arms.push_back(read_arm(name, arm));
  if (result.arms.size() < 2 || result.arms.size() > 8)
    return refuse("a benchmark compares 2 to 8 arms");
  const auto place = std::ranges::find(result.arms, baseline, &Arm::name);
  if (place == result.arms.end())
    return refuse(fmt::format("the baseline \"{}\" is no arm", baseline));
  std::rotate(result.arms.begin(), place, place + 1);
  if (const Json& reset = at_or_null(body, "reset"); reset.is_object())
    result.reset = read_arm("reset", reset);
  return {};
}

Result<> read_design(const Json& design, Experiment& result) {
  const auto count = [](const Json& at, std::string_view key, std::size_t fallback) {
    const std::int64_t value = int_at(at, key, static_cast<std::int64_t>(fallback));
    return static_cast<std::size_t>(std::max<std::int64_t>(value, 0));
  };
  result.warmups = count(design, "warmups", result.warmups);
  result.max_invalid = count(design, "max_invalid", result.max_invalid);
  const Json& repetitions = at_or_null(design, "repetitions");
  result.least = count(repetitions, "min", result.least);
  result.most = count(repetitions, "max", std::max(result.least, result.most));
  if (result.least < 4)
    return refuse(
        "repetitions.min is below 4: from fewer runs per arm no interval of 95 % can be had");
  if (result.most < result.least) return refuse("repetitions.max is below repetitions.min");
  if (result.most > 100) return refuse("repetitions.max is above 100");
  if (text_at(design, "clusters") == "shared") result.clusters = Experiment::Clusters::Shared;
  if (const std::string timeout = text_at(design, "timeout"); !timeout.empty())
    result.timeout_ms = TRY(parse_duration(timeout));
  return {};
}

Result<> read_judging(const Json& body, Experiment& result) {
  const Json& fairness = at_or_null(body, "fairness");
  const std::string mode = text_at(fairness, "mode", "strict");
  if (mode == "warn") result.fairness = Experiment::Fairness::Warn;
  if (mode == "off") result.fairness = Experiment::Fairness::Off;
  for (const Json& field : at_or_null(fairness, "ignore"))
    result.fairness_ignore.push_back(field.get<std::string>());

  for (const Json& value : at_or_null(body, "equivalence")) {
    const std::string path = text_at(value, "path");
    result.equivalence.emplace_back(path, TRY(JsonPath::parse(path)));
  }
  const Json& notebooks = at_or_null(body, "notebooks");
  result.workers =
      static_cast<std::size_t>(std::max<std::int64_t>(0, int_at(notebooks, "workers")));
  if (notebooks.is_object() && text_at(notebooks, "source", "exit_json") == "exit_json")
    result.timeline = TRY(JsonPath::parse(text_at(notebooks, "path", "$.notebooks[*]")));

  std::vector<std::string> arms;
  for (const Arm& arm : result.arms) arms.push_back(arm.name);
  for (const Json& text : at_or_null(body, "asserts"))
    result.asserts.push_back(TRY(parse_assert(text.get<std::string>(), arms)));
  return {};
}

}  // namespace

Result<Experiment> parse_experiment(const std::string& name, const Json& body) {
  Experiment result;
  result.name = name;
  result.description = text_at(body, "description");
  if (text_at(body, "metric") == "run_duration") result.metric = Experiment::Metric::RunDuration;
  TRY_VOID(read_arms(body, result));
  TRY_VOID(read_design(at_or_null(body, "design"), result));
  TRY_VOID(read_judging(body, result));
  return result;
}

Result<std::int64_t> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    const auto used = static_cast<std::size_t>(end - rest.data());
    const std::size_t unit =
        used < rest.size() ? std::string_view("smh").find(rest[used]) : std::string_view::npos;
    if (error != std::errc() || number < 0 || number > 1'000'000 || unit == std::string_view::npos)
      return refuse(fmt::format("\"{}\" is no duration; write 90s, 45m, 2h or 1h30m", text));
    constexpr std::int64_t kMilliseconds[] = {1000, 60'000, 3'600'000};
    total += number * kMilliseconds[unit];
    rest.remove_prefix(used + 1);
  }
  if (total == 0) return refuse(fmt::format("\"{}\" is no duration above zero", text));
  return total;
}

}  // namespace dbplan::bench
