#include "engine/base/jupyter.hpp"

#include <algorithm>

#include "engine/base/json.hpp"

namespace dbplan {
namespace {

constexpr const char* kNotebookKey = "application/vnd.databricks.v1+notebook";
constexpr const char* kCellKey = "application/vnd.databricks.v1+cell";

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return text;
}

std::string language_of(const Json& metadata) {
  std::string name = text_at(at_or_null(metadata, kNotebookKey), "language");
  if (name.empty()) name = text_at(at_or_null(metadata, "language_info"), "name");
  if (name.empty()) name = text_at(at_or_null(metadata, "kernelspec"), "language");
  name = upper(std::move(name));
  return name == "SQL" || name == "SCALA" || name == "R" ? name : "PYTHON";
}

// A cell's source is a text or a list of lines with their line ends.
std::string source_of(const Json& cell) {
  const Json& source = at_or_null(cell, "source");
  if (source.is_string()) return source.get<std::string>();
  std::string text;
  if (source.is_array())
    for (const Json& line : source)
      if (line.is_string()) text += line.get_ref<const std::string&>();
  return text;
}

std::string title_of(const Json& cell) {
  const Json& own = at_or_null(at_or_null(cell, "metadata"), kCellKey);
  std::string title = text_at(own, "title");
  if (title.empty()) return title;
  return (at_or_null(own, "showTitle") == true ? "1," : "0,") + title;
}

}  // namespace

Result<JupyterNotebook> read_jupyter(std::string_view text) {
  const Json document = TRY(parse_json(text));
  const Json& cells = at_or_null(document, "cells");
  if (!cells.is_array()) return fail(Error::Code::Invalid, "a Jupyter document without cells");
  JupyterNotebook notebook{.language = language_of(at_or_null(document, "metadata")), .cells = {}};
  notebook.cells.reserve(cells.size());
  for (const Json& cell : cells)
    notebook.cells.push_back({.is_code = text_at(cell, "cell_type") == "code",
                              .source = source_of(cell),
                              .title = title_of(cell)});
  return notebook;
}

}  // namespace dbplan
