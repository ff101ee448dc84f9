#include "engine/spec/notebook_file.hpp"

#include <algorithm>

#include "engine/base/jupyter.hpp"
#include "engine/spec/utf8.hpp"

namespace dbplan {
namespace {

// Source: the workspace import call answers MAX_NOTEBOOK_SIZE_EXCEEDED above this.
constexpr std::size_t kLargest = 10'485'760;

bool is_jupyter(std::string_view path) { return path.ends_with(".ipynb"); }

std::string first_line(std::string_view language) {
  const std::string_view comment = language == "SQL" ? "--" : language == "SCALA" ? "//" : "#";
  return std::string(comment) + " Databricks notebook source";
}

// Calls keep their order, so each is looked for in the file after the one before it. The path
// stands there as in the cell, save for quotes.
void locate(std::string_view text, std::size_t& from, NotebookCall& call) {
  const std::size_t found = text.find(call.path, from);
  if (found == std::string_view::npos) return;
  const std::size_t begin = text.rfind('\n', found) + 1;  // npos + 1 is 0
  call.line = static_cast<int>(1 + std::ranges::count(text.substr(0, found), '\n'));
  call.column = static_cast<int>(found - begin + 1);
  from = found + call.path.size();
}

Result<NotebookFile> read_jupyter_file(const std::string& text, std::string_view language) {
  const auto document = read_jupyter(text);
  if (!document)
    return fail(Error::Code::Invalid, "The file ends in .ipynb but is no Jupyter notebook.");
  NotebookFile file;
  file.format = "JUPYTER";
  file.language = language.empty() ? document->language : std::string(language);
  std::size_t from = 0;
  for (const JupyterCell& cell : document->cells) {
    if (!cell.is_code) continue;
    for (NotebookCall& call : find_notebook_calls(cell.source, file.language)) {
      locate(text, from, call);
      file.calls.push_back(std::move(call));
    }
  }
  file.content = normalise_notebook(text);
  return file;
}

}  // namespace

Result<NotebookFile> read_notebook(const Tree& tree, const std::string& path,
                                   std::string_view language) {
  auto text = tree.read(path);
  if (!text)
    return fail(text.error().code, "The file \"" + tree.display(path) +
                                       "\" cannot be read: " + text.error().message + ".");
  if (text->size() > kLargest)
    return fail(Error::Code::Invalid, "The notebook \"" + tree.display(path) +
                                          "\" is larger than 10 MB, which is more than a "
                                          "workspace takes. Make it smaller.");
  if (find_invalid_utf8(*text))
    return fail(Error::Code::Invalid,
                "The notebook \"" + tree.display(path) + "\" is no UTF-8 text. Save it as UTF-8.");
  if (is_jupyter(path)) return read_jupyter_file(*text, language);
  NotebookFile file;
  file.format = "SOURCE";
  file.language = language.empty() ? notebook_language(path).value_or("") : std::string(language);
  if (file.language.empty())
    return fail(Error::Code::Invalid,
                "The name \"" + tree.display(path) +
                    "\" does not tell the language. Notebooks end in "
                    ".py, .sql, .scala, .r or .ipynb; for others add \"language\".");
  file.content = normalise_notebook(*text);
  if (!is_notebook_source(file.content, file.language))
    return fail(Error::Code::Invalid, "The file \"" + tree.display(path) +
                                          "\" is no notebook: its first line is not \"" +
                                          first_line(file.language) + "\". Add that line.");
  file.calls = find_notebook_calls(file.content, file.language);
  return file;
}

bool is_notebook_file(const Tree& tree, const std::string& path) {
  const auto language = notebook_language(path);
  if (!language) return false;
  if (is_jupyter(path)) return true;
  const auto text = tree.read(path);
  return text && is_notebook_source(*text, *language);
}

}  // namespace dbplan
