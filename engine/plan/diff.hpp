#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/plan/rules.hpp"

namespace dbplan {

/// Why one field of the spec and of the server are not the same. One row of the planning table
/// each (see engine/README.md).
enum class FieldClass {
  Changed,        // edited in the spec
  Drift,          // changed on the server since the last apply
  Conflict,       // both changed
  Differs,        // differs, and nothing is known of the last apply
  Removed,        // no longer in the spec: cleared
  Added,          // added on the server since the last apply: cleared
  ServerDefault,  // the server's own value: kept
  WriteOnly       // cannot be read: differs from, or unknown in, the last apply
};

/// One place where bodies disagree.
struct FieldChange {
  std::string path;  // "tasks[task_key=load].timeout_seconds"
  std::string top;   // its first member: "tasks"
  FieldClass kind = FieldClass::Changed;
  std::optional<Json> desired = {};  // absent: not in the spec
  std::optional<Json> live = {};     // absent: not on the server
  std::optional<Json> last = {};     // absent: not applied last time, or unknown
  std::string why = {};              // the table's reason, for ServerDefault and WriteOnly
  bool secret = false;               // values must not be shown
  bool immutable = false;            // the API can change it only by replacing the object

  /// Whether the plan acts on it.
  bool acts() const { return kind != FieldClass::ServerDefault; }
};

/// The bodies that are compared. Null values, empty objects and empty lists count as absent.
struct Bodies {
  const Json* desired = nullptr;
  const Json* last = nullptr;  // what dbplan applied last; null: unknown
  const Json* live = nullptr;
  const Json* echo = nullptr;  // what the server had beside `last` right after that; null: unknown
};

/// All disagreements, in the order of the paths. Pure.
std::vector<FieldChange> diff(const Bodies& bodies, const RuleNode& rules);

/// What `live` holds that `desired` does not, with list keys kept: the echo to remember.
Json echo_of(const Json& desired, const Json& live, const RuleNode& rules);

/// The same with lists whose order carries no meaning in one order. `rules` belong to the value;
/// null: there are none.
Json in_order(const Json& value, const RuleNode* rules);

/// The value as it may be shown: every secret in it replaced by "(secret)". `rules` belong to the
/// value; null: it holds none.
Json showable(const Json& value, const RuleNode* rules);

/// The body as it may be stored: without read-only fields, secrets as salted hashes. A body with a
/// secret gives another text each time, because the salt is random.
Json storable(const Json& body, const RuleNode& rules);

}  // namespace dbplan
