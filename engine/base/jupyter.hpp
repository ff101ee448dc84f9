#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"

namespace dbplan {

/// One cell of a Jupyter document. What running it left behind (outputs, counts) is no part of it.
struct JupyterCell {
  bool is_code = true;  // else text: markdown and raw cells
  std::string source;   // its lines, joined; a magic stands on the first one
  std::string title;    // as a "DBTITLE" line of the source format has it: "1,Shown", "0,Hidden"
};

struct JupyterNotebook {
  /// PYTHON, SQL, SCALA or R; PYTHON for other kernels, and where the document does not say.
  std::string language;
  std::vector<JupyterCell> cells;
};

/// Reads an .ipynb. Source: nbformat 4, and the metadata keys that a Databricks export carries
/// ("application/vnd.databricks.v1+notebook" and "...+cell"). Error: no JSON, or without cells.
Result<JupyterNotebook> read_jupyter(std::string_view text);

}  // namespace dbplan
