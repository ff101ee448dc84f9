#include "engine/plan/notebook_diff.hpp"

#include <algorithm>

#include "engine/model/notebook.hpp"

namespace dbplan {
namespace {

/// For each old cell the new cell that it is kept as, or -1: a longest common subsequence.
std::vector<int> kept_cells(const std::vector<Cell>& before, const std::vector<Cell>& after) {
  const std::size_t n = before.size(), m = after.size();
  std::vector<std::vector<int>> length(n + 1, std::vector<int>(m + 1, 0));
  for (std::size_t i = n; i-- > 0;)
    for (std::size_t j = m; j-- > 0;)
      length[i][j] = before[i] == after[j] ? length[i + 1][j + 1] + 1
                                           : std::max(length[i + 1][j], length[i][j + 1]);
  std::vector<int> kept(n, -1);
  for (std::size_t i = 0, j = 0; i < n && j < m;) {
    if (before[i] == after[j])
      kept[i++] = static_cast<int>(j++);
    else if (length[i + 1][j] >= length[i][j + 1])
      ++i;
    else
      ++j;
  }
  return kept;
}

void put_title(const std::string& title, std::string& text) {
  if (!title.empty()) text = "DBTITLE " + title + "\n" + text;
}

class Comparison {
 public:
  Comparison(const std::vector<Cell>& before, const std::vector<Cell>& after)
      : before_(before), after_(after), kept_(kept_cells(before, after)) {
    partner_.assign(before.size(), -1);
    taken_.assign(after.size(), false);
    for (const int j : kept_)
      if (j >= 0) taken_[static_cast<std::size_t>(j)] = true;
  }

  std::vector<CellChange> changes() {
    find_moves();
    std::size_t i = 0, j = 0;
    while (i < before_.size() || j < after_.size()) {
      const std::size_t gap_i = i, gap_j = j;
      while (i < before_.size() && kept_[i] < 0) ++i;
      while (j < after_.size() && !(i < before_.size() && kept_[i] == static_cast<int>(j))) ++j;
      close_gap(gap_i, i, gap_j, j);
      if (i < before_.size()) ++i, ++j;
    }
    return std::move(changes_);
  }

 private:
  /// An equal cell outside the kept order has moved.
  void find_moves() {
    for (std::size_t i = 0; i < before_.size(); ++i) {
      if (kept_[i] >= 0) continue;
      for (std::size_t j = 0; j < after_.size() && partner_[i] < 0; ++j) {
        if (taken_[j] || before_[i] != after_[j]) continue;
        partner_[i] = static_cast<int>(j);
        taken_[j] = true;
      }
    }
  }

  /// Between two kept cells: pair what is left in order, as changes of one language.
  void close_gap(std::size_t i, std::size_t end_i, std::size_t j, std::size_t end_j) {
    while (i < end_i || j < end_j) {
      if (i < end_i && partner_[i] >= 0) {
        ++i;  // told where it went
      } else if (j < end_j && taken_[j]) {
        add(CellChange::Kind::Moved, origin(j), j + 1);
        ++j;
      } else if (i < end_i && j < end_j && before_[i].language == after_[j].language) {
        add(CellChange::Kind::Changed, ++i, ++j);
      } else if (i < end_i) {
        add(CellChange::Kind::Removed, ++i, 0);
      } else {
        add(CellChange::Kind::Added, 0, ++j);
      }
    }
  }

  std::size_t origin(std::size_t j) const {
    const auto found = std::ranges::find(partner_, static_cast<int>(j));
    return static_cast<std::size_t>(found - partner_.begin()) + 1;
  }

  void add(CellChange::Kind kind, std::size_t before, std::size_t after) {
    CellChange change{.kind = kind,
                      .before = static_cast<int>(before),
                      .after = static_cast<int>(after),
                      .language = {},
                      .old_text = {},
                      .new_text = {}};
    const bool moved = kind == CellChange::Kind::Moved;
    change.language = after > 0 ? after_[after - 1].language : before_[before - 1].language;
    if (before > 0 && !moved) change.old_text = before_[before - 1].text;
    if (after > 0 && !moved) change.new_text = after_[after - 1].text;
    const std::string old_title = before > 0 ? before_[before - 1].title : std::string();
    const std::string new_title = after > 0 ? after_[after - 1].title : std::string();
    if (old_title != new_title && !moved) {
      put_title(old_title, change.old_text);
      put_title(new_title, change.new_text);
    }
    changes_.push_back(std::move(change));
  }

  const std::vector<Cell>& before_;
  const std::vector<Cell>& after_;
  std::vector<int> kept_;
  std::vector<int> partner_;  // old cell -> new cell that it moved to, or -1
  std::vector<bool> taken_;   // new cell is kept or moved
  std::vector<CellChange> changes_;
};

}  // namespace

NotebookDiff diff_notebook(NotebookText before, NotebookText after, std::string_view format) {
  const std::vector<Cell> old_cells = split_cells(before.text, format, before.language);
  const std::vector<Cell> new_cells = split_cells(after.text, format, after.language);
  return {.cells_before = static_cast<int>(old_cells.size()),
          .cells_after = static_cast<int>(new_cells.size()),
          .changes = Comparison(old_cells, new_cells).changes()};
}

}  // namespace dbplan
