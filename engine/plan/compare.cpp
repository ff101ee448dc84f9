#include "engine/plan/compare.hpp"

#include <algorithm>

#include "engine/model/stamp.hpp"

namespace dbplan {
namespace {

bool is_stamp_path(const Kind& kind, const FieldChange& field) {
  const std::string tags(kind.stamp_field);
  const bool only_tag =
      field.path == tags && !field.live && field.desired && field.desired->size() == 1;
  return only_tag || field.path == tags + "." + std::string(kStampTag);
}

/// People see eight digits of what stands for a file's content.
void shorten_hashes(Change& change) {
  for (FieldChange& field : change.fields)
    for (std::optional<Json>* value : {&field.desired, &field.live, &field.last})
      if (value->has_value() && (*value)->is_string())
        **value = (*value)->get<std::string>().substr(0, 8);
}

bool is_resize(const Kind& kind, const LiveResource& live, const std::vector<FieldChange>& fields) {
  if (kind.resize.path.empty() || text_at(live.body, kind.state_field) != "RUNNING") return false;
  return std::ranges::all_of(fields, [&](const FieldChange& field) {
    return !field.acts() ||
           std::ranges::find(kind.resize_fields, field.top) != kind.resize_fields.end();
  });
}

FieldClass content_class(const LedgerEntry* last, const LiveResource& live,
                         const std::string& wanted_hash) {
  if (!last || last->content_hash.empty()) return FieldClass::Differs;
  if (last->content_hash == wanted_hash) return FieldClass::Drift;
  return last->content_hash == live.content_hash ? FieldClass::Changed : FieldClass::Conflict;
}

std::string content_reason(const LedgerEntry* last, const LiveResource& live,
                           const std::string& wanted_hash) {
  return update_reason({{.path = {}, .top = {}, .kind = content_class(last, live, wanted_hash)}});
}

FieldClass language_class(const LedgerEntry* last, const std::string& live,
                          const std::string& wanted) {
  const std::string before = last ? text_at(last->body, "language") : std::string();
  if (before.empty()) return FieldClass::Differs;
  if (before == wanted) return FieldClass::Drift;
  return before == live ? FieldClass::Changed : FieldClass::Conflict;
}

FieldClass running_class(const LedgerEntry* last, bool wanted) {
  if (!last) return FieldClass::Differs;
  return last->started == wanted ? FieldClass::Drift : FieldClass::Changed;
}

}  // namespace

std::string update_reason(const std::vector<FieldChange>& fields) {
  bool spec = false, server = false, unknown = false;
  for (const FieldChange& field : fields) switch (field.kind) {
      case FieldClass::Changed:
      case FieldClass::Removed:
      case FieldClass::WriteOnly:
        spec = true;
        break;
      case FieldClass::Drift:
      case FieldClass::Added:
        server = true;
        break;
      case FieldClass::Conflict:
        spec = server = true;
        break;
      case FieldClass::Differs:
        unknown = true;
        break;
      case FieldClass::ServerDefault:
        break;
    }
  if (spec && server) return "edited in the spec and changed on the server";
  if (spec) return "edited in the spec";
  if (server) return "changed on the server since the last apply";
  return unknown ? "differs; nothing is known of the last apply" : "";
}

void judge_fields(const Resource& resource, const LiveResource& live, Change& change) {
  const auto acts = [](const FieldChange& field) { return field.acts(); };
  if (std::ranges::none_of(change.fields, acts)) return;
  change.reason = update_reason(change.fields);
  change.action = Action::Update;
  if (is_resize(*resource.kind, live, change.fields)) change.action = Action::Resize;
  if (std::ranges::any_of(change.fields,
                          [&](const FieldChange& f) { return f.acts() && f.immutable; })) {
    change.action = Action::Replace;
    change.old_id = live.id;
  }
  if (resource.kind->name == "files") shorten_hashes(change);
}

void leave_stamp_alone(const Resource& resource, const LiveResource& live, Change& change) {
  const Kind& kind = *resource.kind;
  const std::string state = text_at(live.body, kind.state_field);
  if (kind.resize.path.empty() || state == "TERMINATED" || state == "TERMINATING") return;
  if (!stamp_in(kind, live.body).empty()) return;
  FieldChange* stamp = nullptr;
  for (FieldChange& field : change.fields) {
    if (!field.acts()) continue;
    if (stamp || !is_stamp_path(kind, field)) return;
    stamp = &field;
  }
  if (!stamp) return;
  stamp->kind = FieldClass::ServerDefault;
  stamp->why = "dbplan's tag travels with the next edit: an edit restarts what runs";
}

void compare_notebook(const Resource& resource, const LiveResource& live, const LedgerEntry* last,
                      Change& change) {
  const std::string wanted_hash = notebook_hash(resource);
  const std::string language = text_at(resource.body, "language");
  const std::string live_language = text_at(live.body, "language");
  if (live.content_hash == wanted_hash && live_language == language) return;
  change.action = Action::Update;
  change.reason = content_reason(last, live, wanted_hash);
  if (live_language != language)
    change.fields.push_back({.path = "language",
                             .top = "language",
                             .kind = language_class(last, live_language, language),
                             .desired = language,
                             .live = live_language});
  if (live.content && resource.content)
    change.notebook = diff_notebook({*live.content, live_language}, {*resource.content, language},
                                    resource.format);
  change.fields.push_back(
      {.path = "content", .top = "content", .kind = content_class(last, live, wanted_hash)});
}

void compare_running(const Resource& resource, const LiveResource& live, const LedgerEntry* last,
                     Change& change) {
  if (!resource.started) return;
  const std::string state = text_at(live.body, resource.kind->state_field);
  const bool running = state == "RUNNING" || state == "PENDING" || state == "RESIZING" ||
                       state == "RESTARTING" || state == "STARTING";
  if (running == *resource.started) return;
  change.started = resource.started;
  change.fields.push_back({.path = "lifecycle.started",
                           .top = "lifecycle",
                           .kind = running_class(last, *resource.started),
                           .desired = *resource.started,
                           .live = running});
  if (change.action != Action::Keep) return;
  change.action = Action::Update;
  change.reason = *resource.started ? "wanted running, but stopped" : "wanted stopped, but running";
}

}  // namespace dbplan
