#pragma once

#include <string>

#include "engine/base/json.hpp"
#include "engine/model/kind.hpp"

namespace dbplan {

/// What an object of a kind with a key_field is known by, whoever declares it: its path, its name,
/// or both its parent's name and its own ("scope/key").
inline std::string natural_key(const Kind& kind, const Json& body) {
  std::string key = text_at(body, kind.key_field);
  if (kind.parent_field.empty()) return key;
  return text_at(body, kind.parent_field) + "/" + key;
}

}  // namespace dbplan
