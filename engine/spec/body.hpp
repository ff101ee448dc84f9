#pragma once

#include <string_view>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/model/kind.hpp"
#include "engine/spec/node.hpp"
#include "engine/spec/source_files.hpp"

namespace dbplan {

/// A text in a body that names another resource, or a local file.
struct Link {
  Json::json_pointer pointer;       // of the text in the body
  const Node* node = nullptr;       // where it was written
  const Reference* rule = nullptr;  // the table's row for this field; null: any other field
};

/// A resource's body, checked against its kind's schema.
struct Body {
  Json json;
  /// Texts that hold "${resources.", and all texts in fields that the table calls references.
  std::vector<Link> links;
  /// Fields that name a file: a local one, or one in the workspace.
  std::vector<Link> local_files;
};

/// Turns `node`, whose variables are filled in, into the kind's body. `owner` is where the
/// resource's key stands. dbplan's own blocks are left out. Every problem is reported; the body
/// then lacks what was wrong.
Body read_body(const Node& node, const Kind& kind, Place owner, Reporter& report);

}  // namespace dbplan
