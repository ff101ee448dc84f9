#include <doctest/doctest.h>

#include <algorithm>

#include "engine/bench/bound.hpp"
#include "engine/bench/fairness.hpp"

namespace dbplan::bench {
namespace {

const Durations kAlone = {{"customers", 182}, {"orders", 241}, {"items", 164},
                          {"stock", 95},      {"prices", 61},  {"quality", 73}};
const Durations kTogether = {{"orders", 262}, {"customers", 221}, {"items", 203},
                             {"stock", 121},  {"prices", 80},     {"quality", 99}};

/// A run of which only the notebooks' lengths and the end of the last one matter.
Sample run_of(const Durations& durations, std::int64_t last_end) {
  Sample sample;
  for (const auto& [name, duration] : durations)
    sample.notebooks.push_back({name, 0, static_cast<std::int64_t>(duration)});
  if (last_end > 0) {
    NotebookSpan& last = sample.notebooks.back();
    last.start_ms += last_end - last.end_ms;
    last.end_ms = last_end;
  }
  return sample;
}

/// The best of all assignments of durations to workers.
double best_possible(std::vector<double> durations, std::vector<double> busy) {
  if (durations.empty()) return std::ranges::max(busy);
  const double duration = durations.back();
  durations.pop_back();
  double best = 1e18;
  for (double& until : busy) {
    until += duration;
    best = std::min(best, best_possible(durations, busy));
    until -= duration;
  }
  return best;
}

Json cluster(std::string_view text) { return Json::parse(text); }

}  // namespace

TEST_CASE("bench bound: the golden notebooks") {
  CHECK(longest_first(kAlone, 2) == 409);
  CHECK(longest_first(kAlone, 3) == 302);
  CHECK(longest_first(kAlone, 4) == 241);
  CHECK(longest_first(kTogether, 4) == 283);

  const Sample base = run_of(kAlone, 0), arm = run_of(kTogether, 309);
  const auto bound = find_bound({&base}, {&arm}, 840.3, 323.85, 4);
  REQUIRE(bound);
  CHECK(bound->work == 816);
  CHECK(bound->critical_path == 241);
  CHECK(bound->longest == "orders");
  CHECK(bound->lower == 241);
  CHECK(bound->list == 241);
  CHECK(bound->stretch == doctest::Approx(1.2083).epsilon(1e-4));
  CHECK(bound->speedup_max == doctest::Approx(3.487).epsilon(1e-3));
  CHECK(bound->efficiency == doctest::Approx(0.744).epsilon(1e-3));
  CHECK(bound->serial_fraction.value() == doctest::Approx(0.1805).epsilon(1e-3));
  CHECK(bound->average_parallelism == doctest::Approx(3.19).epsilon(1e-3));
  CHECK(bound->ideal == 241);
  CHECK(bound->contention == doctest::Approx(42));
  CHECK(bound->scheduling == doctest::Approx(26));
  CHECK(bound->orchestration == doctest::Approx(14.85));
  CHECK(bound->ideal + bound->contention + bound->scheduling + bound->orchestration ==
        doctest::Approx(323.85));
  CHECK(find_bound({&base}, {&arm}, 840.3, 323.85, 2)->lower == 408);
  CHECK(find_bound({&base}, {&arm}, 840.3, 323.85, 3)->lower == 272);
}

TEST_CASE("bench bound: longest first lies between the lower bound and its guarantee") {
  const std::vector<double> durations = {7, 5, 4, 4, 3, 3, 2, 1};
  Durations named;
  for (std::size_t i = 0; i < durations.size(); ++i) named["n" + std::to_string(i)] = durations[i];
  for (std::size_t k = 1; k <= 4; ++k) {
    CAPTURE(k);
    const double optimum = best_possible(durations, std::vector<double>(k, 0.0));
    const double work = 29, lower = std::max(7.0, work / static_cast<double>(k));
    CHECK(lower <= optimum);
    CHECK(optimum <= longest_first(named, k));
    CHECK(longest_first(named, k) <= (4.0 / 3 - 1.0 / (3 * static_cast<double>(k))) * optimum);
  }
}

TEST_CASE("bench bound: without the notebooks' times, or with others, nothing is claimed") {
  const Sample base = run_of(kAlone, 0), empty, other = run_of({{"x", 1.0}}, 0);
  CHECK_FALSE(find_bound({&base}, {&empty}, 10, 5, 4));
  CHECK_FALSE(find_bound({&empty}, {&base}, 10, 5, 4));
  CHECK_FALSE(find_bound({&base}, {&other}, 10, 5, 4));
}

TEST_CASE("bench bound: notebooks that follow each other count as one at a time") {
  Sample base, arm;
  base.notebooks = arm.notebooks = {{"a", 0, 10}, {"b", 10, 20}};
  const auto bound = find_bound({&base}, {&arm}, 20, 20, 2);
  REQUIRE(bound);
  CHECK(bound->peak == 1);
}

TEST_CASE("bench fairness: names, tags and state do not matter, size and settings do") {
  const Json a = cluster(R"({"cluster_id": "1", "cluster_name": "a", "num_workers": 2,
    "spark_version": "17", "node_type_id": "n", "custom_tags": {"x": "1"}, "state": "RUNNING",
    "cluster_cores": 8, "executors": [{}, {}], "spec": {"cluster_name": "a"}})");
  Json b = cluster(R"({"cluster_id": "2", "cluster_name": "b", "num_workers": 2,
    "spark_version": "17", "node_type_id": "n", "driver_node_type_id": "n", "spark_conf": {},
    "state": "RUNNING", "cluster_cores": 8, "executors": [{"id": 1}, {"id": 2}]})");
  const ClusterComparison equal = compare_clusters({a, b}, {});
  CHECK(equal.differences.empty());
  CHECK(equal.shape["num_workers"] == 2);
  CHECK(equal.shape["cluster_cores"] == 8);

  b["spark_conf"] = {{"k", "v"}};
  b["executors"] = Json::array({Json::object()});
  const ClusterComparison different = compare_clusters({a, b}, {});
  REQUIRE(different.differences.size() == 2);
  CHECK(different.differences[0].field == "executor_count");
  CHECK(different.differences[1].field == "spark_conf");
  CHECK(different.differences[1].values[0].is_null());
  CHECK(compare_clusters({a, b}, {"spark_conf", "executor_count"}).differences.empty());
}

TEST_CASE("bench fairness: what the server gave is compared only while all clusters run") {
  const Json a = cluster(R"({"num_workers": 2, "state": "RUNNING", "cluster_cores": 8})");
  const Json b = cluster(R"({"num_workers": 2, "state": "TERMINATED"})");
  CHECK(compare_clusters({a, b}, {}).differences.empty());
}

}  // namespace dbplan::bench
