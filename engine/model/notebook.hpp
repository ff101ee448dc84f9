#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbplan {

/// One cell of a notebook.
struct Cell {
  /// python, sql, scala, r, md, md-sandbox, sh, fs, pip, run: from its magic, else the notebook's.
  std::string language;
  std::string text;   // without the "# MAGIC " prefixes and the magic itself, no trailing newline
  std::string title;  // what stands behind "# DBTITLE": "1,Shown", "0,Hidden"; empty: none
  bool operator==(const Cell&) const = default;
};

/// PYTHON, SQL, SCALA or R by extension, if `path` ends in one of .py .sql .scala .r .R .ipynb.
std::optional<std::string> notebook_language(std::string_view path);

/// Whether the text begins with the "Databricks notebook source" line of `language`.
bool is_notebook_source(std::string_view text, std::string_view language);

/// "\n" line ends, exactly one newline at the end, no byte order mark: the form in which texts
/// are compared and imported.
std::string normalise_notebook(std::string_view text);

/// The cells of a notebook in `format`, "SOURCE" or "JUPYTER". A source text without separators is
/// one cell, and so is a text that is no Jupyter document. Blank lines around a cell, and the
/// layout, metadata and outputs of a Jupyter document are no part of it: the workspace keeps cells,
/// and an export writes them its own way.
std::vector<Cell> split_cells(std::string_view text, std::string_view format,
                              std::string_view language);

/// The same for texts with the same cells.
std::string notebook_hash(std::string_view text, std::string_view format,
                          std::string_view language);

/// A notebook that another one runs by a literal path: `%run ./child` or
/// `dbutils.notebook.run("./child", ...)`.
struct NotebookCall {
  std::string path;  // as written
  int line = 1;      // in the source text
  int column = 1;
  bool is_run_magic = false;
};
std::vector<NotebookCall> find_notebook_calls(std::string_view text, std::string_view language);

}  // namespace dbplan
