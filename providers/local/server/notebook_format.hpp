#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace dbplan::local {

/// What a file turns out to be when the service looks at its name and first line (format AUTO).
struct NotebookGuess {
  std::string language;  // PYTHON, SQL, SCALA, R
  std::string format;    // SOURCE, JUPYTER
  std::string name;      // the file name without its extension
};
std::optional<NotebookGuess> guess_notebook(std::string_view name, std::string_view content);

/// Whether the API knows the language.
bool is_language(std::string_view language);

/// Source text as the service gives it back: the header line first, "\n" line ends, cells trimmed
/// of blank lines and joined by one form of separator, no newline at the end.
std::string service_source(std::string_view text, std::string_view language);

/// The other form of a notebook; an error when `notebook` is no Jupyter document.
Result<std::string> source_of_jupyter(std::string_view notebook, std::string_view language);
std::string jupyter_of_source(std::string_view source, std::string_view language);

/// A Jupyter document as the service gives it back: laid out anew, with metadata of its own and
/// without outputs. An error as above.
Result<std::string> service_jupyter(std::string_view notebook);

/// The language of a Jupyter document, PYTHON when it does not say.
std::string jupyter_language(std::string_view notebook);

}  // namespace dbplan::local
