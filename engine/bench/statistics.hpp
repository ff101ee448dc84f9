#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace dbplan::bench {

/// Exact, distribution-free statistics of small samples. Nothing here draws random numbers: the
/// same samples give the same verdict. Times are positive; +infinity stands for a run that was
/// stopped at its time limit (rank statistics accept it).

/// What is said about the samples of one arm.
struct Summary {
  std::size_t n = 0;
  double median = 0;
  double mad = 0;  // median of the distances from the median
  double rcv = 0;  // robust coefficient of variation: 1.4826 * mad / median
  double min = 0, max = 0;
  double q1 = 0, q3 = 0;  // interpolated linearly between order statistics ("type 7")
  double geometric_mean = 0;
};

/// REQUIRES: not empty.
Summary summarize(std::span<const double> samples);
double median_of(std::vector<double> values);

/// An estimate with an interval that covers the truth with at least the asked confidence.
struct Interval {
  double estimate = 0;
  double low = 0, high = 0;
  double confidence = 0;  // what was achieved: exact, at least what was asked for
};

/// How many pairs may be cut off at each end of the sorted pairs, and the confidence that
/// leaves; from the exact null distribution of Mann and Whitney's U.
struct Cut {
  std::size_t pairs = 0;
  double confidence = 0;
};
/// Nothing if samples of these sizes have no interval of that confidence (fewer than 4 each for
/// 0.95).
std::optional<Cut> rank_sum_cut(std::size_t n, std::size_t m, double confidence);
/// The same for n paired differences, from Wilcoxon's signed ranks.
std::optional<Cut> signed_rank_cut(std::size_t n, double confidence);

/// How many times as long as `other` takes `base` take: the median of all ratios base_i / other_j
/// (for an even count the geometric mean of the middle two, so that swapping the arguments inverts
/// the result) and the interval between two of these ratios.
std::optional<Interval> ratio_interval(std::span<const double> base, std::span<const double> other,
                                       double confidence);
/// The same for the differences base_i - other_j: the time saved.
std::optional<Interval> difference_interval(std::span<const double> base,
                                            std::span<const double> other, double confidence);
/// The ratio from pairs (one from each block); base and other have the same size.
std::optional<Interval> paired_ratio_interval(std::span<const double> base,
                                              std::span<const double> other, double confidence);

/// The ratio alone, for samples too few for an interval. REQUIRES: neither is empty.
double ratio_estimate(std::span<const double> base, std::span<const double> other);

/// Two-sided exact p of "no difference". Reported, never used to decide.
double rank_sum_p(std::span<const double> base, std::span<const double> other);
double signed_rank_p(std::span<const double> base, std::span<const double> other);

/// How far each sample lies from the median, in robust standard deviations. Above 3.5 is unusual,
/// above 10 severe; such samples stay in the analysis.
std::vector<double> modified_z(std::span<const double> samples);

/// About how many runs an arm needs for an interval of +- `halfwidth` (a fraction) when runs vary
/// by `cv`; at least 4.
std::size_t runs_needed(double cv, double halfwidth);

}  // namespace dbplan::bench
