#include "engine/report/plan_json.hpp"

namespace dbplan {
namespace {

std::string_view class_name(FieldClass kind) {
  switch (kind) {
    case FieldClass::Changed:
      return "changed";
    case FieldClass::Drift:
      return "drift";
    case FieldClass::Conflict:
      return "conflict";
    case FieldClass::Differs:
      return "differs";
    case FieldClass::Removed:
      return "removed";
    case FieldClass::Added:
      return "added";
    case FieldClass::ServerDefault:
      return "server_default";
    case FieldClass::WriteOnly:
      return "write_only";
  }
  return "";
}

/// A replace is two primitive actions.
Json actions(Action action) {
  switch (action) {
    case Action::Keep:
      return Json::array();
    case Action::Replace:
      return {"create", "delete"};
    default:
      return Json::array({std::string(action_name(action))});
  }
}

Json field_json(const FieldChange& field) {
  Json json = {{"path", field.path}, {"class", class_name(field.kind)}};
  if (!field.why.empty()) json["why"] = field.why;
  if (field.secret) {
    json["redacted"] = true;
    return json;
  }
  if (field.desired) json["desired"] = *field.desired;
  if (field.live) json["live"] = *field.live;
  if (field.last) json["last_applied"] = *field.last;
  return json;
}

Json notebook_json(const NotebookDiff& diff) {
  Json cells = Json::array();
  for (const CellChange& cell : diff.changes) {
    static constexpr const char* kNames[] = {"changed", "added", "removed", "moved"};
    Json json = {{"change", kNames[static_cast<int>(cell.kind)]}, {"language", cell.language}};
    if (cell.before > 0) json["before"] = cell.before;
    if (cell.after > 0) json["after"] = cell.after;
    if (cell.kind != CellChange::Kind::Moved)
      json["diff"] = diff_lines(cell.old_text, cell.new_text);
    cells.push_back(std::move(json));
  }
  return {{"cells_before", diff.cells_before}, {"cells_after", diff.cells_after}, {"cells", cells}};
}

Json addresses(const std::vector<Address>& list) {
  Json json = Json::array();
  for (const Address& address : list) json.push_back(address.text());
  return json;
}

Json change_json(const Change& change) {
  Json json = {{"address", change.address.text()},
               {"kind", change.address.kind},
               {"action", action_name(change.action)},
               {"actions", actions(change.action)},
               {"reason", change.reason},
               {"drift", change.is_drift()},
               {"depends_on", addresses(change.depends_on)}};
  if (!change.id.empty()) json["id"] = change.id;
  if (!change.name.empty()) json["name"] = change.name;
  if (change.carrier) json["carrier"] = change.carrier->text();
  if (change.owner) json["owner"] = change.owner->text();
  if (change.moved_from) json["moved_from"] = change.moved_from->text();
  if (change.adopted) json["adopted"] = true;
  if (!change.used_by.empty()) json["used_by"] = addresses(change.used_by);
  if (!change.blocked.empty()) json["blocked"] = change.blocked;
  if (change.where.line > 0)
    json["source"] = {{"file", change.where.file}, {"line", change.where.line}};
  json["fields"] = Json::array();
  for (const FieldChange& field : change.fields) json["fields"].push_back(field_json(field));
  if (change.notebook) json["notebook"] = notebook_json(*change.notebook);
  json["risks"] = Json::array();
  for (const Risk& risk : change.risks)
    json["risks"].push_back(
        {{"id", risk.id}, {"level", risk_level_name(risk.level)}, {"message", risk.message}});
  return json;
}

}  // namespace

Json plan_json(const Plan& plan, const PlanFrame& frame) {
  const Tally tally = plan.tally();
  Json resources = Json::array();
  for (const Change& change : plan.changes) resources.push_back(change_json(change));
  return {{"format", "dbplan.plan"},
          {"format_version", "1.0"},
          {"tool", DBPLAN_VERSION},
          {"bundle", plan.bundle},
          {"target", plan.target},
          {"root_path", plan.root_path},
          {"workspace", {{"host", frame.host}, {"user", frame.user}, {"local", frame.local}}},
          {"observed_at", frame.observed_at},
          {"counts",
           {{"create", tally.create},
            {"update", tally.update},
            {"replace", tally.replace},
            {"delete", tally.remove},
            {"release", tally.release},
            {"unchanged", tally.unchanged},
            {"drift", tally.drift},
            {"server_defaults", tally.defaults}}},
          {"resources", std::move(resources)}};
}

Json outcomes_json(const std::vector<StepOutcome>& outcomes) {
  Json json = {{"applied", Json::array()}, {"failed", Json::array()}, {"not_tried", Json::array()}};
  for (const StepOutcome& outcome : outcomes) {
    Json entry = {{"address", outcome.address.text()}, {"action", action_name(outcome.action)}};
    if (!outcome.text.empty()) entry["error"] = outcome.text;
    const char* list = outcome.result == StepOutcome::Result::Done     ? "applied"
                       : outcome.result == StepOutcome::Result::Failed ? "failed"
                                                                       : "not_tried";
    json[list].push_back(std::move(entry));
  }
  return json;
}

}  // namespace dbplan
