#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"
#include "engine/model/kind.hpp"

namespace dbplan {

/// What a kind's tables say of one field.
struct FieldInfo {
  std::string path;  // "tasks.run_if": lists and maps add nothing
  std::string type;  // "string", "list of Task", "one of A, B"
  bool required = false;
  std::vector<const FieldRule*> rules;
  bool output_only = false;
  std::string list;  // "matched by task_key", "order carries no meaning"; empty: no such list
};

/// A field and what lies directly below it. With an empty path: the kind's own fields.
struct FieldTree {
  std::optional<FieldInfo> field;
  std::vector<FieldInfo> below;
};

/// Error::Code::NotFound with a near name.
Result<FieldTree> describe_field(const Kind& kind, std::string_view path);

std::string kinds_text(std::span<const Kind* const> kinds);
std::string field_tree_text(const Kind& kind, const FieldTree& tree);
Json kinds_json(std::span<const Kind* const> kinds);
Json field_tree_json(const Kind& kind, const FieldTree& tree);

}  // namespace dbplan
