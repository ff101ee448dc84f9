#include "engine/plan/risks.hpp"

#include <algorithm>

namespace dbplan {
namespace {

using Level = Risk::Level;

std::string what_is_lost(const Change& change) {
  if (change.address.kind == "jobs") return "its run history and permissions are deleted with it";
  if (change.address.kind == "clusters")
    return "its configuration and permissions are deleted for good";
  return "it is deleted in the workspace";
}

bool is_running(const Change& change, const Live& live) {
  const LiveResource* resource = live.find(change.address);
  return resource && !change.kind->state_field.empty() &&
         text_at(resource->body, change.kind->state_field) == "RUNNING";
}

}  // namespace

// Labels and levels: stable ids, see the table in engine/README.md.
void assess(Change& change, const Live& live) {
  const auto add = [&](const char* id, Level level, std::string message) {
    change.risks.push_back({.id = id, .level = level, .message = std::move(message)});
  };
  switch (change.action) {
    case Action::Delete:
      if (change.carrier)
        add("R06", Level::Medium, "the job no longer starts by itself");
      else
        add("R01", Level::High, what_is_lost(change));
      return;
    case Action::Replace:
      add("R02", Level::High, "it gets a new identity; the old object is deleted");
      break;
    case Action::Update:
      if (is_running(change, live) && std::ranges::any_of(change.fields, [](const FieldChange& f) {
            return f.acts() && f.top != "lifecycle";
          }))
        add("R03", Level::Medium, "it is running: this edit restarts it");
      break;
    default:
      break;
  }
  if (change.is_drift() && change.action != Action::Create)
    add("R13", Level::Medium, "undoes a change that was made in the workspace");
  for (const FieldChange& field : change.fields) {
    if (!field.acts()) continue;
    if (field.top == "run_as" || field.top == "single_user_name")
      add("R07", Level::High, "changes whose identity it runs with");
    if (field.kind == FieldClass::Conflict)
      add("R13", Level::Medium, field.path + " was changed in the spec and in the workspace");
  }
}

}  // namespace dbplan
