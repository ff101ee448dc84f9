#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbplan {

/// One cell that is not the same in both texts. Numbers count cells from 1; 0: not there.
struct CellChange {
  enum class Kind { Changed, Added, Removed, Moved };
  Kind kind = Kind::Changed;
  int before = 0;
  int after = 0;
  std::string language;  // of the cell after, or before if removed
  std::string
      old_text;  // empty for Added and Moved; begins with "DBTITLE ..." if the titles differ
  std::string new_text;  // empty for Removed and Moved; the same
};

struct NotebookDiff {
  int cells_before = 0;
  int cells_after = 0;
  std::vector<CellChange> changes;  // in the order of the new text; removed ones where they stood
};

/// A notebook's text, and the language of its cells without a magic.
struct NotebookText {
  std::string_view text;
  std::string_view language;
};

/// Compares two texts cell by cell: equal cells in order are kept, equal cells elsewhere are
/// moves, neighbours between kept cells pair up as changes, the rest is added or removed. Both
/// texts are in `format`, "SOURCE" or "JUPYTER". Pure.
NotebookDiff diff_notebook(NotebookText before, NotebookText after, std::string_view format);

}  // namespace dbplan
