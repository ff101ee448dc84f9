#include "engine/bench/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace dbplan::bench {
namespace {

// Counts are doubles: exact up to 2^53 and far beyond what matters afterwards.
using Counts = std::vector<double>;

/// counts[u]: the orders of p and q samples in which U has the value u. The recurrence looks at
/// the largest of all: from the first sample it beats all q, from the second it beats nobody.
Counts rank_sum_counts(std::size_t n, std::size_t m) {
  std::vector<Counts> of(m + 1, Counts{1});  // of[q] for the current p, from p = 0
  for (std::size_t p = 1; p <= n; ++p) {
    for (std::size_t q = 1; q <= m; ++q) {
      Counts sum(p * q + 1, 0.0);
      for (std::size_t u = 0; u < of[q].size(); ++u) sum[u + q] += of[q][u];
      for (std::size_t u = 0; u < of[q - 1].size(); ++u) sum[u] += of[q - 1][u];
      of[q] = std::move(sum);
    }
  }
  return of[m];
}

/// counts[w]: the subsets of the ranks 1..n that add up to w.
Counts signed_rank_counts(std::size_t n) {
  Counts counts(n * (n + 1) / 2 + 1, 0.0);
  counts[0] = 1;
  for (std::size_t rank = 1; rank <= n; ++rank)
    for (std::size_t w = counts.size(); w-- > rank;) counts[w] += counts[w - rank];
  return counts;
}

double total_of(const Counts& counts) {
  double total = 0;
  for (const double count : counts) total += count;
  return total;
}

std::optional<Cut> largest_cut(const Counts& counts, double confidence) {
  constexpr double kRounding = 1e-12;
  const double total = total_of(counts);
  std::optional<Cut> best;
  double below = 0;
  for (std::size_t u = 0; u < counts.size(); ++u) {
    below += counts[u];
    const double outside = 2 * below / total;
    if (outside > 1 - confidence + kRounding) break;
    best = Cut{u, 1 - outside};
  }
  return best;
}

/// P(statistic <= value) and P(statistic >= value), for integer values.
std::pair<double, double> tails(const Counts& counts, std::size_t value) {
  double below = 0, above = 0;
  for (std::size_t u = 0; u < counts.size(); ++u) {
    if (u <= value) below += counts[u];
    if (u >= value) above += counts[u];
  }
  const double total = total_of(counts);
  return {below / total, above / total};
}

/// Ties leave the statistic between two integers; the larger p of the two is the careful one.
double two_sided_p(const Counts& counts, double statistic) {
  double p = 0;
  for (const double value : {std::floor(statistic), std::ceil(statistic)}) {
    const auto [below, above] = tails(counts, static_cast<std::size_t>(value));
    p = std::max(p, std::min(1.0, 2 * std::min(below, above)));
  }
  return p;
}

/// Both times unlimited says nothing about which is longer.
double ratio(double base, double other) {
  return std::isinf(base) && std::isinf(other) ? 1.0 : base / other;
}

double difference(double base, double other) {
  return std::isinf(base) && std::isinf(other) ? 0.0 : base - other;
}

template <class Combine>
std::vector<double> sorted_pairs(std::span<const double> base, std::span<const double> other,
                                 Combine combine) {
  std::vector<double> pairs;
  pairs.reserve(base.size() * other.size());
  for (const double a : base)
    for (const double b : other) pairs.push_back(combine(a, b));
  std::ranges::sort(pairs);
  return pairs;
}

double sorted_median(const std::vector<double>& sorted) {
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  return sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2;
}

double geometric_median(const std::vector<double>& sorted) {
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  const double low = sorted[middle - 1], high = sorted[middle];
  if (low == high) return low;
  return low == 0 && std::isinf(high) ? 1.0 : std::sqrt(low) * std::sqrt(high);
}

Interval between(const std::vector<double>& sorted, double estimate, const Cut& cut) {
  return {estimate, sorted[cut.pairs], sorted[sorted.size() - 1 - cut.pairs], cut.confidence};
}

double quantile(const std::vector<double>& sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  if (low + 1 >= sorted.size()) return sorted.back();
  const double rest = place - static_cast<double>(low);
  return rest == 0 ? sorted[low] : sorted[low] + rest * (sorted[low + 1] - sorted[low]);
}

double median_distance(std::span<const double> samples, double centre) {
  std::vector<double> distances;
  for (const double x : samples) distances.push_back(std::abs(difference(x, centre)));
  return median_of(std::move(distances));
}

std::vector<double> log_ratios(std::span<const double> base, std::span<const double> other) {
  std::vector<double> logs;
  for (std::size_t i = 0; i < base.size(); ++i) logs.push_back(std::log(ratio(base[i], other[i])));
  return logs;
}

}  // namespace

double median_of(std::vector<double> values) {
  std::ranges::sort(values);
  return sorted_median(values);
}

Summary summarize(std::span<const double> samples) {
  std::vector<double> sorted(samples.begin(), samples.end());
  std::ranges::sort(sorted);
  Summary summary{.n = sorted.size(), .min = sorted.front(), .max = sorted.back()};
  summary.median = sorted_median(sorted);
  summary.mad = median_distance(sorted, summary.median);
  summary.rcv = 1.4826 * summary.mad / summary.median;
  summary.q1 = quantile(sorted, 0.25);
  summary.q3 = quantile(sorted, 0.75);
  double logs = 0;
  for (const double x : sorted) logs += std::log(x);
  summary.geometric_mean = std::exp(logs / static_cast<double>(sorted.size()));
  return summary;
}

std::optional<Cut> rank_sum_cut(std::size_t n, std::size_t m, double confidence) {
  if (n == 0 || m == 0) return std::nullopt;
  return largest_cut(rank_sum_counts(n, m), confidence);
}

std::optional<Cut> signed_rank_cut(std::size_t n, double confidence) {
  if (n == 0) return std::nullopt;
  return largest_cut(signed_rank_counts(n), confidence);
}

std::optional<Interval> ratio_interval(std::span<const double> base, std::span<const double> other,
                                       double confidence) {
  const std::optional<Cut> cut = rank_sum_cut(base.size(), other.size(), confidence);
  if (!cut) return std::nullopt;
  const std::vector<double> pairs = sorted_pairs(base, other, ratio);
  return between(pairs, geometric_median(pairs), *cut);
}

std::optional<Interval> difference_interval(std::span<const double> base,
                                            std::span<const double> other, double confidence) {
  const std::optional<Cut> cut = rank_sum_cut(base.size(), other.size(), confidence);
  if (!cut) return std::nullopt;
  const std::vector<double> pairs = sorted_pairs(base, other, difference);
  return between(pairs, sorted_median(pairs), *cut);
}

std::optional<Interval> paired_ratio_interval(std::span<const double> base,
                                              std::span<const double> other, double confidence) {
  if (base.size() != other.size()) return std::nullopt;
  const std::optional<Cut> cut = signed_rank_cut(base.size(), confidence);
  if (!cut) return std::nullopt;
  const std::vector<double> logs = log_ratios(base, other);
  std::vector<double> averages;  // Walsh averages
  for (std::size_t i = 0; i < logs.size(); ++i)
    for (std::size_t j = i; j < logs.size(); ++j) averages.push_back((logs[i] + logs[j]) / 2);
  std::ranges::sort(averages);
  const Interval log = between(averages, sorted_median(averages), *cut);
  return Interval{std::exp(log.estimate), std::exp(log.low), std::exp(log.high), log.confidence};
}

double ratio_estimate(std::span<const double> base, std::span<const double> other) {
  return geometric_median(sorted_pairs(base, other, ratio));
}

double rank_sum_p(std::span<const double> base, std::span<const double> other) {
  if (base.empty() || other.empty()) return 1;
  double u = 0;
  for (const double a : base)
    for (const double b : other) u += a < b ? 1.0 : a == b ? 0.5 : 0.0;
  return two_sided_p(rank_sum_counts(base.size(), other.size()), u);
}

double signed_rank_p(std::span<const double> base, std::span<const double> other) {
  std::vector<double> logs = log_ratios(base, other);
  std::erase(logs, 0.0);  // no difference: no sign
  if (logs.empty()) return 1;
  std::ranges::sort(logs, {}, [](double x) { return std::abs(x); });
  double positive = 0;
  for (std::size_t i = 0; i < logs.size();) {
    std::size_t end = i;  // equal distances share the mean of their ranks
    while (end < logs.size() && std::abs(logs[end]) == std::abs(logs[i])) ++end;
    const double rank = static_cast<double>(i + 1 + end) / 2;
    for (; i < end; ++i)
      if (logs[i] > 0) positive += rank;
  }
  return two_sided_p(signed_rank_counts(logs.size()), positive);
}

std::vector<double> modified_z(std::span<const double> samples) {
  if (samples.empty()) return {};
  const double median = median_of({samples.begin(), samples.end()});
  double scale = 1.4826 * median_distance(samples, median);
  if (scale == 0) {  // more than half are equal: the mean distance still tells the others apart
    double sum = 0;
    for (const double x : samples) sum += std::abs(difference(x, median));
    scale = 1.2533 * sum / static_cast<double>(samples.size());
  }
  std::vector<double> z;
  for (const double x : samples) z.push_back(scale == 0 ? 0 : difference(x, median) / scale);
  return z;
}

std::size_t runs_needed(double cv, double halfwidth) {
  constexpr double kFewest = 4, kMost = 1000;
  if (halfwidth <= 0) return static_cast<std::size_t>(kMost);
  const double runs = 2 * std::pow(2.1 * cv / halfwidth, 2);
  return static_cast<std::size_t>(std::clamp(std::ceil(runs), kFewest, kMost));
}

}  // namespace dbplan::bench
