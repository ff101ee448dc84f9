#include "providers/local/server/notebook_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/jupyter.hpp"
#include "engine/base/text.hpp"

namespace dbplan::local {
namespace {

struct Language {
  std::string_view name;
  std::string_view extension;
  std::string_view comment;
  std::string_view magic;  // of a cell in this language within a notebook in another one
};

constexpr const char* kNotebookKey = "application/vnd.databricks.v1+notebook";
constexpr const char* kCellKey = "application/vnd.databricks.v1+cell";

constexpr Language kLanguages[] = {{"PYTHON", ".py", "#", "%python"},
                                   {"SQL", ".sql", "--", "%sql"},
                                   {"SCALA", ".scala", "//", "%scala"},
                                   {"R", ".r", "#", "%r"}};

std::string_view comment_of(std::string_view language) {
  for (const Language& entry : kLanguages)
    if (entry.name == language) return entry.comment;
  return "#";
}

std::string header_of(std::string_view language) {
  return fmt::format("{} Databricks notebook source", comment_of(language));
}

std::string separator_of(std::string_view language) {
  return fmt::format("{} COMMAND ----------", comment_of(language));
}

std::string_view first_line(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

using Lines = std::vector<std::string>;

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines)
    text += (text.empty() && &line == &lines[0] ? "" : "\n") + line;
  return text;
}

/// The cell without blank lines at its ends.
std::string trimmed(const Lines& lines) {
  std::size_t first = 0;
  std::size_t last = lines.size();
  while (first < last && lines[first].find_first_not_of(" \t") == std::string::npos) ++first;
  while (last > first && lines[last - 1].find_first_not_of(" \t") == std::string::npos) --last;
  return joined(Lines(lines.begin() + static_cast<std::ptrdiff_t>(first),
                      lines.begin() + static_cast<std::ptrdiff_t>(last)));
}

std::vector<std::string> cells_of(std::string_view text, std::string_view language) {
  const std::string header = header_of(language);
  const std::string separator = separator_of(language);
  std::vector<std::string> cells;
  Lines cell;
  bool first = true;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::string& line : split_lines(text)) {
    if (line.ends_with('\r')) line.pop_back();
    const bool is_header = std::exchange(first, false) && line == header;
    if (is_header) continue;
    if (line == separator) {
      cells.push_back(trimmed(cell));
      cell.clear();
    } else {
      cell.push_back(std::move(line));
    }
  }
  cells.push_back(trimmed(cell));
  return cells;
}

std::string source_of_cells(const std::vector<std::string>& cells, std::string_view language) {
  std::string text = header_of(language) + "\n";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) text += "\n\n" + separator_of(language) + "\n\n";
    text += cells[i];
  }
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

/// Each line behind "# MAGIC ", as everything but the notebook's own language is written.
std::string as_magic(std::string_view text, std::string_view language) {
  Lines lines = split_lines(text);
  for (std::string& line : lines)
    line = fmt::format("{} MAGIC{}{}", comment_of(language), line.empty() ? "" : " ", line);
  return joined(lines);
}

/// The reverse of as_magic(), or nothing when the cell is in the notebook's own language.
std::optional<std::string> magic_text(std::string_view cell, std::string_view language) {
  const std::string prefix = fmt::format("{} MAGIC", comment_of(language));
  if (!cell.starts_with(prefix)) return std::nullopt;
  Lines lines = split_lines(cell);
  for (std::string& line : lines) {
    if (line.starts_with(prefix)) line.erase(0, prefix.size());
    if (line.starts_with(' ')) line.erase(0, 1);
  }
  return joined(lines);
}

/// Takes a "# DBTITLE 1,Title" line off the cell; what stands behind the word.
std::string take_title(std::string& cell, std::string_view language) {
  const std::string prefix = fmt::format("{} DBTITLE ", comment_of(language));
  if (!cell.starts_with(prefix)) return {};
  const std::size_t end = std::min(cell.find('\n'), cell.size());
  std::string title = cell.substr(prefix.size(), end - prefix.size());
  cell.erase(0, std::min(end + 1, cell.size()));
  return title;
}

/// What the service keeps about a cell beside its text.
Json cell_metadata(std::string_view title) {
  const bool shown = title.starts_with("1,");
  if (const auto comma = title.find(','); comma != title.npos) title.remove_prefix(comma + 1);
  return {{kCellKey,
           {{"cellMetadata", Json::object()},
            {"inputWidgets", Json::object()},
            {"showTitle", shown},
            {"title", title}}}};
}

JupyterCell jupyter_cell(std::string text, std::string_view language) {
  JupyterCell cell;
  cell.title = take_title(text, language);
  if (const auto magic = magic_text(text, language)) {
    text = *magic;
    if (text.starts_with("%md")) {
      text.erase(0, text.starts_with("%md\n") || text.starts_with("%md ") ? 4 : 3);
      cell.is_code = false;
    }
  }
  cell.source = std::move(text);
  return cell;
}

std::string source_cell(const JupyterCell& cell, std::string_view language) {
  std::string text = cell.source;
  if (!cell.is_code)
    text = as_magic("%md\n" + text, language);
  else if (text.starts_with('%'))
    text = as_magic(text, language);
  if (cell.title.empty()) return text;
  return fmt::format("{} DBTITLE {}\n{}", comment_of(language), cell.title, text);
}

/// The document that the service exports: its own metadata and layout, whatever was imported.
std::string jupyter_document(const JupyterNotebook& notebook) {
  Json cells = Json::array();
  for (const JupyterCell& cell : notebook.cells) {
    Json entry = {{"cell_type", cell.is_code ? "code" : "markdown"},
                  {"metadata", cell_metadata(cell.title)},
                  {"source", cell.source}};
    if (cell.is_code) entry.update({{"execution_count", nullptr}, {"outputs", Json::array()}});
    cells.push_back(std::move(entry));
  }
  std::string name;
  for (const char letter : notebook.language) name += static_cast<char>(std::tolower(letter));
  const Json document = {
      {"cells", cells},
      {"metadata", {{kNotebookKey, {{"language", name}}}, {"language_info", {{"name", name}}}}},
      {"nbformat", 4},
      {"nbformat_minor", 0}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

bool is_language(std::string_view language) {
  for (const Language& entry : kLanguages)
    if (entry.name == language) return true;
  return false;
}

std::optional<NotebookGuess> guess_notebook(std::string_view name, std::string_view content) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  const std::string_view stem = name.substr(0, dot);
  std::string extension(name.substr(dot));
  if (extension == ".R") extension = ".r";
  if (extension == ".ipynb")
    return NotebookGuess{jupyter_language(content), "JUPYTER", std::string(stem)};
  for (const Language& entry : kLanguages)
    if (entry.extension == extension && first_line(content) == header_of(entry.name))
      return NotebookGuess{std::string(entry.name), "SOURCE", std::string(stem)};
  return std::nullopt;
}

std::string service_source(std::string_view text, std::string_view language) {
  return source_of_cells(cells_of(text, language), language);
}

Result<std::string> source_of_jupyter(std::string_view notebook, std::string_view language) {
  const JupyterNotebook read = TRY(read_jupyter(notebook));
  std::vector<std::string> texts;
  texts.reserve(read.cells.size());
  for (const JupyterCell& cell : read.cells) texts.push_back(source_cell(cell, language));
  return source_of_cells(texts, language);
}

Result<std::string> service_jupyter(std::string_view notebook) {
  return jupyter_document(TRY(read_jupyter(notebook)));
}

std::string jupyter_of_source(std::string_view source, std::string_view language) {
  JupyterNotebook notebook{.language = std::string(language), .cells = {}};
  for (std::string& cell : cells_of(source, language))
    notebook.cells.push_back(jupyter_cell(std::move(cell), language));
  return jupyter_document(notebook);
}

std::string jupyter_language(std::string_view notebook) {
  const auto read = read_jupyter(notebook);
  return read ? read->language : "PYTHON";
}

}  // namespace dbplan::local
