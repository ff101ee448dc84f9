#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "engine/bench/schedule.hpp"
#include "engine/bench/statistics.hpp"

namespace dbplan::bench {
namespace {

const std::vector<double> kA = {838.2, 829.6, 851.9, 842.4, 834.7, 846.1};
const std::vector<double> kB = {322.5, 318.9, 331.4, 325.2, 347.8, 320.6};

doctest::Approx near(double value) { return doctest::Approx(value).epsilon(1e-8); }

}  // namespace

TEST_CASE("bench statistics: the summary of the golden samples") {
  const Summary a = summarize(kA), b = summarize(kB);
  CHECK(a.n == 6);
  CHECK(a.median == near(840.3));
  CHECK(b.median == near(323.85));
  CHECK(a.mad == near(5.7));
  CHECK(b.mad == near(4.1));
  CHECK(a.rcv == doctest::Approx(0.010057).epsilon(1e-4));
  CHECK(b.rcv == doctest::Approx(0.018770).epsilon(1e-4));
  CHECK(a.min == 829.6);
  CHECK(a.max == 851.9);
  CHECK(a.q1 == near(835.575));
  CHECK(a.q3 == near(845.175));
}

TEST_CASE("bench statistics: the speed-up of the golden samples and its interval") {
  const auto speedup = ratio_interval(kA, kB, 0.95);
  REQUIRE(speedup);
  CHECK(speedup->estimate == near(2.589311248));
  CHECK(speedup->low == near(2.449396205));
  CHECK(speedup->high == near(2.639114161));
  CHECK(speedup->confidence == near(0.958874459));

  const auto saved = difference_interval(kA, kB, 0.95);
  REQUIRE(saved);
  CHECK(saved->estimate == near(514.4));
  CHECK(saved->low == near(498.3));
  CHECK(saved->high == near(525.5));
  CHECK(rank_sum_p(kA, kB) == near(0.0021645022));
}

TEST_CASE("bench statistics: samples with ties have a finite interval") {
  const std::vector<double> x = {10, 12, 11, 13}, y = {9, 10, 10, 8};
  const auto ratio = ratio_interval(x, y, 0.95);
  REQUIRE(ratio);
  CHECK(ratio->estimate == doctest::Approx(1.236033).epsilon(1e-6));
  CHECK(ratio->low == near(1.0));
  CHECK(ratio->high == near(1.625));
  CHECK(ratio->confidence == near(0.971428571));
}

TEST_CASE("bench statistics: the paired analysis of the golden samples") {
  const auto paired = paired_ratio_interval(kA, kB, 0.95);
  REQUIRE(paired);
  CHECK(paired->estimate == near(2.590405904));
  CHECK(paired->low == near(2.399942496));
  CHECK(paired->high == near(2.639114161));
  CHECK(paired->confidence == near(0.96875));
  CHECK(signed_rank_p(kA, kB) == near(0.03125));
}

TEST_CASE("bench statistics: how many pairs may be cut off at each end") {
  struct Row {
    std::size_t n, m, pairs;
    double confidence;
  };
  const Row rows[] = {
      {4, 4, 0, .9714},    {5, 5, 2, .9683},  {6, 6, 5, .9589},    {7, 7, 8, .9621},
      {8, 8, 13, .9501},   {9, 9, 17, .9600}, {10, 10, 23, .9567}, {11, 11, 30, .9527},
      {12, 12, 37, .9551}, {5, 6, 3, .9697},  {6, 7, 6, .9650},    {6, 8, 8, .9574},
      {8, 10, 17, .9566},
  };
  for (const Row& row : rows) {
    CAPTURE(row.n);
    CAPTURE(row.m);
    const auto cut = rank_sum_cut(row.n, row.m, 0.95);
    REQUIRE(cut);
    CHECK(cut->pairs == row.pairs);
    CHECK(cut->confidence == doctest::Approx(row.confidence).epsilon(1e-4));
    const auto mirrored = rank_sum_cut(row.m, row.n, 0.95);
    REQUIRE(mirrored);
    CHECK(mirrored->pairs == row.pairs);
  }
  const std::size_t signed_rank[] = {0, 2, 3, 5, 8, 10, 13};
  for (std::size_t n = 6; n <= 12; ++n) {
    CAPTURE(n);
    const auto cut = signed_rank_cut(n, 0.95);
    REQUIRE(cut);
    CHECK(cut->pairs == signed_rank[n - 6]);
  }
}

TEST_CASE("bench statistics: three runs an arm are too few for an interval of 95 %") {
  const std::vector<double> three = {1, 2, 3};
  CHECK_FALSE(ratio_interval(three, three, 0.95));
  CHECK_FALSE(signed_rank_cut(5, 0.95));
  CHECK(ratio_estimate(three, three) == near(1.0));
}

TEST_CASE("bench statistics: swapping the arms inverts the speed-up and its interval") {
  const auto forward = ratio_interval(kA, kB, 0.95), backward = ratio_interval(kB, kA, 0.95);
  REQUIRE(forward);
  REQUIRE(backward);
  CHECK(forward->estimate * backward->estimate == near(1.0));
  CHECK(forward->low * backward->high == near(1.0));
  CHECK(forward->high * backward->low == near(1.0));
}

TEST_CASE("bench statistics: the unit of time and the order of runs do not matter") {
  std::vector<double> a = kA, b = kB;
  for (double& x : a) x *= 1000;
  for (double& x : b) x *= 1000;
  std::swap(a[0], a[5]);
  std::swap(b[1], b[3]);
  const auto scaled = ratio_interval(a, b, 0.95), plain = ratio_interval(kA, kB, 0.95);
  REQUIRE(scaled);
  CHECK(scaled->estimate == near(plain->estimate));
  CHECK(scaled->low == near(plain->low));
  CHECK(scaled->high == near(plain->high));
}

TEST_CASE("bench statistics: equal samples differ by nothing") {
  const std::vector<double> same(4, 7.0);
  const auto ratio = ratio_interval(same, same, 0.95);
  REQUIRE(ratio);
  CHECK(ratio->low == 1.0);
  CHECK(ratio->high == 1.0);
  CHECK(rank_sum_p(same, same) == 1.0);
  CHECK(modified_z(same) == std::vector<double>(4, 0.0));
}

TEST_CASE("bench statistics: a run stopped at its limit is longer than all, not an error") {
  const double never = std::numeric_limits<double>::infinity();
  const std::vector<double> slow = {10, 12, 11, 13, never}, fast = {5, 6, 5.5, 6.5, 5.2};
  const auto ratio = ratio_interval(slow, fast, 0.95);
  REQUIRE(ratio);
  CHECK(ratio->estimate < 3);
  CHECK(ratio->high == never);
  CHECK(ratio->low > 1);
}

TEST_CASE("bench statistics: an unusual run is seen, also where most runs are equal") {
  const std::vector<double> z = modified_z(kB);
  CHECK(z[4] == doctest::Approx(3.94).epsilon(1e-4));
  const std::vector<double> mostly_equal = {5, 5, 5, 5, 50};
  CHECK(modified_z(mostly_equal)[4] > 3.5);
  CHECK(modified_z(mostly_equal)[0] == 0);
}

TEST_CASE("bench statistics: noisier runs need more repetitions") {
  CHECK(runs_needed(0.05, 0.05) == 9);
  CHECK(runs_needed(0.001, 0.05) == 4);
  CHECK(runs_needed(0.10, 0.05) > runs_needed(0.05, 0.05));
}

TEST_CASE("bench schedule: ABBA gives every arm the same mean place") {
  const std::vector<Slot> slots = abba_schedule(2, 2, 4);
  REQUIRE(slots.size() == 12);
  std::vector<std::size_t> warm, arms;
  std::vector<double> places(2, 0.0);
  for (const Slot& slot : slots) {
    (slot.warmup ? warm : arms).push_back(slot.arm);
    if (!slot.warmup) places[slot.arm] += static_cast<double>(slot.number);
  }
  CHECK(warm == std::vector<std::size_t>{0, 1, 1, 0});
  CHECK(arms == std::vector<std::size_t>{0, 1, 1, 0, 0, 1, 1, 0});
  CHECK(places[0] == places[1]);
  CHECK(slots.back().number == 8);
  CHECK(slots.back().block == 4);
}

TEST_CASE("bench schedule: every block has each of three arms once") {
  const std::vector<Slot> slots = abba_schedule(3, 0, 2);
  REQUIRE(slots.size() == 6);
  std::vector<std::size_t> arms;
  for (const Slot& slot : slots) arms.push_back(slot.arm);
  CHECK(arms == std::vector<std::size_t>{0, 1, 2, 2, 1, 0});
}

}  // namespace dbplan::bench
