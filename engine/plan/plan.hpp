#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/ledger/ledger.hpp"
#include "engine/live/live.hpp"
#include "engine/model/resource.hpp"
#include "engine/plan/diff.hpp"
#include "engine/plan/notebook_diff.hpp"

namespace dbplan {

/// What happens to one resource, mildest first: when its fields ask for different actions, the
/// greatest wins.
/// Release is beside them: dbplan forgets the object and takes its stamp off.
enum class Action { Keep, Create, Update, Resize, Replace, Delete, Release };

/// "update", "resize", ...
std::string_view action_name(Action action);

struct Risk {
  enum class Level { Low, Medium, High };
  std::string id;  // stable: "R01"
  Level level = Level::Low;
  std::string message;  // evidence in words
};

/// What happens to one address, and why.
struct Change {
  Address address;
  const Kind* kind = nullptr;
  Action action = Action::Keep;
  std::string reason;  // a whole phrase: "deleted in the workspace since the last apply"
  std::string id;      // the server's; empty before a create
  std::string name;    // for people: job name, notebook path
  SourceRange where;   // in the spec; empty for deletes
  std::vector<FieldChange> fields;  // also those not acted on
  std::optional<NotebookDiff> notebook = {};
  std::optional<Address> carrier = {};  // schedules: the job whose request carries this
  std::optional<bool> started = {};     // set: start (true) or stop (false) it
  std::vector<Address> depends_on = {};
  std::vector<Address> used_by = {};       // notebooks: the jobs that run it
  std::string old_id = {};                 // Replace: what is removed
  std::optional<Address> owner = {};       // permissions: whose they are
  std::optional<Address> moved_from = {};  // the address that it had at the last apply
  bool adopted = false;                    // an object that exists becomes ours
  /// Create: it was there after the last apply.
  bool vanished = false;
  std::vector<Risk> risks = {};
  /// Not empty: why this cannot be applied. Nothing is applied while any change is blocked.
  std::string blocked = {};

  /// Whether all that is acted on was done on the server, not in the spec.
  bool is_drift() const;
};

struct Tally {
  int create = 0, update = 0, replace = 0, remove = 0, release = 0, unchanged = 0;
  int drift = 0;     // of the above, the ones that only undo what was done on the server
  int defaults = 0;  // fields of the server's own, not acted on
  int changes() const { return create + update + replace + remove + release; }
};

/// The difference between what is wanted and what exists.
struct Plan {
  std::string bundle, target, root_path;
  std::vector<Change> changes;  // sorted by address; a double of one address follows it
  bool ledger_found = false;

  Tally tally() const;
  bool empty() const;
  Risk::Level highest_risk() const;  // Low for an empty plan
  bool blocked() const;
};

/// Reads nothing but its arguments: the same values always give the same bytes of plan.
Plan make_plan(const Desired& desired, const Live& live, const Ledger& ledger,
               std::span<const Kind* const> kinds);

/// Blocks of a job that a schedule travels in.
bool is_schedule_block(std::string_view member);

}  // namespace dbplan
