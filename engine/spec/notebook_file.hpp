#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/notebook.hpp"
#include "engine/spec/tree.hpp"

namespace dbplan {

/// A local notebook as it will be imported.
struct NotebookFile {
  std::string content;
  std::string language;             // PYTHON, SQL, SCALA, R
  std::string format;               // SOURCE, JUPYTER
  std::vector<NotebookCall> calls;  // notebooks that it runs by a literal path
};

/// Reads the notebook at `path`. `language` is what the spec says, or empty: then the file tells.
/// Error::Code::Invalid when the file is no notebook; the message is a sentence for people.
Result<NotebookFile> read_notebook(const Tree& tree, const std::string& path,
                                   std::string_view language);

/// Whether the file has a notebook's extension and first line.
bool is_notebook_file(const Tree& tree, const std::string& path);

}  // namespace dbplan
