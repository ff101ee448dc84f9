#include "engine/model/notebook.hpp"

#include <algorithm>

#include "engine/plan/notebook_diff.hpp"
#include "engine/spec/notebook_file.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/memory_tree.hpp"

namespace dbplan::fuzz {
namespace {

/// Cells written back the way the notebook format does it.
std::string join_cells(const std::vector<Cell>& cells) {
  std::string text = "# Databricks notebook source\n";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) text += "\n# COMMAND ----------\n\n";
    if (!cells[i].title.empty()) text += "# DBTITLE " + cells[i].title + "\n";
    if (cells[i].language == "python") {
      text += cells[i].text + "\n";
      continue;
    }
    std::string_view rest = cells[i].text;
    text += "# MAGIC %" + cells[i].language + "\n";
    while (!rest.empty()) text += "# MAGIC " + std::string(take_line(rest)) + "\n";
  }
  return text;
}

void check_cells(const std::string& text, std::string_view language) {
  const int lines = 1 + static_cast<int>(std::ranges::count(text, '\n'));
  for (const char* format : {"SOURCE", "JUPYTER"}) {
    for (const Cell& cell : split_cells(text, format, language))
      demand(!cell.language.empty(), "a cell has a language");
    demand(diff_notebook({text, language}, {text, language}, format).changes.empty(),
           "a notebook is equal to itself");
  }
  for (const NotebookCall& call : find_notebook_calls(text, language))
    demand(call.line >= 1 && call.line <= lines && call.column >= 1, "a call has a place");
}

}  // namespace

/// Any text: split in every language, joined and split again, read as a .py and an .ipynb file.
void fuzz_notebook(std::string_view input) {
  const std::string text = normalise_notebook(input);
  demand(normalise_notebook(text) == text || input.starts_with("\xEF\xBB\xBF\xEF\xBB\xBF"),
         "normalising twice is normalising once");
  for (const std::string_view language : {"PYTHON", "SQL", "SCALA", "R"})
    check_cells(text, language);

  const auto cells = split_cells(text, "SOURCE", "PYTHON");
  if (std::ranges::none_of(
          cells, [](const Cell& cell) { return cell.text.find('%') != std::string::npos; })) {
    const auto again = split_cells(join_cells(cells), "SOURCE", "PYTHON");
    const auto once_more = split_cells(join_cells(again), "SOURCE", "PYTHON");
    demand(again == once_more, "splitting and joining come to rest");
  }

  const test::MemoryTree tree({{"n.py", std::string(input)}, {"n.ipynb", std::string(input)}});
  for (const char* path : {"n.py", "n.ipynb"}) {
    const auto file = read_notebook(tree, path, "");
    if (!file) continue;
    demand(file->content.ends_with('\n'), "content ends with a newline");
    for (const NotebookCall& call : file->calls)
      demand(call.line >= 1 && call.column >= 1, "a call in a file has a place");
  }
}

}  // namespace dbplan::fuzz
