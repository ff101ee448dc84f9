#include "engine/bench/bound.hpp"

#include <algorithm>
#include <cmath>

#include "engine/bench/statistics.hpp"

namespace dbplan::bench {
namespace {

double sum_of(const Durations& durations) {
  double sum = 0;
  for (const auto& [name, duration] : durations) sum += duration;
  return sum;
}

double lower_bound(const Durations& durations, std::size_t workers) {
  double longest = 0;
  for (const auto& [name, duration] : durations) longest = std::max(longest, duration);
  return std::max(longest, sum_of(durations) / static_cast<double>(workers));
}

bool same_names(const Durations& a, const Durations& b) {
  return std::ranges::equal(a, b, {}, &Durations::value_type::first, &Durations::value_type::first);
}

double span_of(const Sample& sample) {
  std::int64_t end = 0;
  for (const NotebookSpan& notebook : sample.notebooks) end = std::max(end, notebook.end_ms);
  return static_cast<double>(end);  // the first one starts at zero
}

/// Sweeps over starts and ends; of equal times the end comes first.
std::size_t peak_of(const Sample& sample) {
  std::vector<std::pair<std::int64_t, int>> events;
  for (const NotebookSpan& notebook : sample.notebooks) {
    events.emplace_back(notebook.start_ms, 1);
    events.emplace_back(notebook.end_ms, -1);
  }
  std::ranges::sort(events);
  int now = 0, peak = 0;
  for (const auto& [time, change] : events) peak = std::max(peak, now += change);
  return static_cast<std::size_t>(peak);
}

/// The run whose metric is the median; of two middle ones the faster.
const Sample& median_run(std::vector<const Sample*> samples) {
  std::ranges::stable_sort(samples, {}, [](const Sample* sample) { return sample->value; });
  return *samples[(samples.size() - 1) / 2];
}

std::vector<Bound::Notebook> side_by_side(const Durations& base, const Durations& arm) {
  std::vector<Bound::Notebook> notebooks;
  for (const auto& [name, duration] : base) notebooks.push_back({name, duration, arm.at(name)});
  std::ranges::stable_sort(notebooks, std::greater{}, &Bound::Notebook::arm);
  return notebooks;
}

}  // namespace

double longest_first(const Durations& durations, std::size_t workers) {
  std::vector<double> sorted;
  for (const auto& [name, duration] : durations) sorted.push_back(duration);
  std::ranges::sort(sorted, std::greater{});
  std::vector<double> busy_until(std::max<std::size_t>(workers, 1), 0.0);
  for (const double duration : sorted) *std::ranges::min_element(busy_until) += duration;
  return std::ranges::max(busy_until);
}

Durations median_durations(const std::vector<const Sample*>& samples) {
  std::map<std::string, std::vector<double>> all;
  for (const Sample* sample : samples)
    for (const NotebookSpan& notebook : sample->notebooks)
      all[notebook.name].push_back(static_cast<double>(notebook.end_ms - notebook.start_ms));
  Durations medians;
  for (auto& [name, durations] : all) medians[name] = median_of(std::move(durations));
  return medians;
}

std::optional<Bound> find_bound(const std::vector<const Sample*>& base,
                                const std::vector<const Sample*>& arm, double base_time,
                                double arm_time, std::size_t workers) {
  const Durations alone = median_durations(base), together = median_durations(arm);
  if (alone.empty() || !same_names(alone, together) || sum_of(alone) <= 0 || arm_time <= 0 ||
      !std::isfinite(arm_time) || !std::isfinite(base_time))
    return std::nullopt;

  Bound bound;
  bound.workers = workers > 0 ? workers : alone.size();
  bound.work = sum_of(alone);
  const auto longest = std::ranges::max_element(alone, {}, &Durations::value_type::second);
  bound.longest = longest->first;
  bound.critical_path = longest->second;
  bound.lower = lower_bound(alone, bound.workers);
  bound.list = longest_first(alone, bound.workers);
  bound.speedup_max = base_time / bound.lower;
  bound.efficiency = bound.lower / arm_time;
  bound.stretch = sum_of(together) / bound.work;

  std::vector<double> spans, parallelism;
  for (const Sample* sample : arm) {
    const double span = span_of(*sample);
    double sum = 0;
    for (const NotebookSpan& notebook : sample->notebooks)
      sum += static_cast<double>(notebook.end_ms - notebook.start_ms);
    spans.push_back(span);
    if (span > 0) parallelism.push_back(sum / span);
  }
  const double span = median_of(std::move(spans));
  bound.average_parallelism = parallelism.empty() ? 0 : median_of(std::move(parallelism));
  bound.peak = peak_of(median_run(arm));

  const double list_together = longest_first(together, bound.workers);
  bound.ideal = bound.list;
  bound.contention = list_together - bound.list;
  bound.scheduling = span - list_together;
  bound.orchestration = arm_time - span;

  if (bound.workers > 1) {
    const double share = 1.0 / static_cast<double>(bound.workers);
    bound.serial_fraction = (arm_time / base_time - share) / (1 - share);
  }
  bound.enough_workers = 1;
  while (lower_bound(alone, bound.enough_workers) > 1.02 * bound.critical_path)
    ++bound.enough_workers;
  bound.notebooks = side_by_side(alone, together);
  return bound;
}

}  // namespace dbplan::bench
