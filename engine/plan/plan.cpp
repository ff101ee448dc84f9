#include "engine/plan/plan.hpp"

#include <algorithm>

namespace dbplan {

std::string_view action_name(Action action) {
  switch (action) {
    case Action::Keep:
      return "keep";
    case Action::Create:
      return "create";
    case Action::Update:
      return "update";
    case Action::Resize:
      return "resize";
    case Action::Replace:
      return "replace";
    case Action::Delete:
      return "delete";
    case Action::Release:
      return "release";
  }
  return "";
}

bool is_schedule_block(std::string_view member) {
  return member == "schedule" || member == "trigger" || member == "continuous";
}

bool Change::is_drift() const {
  if (action == Action::Create) return vanished;
  if (action != Action::Update && action != Action::Resize) return false;
  return std::ranges::all_of(fields, [](const FieldChange& field) {
    return !field.acts() || field.kind == FieldClass::Drift || field.kind == FieldClass::Added;
  });
}

Tally Plan::tally() const {
  Tally tally;
  for (const Change& change : changes) {
    switch (change.action) {
      case Action::Keep:
        ++tally.unchanged;
        break;
      case Action::Create:
        ++tally.create;
        break;
      case Action::Update:
      case Action::Resize:
        ++tally.update;
        break;
      case Action::Replace:
        ++tally.replace;
        break;
      case Action::Delete:
        ++tally.remove;
        break;
      case Action::Release:
        ++tally.release;
        break;
    }
    if (change.is_drift()) ++tally.drift;
    for (const FieldChange& field : change.fields)
      if (!field.acts()) ++tally.defaults;
  }
  return tally;
}

bool Plan::empty() const {
  return std::ranges::all_of(changes, [](const Change& c) { return c.action == Action::Keep; });
}

Risk::Level Plan::highest_risk() const {
  Risk::Level highest = Risk::Level::Low;
  for (const Change& change : changes)
    for (const Risk& risk : change.risks) highest = std::max(highest, risk.level);
  return highest;
}

bool Plan::blocked() const {
  return std::ranges::any_of(changes, [](const Change& c) { return !c.blocked.empty(); });
}

}  // namespace dbplan
