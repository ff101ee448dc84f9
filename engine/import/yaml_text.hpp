#pragma once

#include <string>

#include "engine/base/json.hpp"
#include "engine/plan/rules.hpp"

namespace dbplan {

/// The value as block YAML for people, each line indented by `indent` columns. Text is quoted only
/// where YAML or a reader of older YAML would take it for something else; text of several lines
/// stands as it is. In a map the member that names it comes first, then plain values, then maps and
/// lists; `rules` (may be null) tell which member names the items of a list, and where text is
/// JSON. Reading it back gives the same value.
std::string yaml_text(const Json& value, int indent, const RuleNode* rules,
                      std::string_view name_field = {});

/// One scalar on one line.
std::string yaml_scalar(const Json& value);

}  // namespace dbplan
