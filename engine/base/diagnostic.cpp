#include "engine/base/diagnostic.hpp"

#include <algorithm>
#include <cctype>
#include <tuple>

namespace dbplan {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t cost = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + cost});
      diagonal = above;
    }
  }
  return row[b.size()];
}

auto order(const Diagnostic& d) { return std::tie(d.where, d.severity, d.summary, d.detail); }

}  // namespace

bool Diagnostics::has_errors() const {
  return std::ranges::any_of(
      entries_, [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::Error; });
}

void Diagnostics::sort() {
  std::ranges::sort(entries_, [](const auto& a, const auto& b) { return order(a) < order(b); });
  const auto repeats = std::ranges::unique(
      entries_, [](const auto& a, const auto& b) { return order(a) == order(b); });
  entries_.erase(repeats.begin(), repeats.end());
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::min<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace dbplan
