#include <doctest/doctest.h>

#include "engine/bench/experiment.hpp"

namespace dbplan::bench {
namespace {

Json body() {
  return Json::parse(R"({
    "baseline": "slow",
    "arms": {"fast": {"job": "b", "parameters": {"k": "4"}}, "slow": {"job": "a"}},
    "reset": {"job": "r"},
    "design": {"repetitions": {"min": 4, "max": 6}, "warmups": 1, "timeout": "1h30m",
               "clusters": "own", "max_invalid": 2},
    "notebooks": {"source": "exit_json", "path": "$.notebooks[*]", "workers": 4},
    "equivalence": [{"path": "$.tables", "compare": "equal"}],
    "asserts": ["speedup(fast) >= 1.2"]
  })");
}

std::string refusal(const Json& changed) {
  const auto result = parse_experiment("x", changed);
  return result ? "" : result.error().message;
}

const std::vector<std::string> kArms = {"slow", "fast"};

}  // namespace

TEST_CASE("bench experiment: a benchmark of the spec is read, the baseline first") {
  const auto experiment = parse_experiment("x", body());
  REQUIRE(experiment);
  REQUIRE(experiment->arms.size() == 2);
  CHECK(experiment->arms[0].name == "slow");
  CHECK(experiment->arms[1].job == "b");
  CHECK(experiment->arms[1].parameters.at("k") == "4");
  CHECK(experiment->reset->job == "r");
  CHECK(experiment->least == 4);
  CHECK(experiment->most == 6);
  CHECK(experiment->warmups == 1);
  CHECK(experiment->timeout_ms == 5'400'000);
  CHECK(experiment->workers == 4);
  CHECK(experiment->timeline);
  CHECK(experiment->equivalence.front().first == "$.tables");
  CHECK(experiment->asserts.size() == 1);
}

TEST_CASE("bench experiment: what a table cannot check is refused with the reason") {
  Json changed = body();
  changed["baseline"] = "other";
  CHECK(refusal(changed) == "the baseline \"other\" is no arm");
  changed = body();
  changed["design"]["repetitions"]["min"] = 3;
  CHECK(refusal(changed).starts_with("repetitions.min is below 4"));
  changed = body();
  changed["arms"].erase("fast");
  CHECK(refusal(changed) == "a benchmark compares 2 to 8 arms");
  changed = body();
  changed["design"]["timeout"] = "soon";
  CHECK(refusal(changed) == "\"soon\" is no duration; write 90s, 45m, 2h or 1h30m");
  changed = body();
  changed["equivalence"][0]["path"] = "tables";
  CHECK(refusal(changed) == "\"tables\" is no path: it has to begin with $");
  changed = body();
  changed["asserts"][0] = "speedup(quick) >= 1.2";
  CHECK(refusal(changed) == "assert \"speedup(quick) >= 1.2\": there is no arm \"quick\"");
}

TEST_CASE("bench experiment: durations") {
  CHECK(*parse_duration("90s") == 90'000);
  CHECK(*parse_duration("45m") == 2'700'000);
  CHECK(*parse_duration("2h") == 7'200'000);
  CHECK_FALSE(parse_duration(""));
  CHECK_FALSE(parse_duration("0s"));
  CHECK_FALSE(parse_duration("5"));
  CHECK_FALSE(parse_duration("m"));
  CHECK_FALSE(parse_duration("-5m"));
}

TEST_CASE("bench paths: members, indices and all of them") {
  const Json document = Json::parse(R"({"a": {"b": [1, {"c": 2}], "d e": 3}})");
  const auto values = [&](std::string_view text) {
    Json found = Json::array();
    for (const auto& match : JsonPath::parse(text)->select(document)) found.push_back(*match.value);
    return found.dump();
  };
  CHECK(values("$.a.b[0]") == "[1]");
  CHECK(values("$.a['d e']") == "[3]");
  CHECK(values("$.a.b[*]") == R"([1,{"c":2}])");
  CHECK(values("$.a.*") == R"([[1,{"c":2}],3])");
  CHECK(values("$.a.b[*].c") == "[2]");
  CHECK(values("$.missing.b") == "[]");
  CHECK(values("$.a.b[7]") == "[]");
  for (const std::string_view wrong : {"", "a", "$.", "$[", "$[x]", "$a", "$['']"})
    CHECK_FALSE(JsonPath::parse(wrong));
}

TEST_CASE("bench asserts: every measure and relation is understood") {
  const auto ratio = parse_assert("ratio( fast , slow ) < 1.05", kArms);
  REQUIRE(ratio);
  CHECK(ratio->measure == Assert::Measure::Ratio);
  CHECK(ratio->arms == std::vector<std::string>{"fast", "slow"});
  CHECK(ratio->relation == Assert::Relation::Below);
  CHECK(ratio->bound == 1.05);
  CHECK(parse_assert("failure_rate(fast) == 0", kArms)->relation == Assert::Relation::Equal);
  CHECK(parse_assert("efficiency(fast) > 0.5", kArms)->relation == Assert::Relation::Above);
  for (const std::string_view wrong : {"", "speedup", "speedup(fast)", "speedup(fast) >= ",
                                       "speedup(fast) >= x", "ratio(fast) < 1", "speed(fast) > 1",
                                       "speedup(fast) ~ 1", "speedup(fast) >= 1.2 and more", ")("})
    CHECK_FALSE(parse_assert(wrong, kArms));
}

TEST_CASE("bench asserts: the whole interval decides, not the estimate") {
  const Assert demand = *parse_assert("speedup(fast) >= 1.2", kArms);
  const auto verdict = [&](double low, double high) {
    return judge_interval(demand, Interval{(low + high) / 2, low, high, 0.95}).verdict;
  };
  CHECK(verdict(1.2, 1.5) == Verdict::Pass);
  CHECK(verdict(1.1, 1.5) == Verdict::Inconclusive);
  CHECK(verdict(1.0, 1.19) == Verdict::Fail);
  CHECK(judge_interval(demand, std::nullopt).verdict == Verdict::Inconclusive);
  CHECK(judge_interval(demand, Interval{1.3, 1.1, 1.5, 0.95}).detail ==
        "needs a lower bound of 1.20, has 1.10");

  const Assert not_slower = *parse_assert("ratio(fast, slow) <= 1.0", kArms);
  CHECK(judge_interval(not_slower, Interval{0.9, 0.8, 1.0, 0.95}).verdict == Verdict::Pass);
  CHECK(judge_interval(not_slower, Interval{1.2, 1.1, 1.3, 0.95}).verdict == Verdict::Fail);
  CHECK(judge_interval(not_slower, Interval{1.0, 0.9, 1.1, 0.95}).verdict == Verdict::Inconclusive);
}

TEST_CASE("bench asserts: what could not be measured is an error, never a pass") {
  const Assert demand = *parse_assert("failure_rate(fast) == 0", kArms);
  CHECK(judge_value(demand, std::nullopt).verdict == Verdict::Error);
  CHECK(judge_value(demand, 0.0).verdict == Verdict::Pass);
  CHECK(judge_value(demand, 0.25).verdict == Verdict::Fail);
}

}  // namespace dbplan::bench
