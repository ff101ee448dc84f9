#include "engine/spec/presets.hpp"

#include <algorithm>
#include <charconv>

#include "engine/spec/layout.hpp"

namespace dbplan {
namespace {

// What bundles do in development: a prefix and a tag that say whose copy it is, nothing that
// fires by itself, and room for several runs at once.
Presets development() {
  Presets presets;
  presets.name_prefix = "[dev " + std::string(kShortName) + "] ";
  presets.pause_status = "PAUSED";
  presets.tags = {{"dev", std::string(kShortName)}};
  presets.max_concurrent_runs = 4;
  return presets;
}

void read_tags(const Node& tags, Presets& presets, Reporter& report) {
  for (const Member& tag : tags.members) {
    if (tag.key == "dbplan")
      report.error(tag.place, "Reserved tag",
                   "The tag \"dbplan\" is how dbplan finds its own resources again. Use another "
                   "name.");
    else if (!tag.value->is_scalar())
      report.error(tag.place, "Wrong type",
                   "A tag is text, and " + in_quotes(tag.key) + " is " +
                       std::string(describe(*tag.value)) + ".");
    else
      presets.tags[std::string(tag.key)] = std::string(tag.value->text);
  }
}

/// Puts a tag where the kind keeps its tags, unless there is one of that name.
void default_tag(const Kind& kind, Json& body, const std::string& tag, const std::string& value) {
  std::string place = "/" + std::string(kind.stamp_field);
  std::ranges::replace(place, '.', '/');
  Json& tags = body[Json::json_pointer(place)];
  if (!kind.stamp_in_list) {
    if (tags.is_null() || tags.is_object()) tags.emplace(tag, value);
    return;
  }
  if (tags.is_null()) tags = Json::array();
  for (const Json& item : tags)
    if (text_at(item, "key") == tag) return;
  tags.push_back({{"key", tag}, {"value", value}});
}

void default_pause(Json& body, std::string_view block, const std::string& status) {
  const auto found = body.find(block);
  if (found != body.end() && found->is_object()) found->emplace("pause_status", status);
}

}  // namespace

Presets read_presets(const Node* node, const Node* mode, Interpolator& interpolator,
                     Reporter& report) {
  Presets presets;
  if (mode != nullptr) {
    mode = interpolator.apply(mode);
    if (mode->text == "development") {
      presets = development();
    } else if (mode->text != "production") {
      report.error(mode->place, "Unknown value",
                   "\"mode\" is development or production." +
                       suggestion(mode->text, {"development", "production"}));
    }
  }
  if (node == nullptr || !node->is_map()) return presets;
  node = interpolator.apply(node);
  if (const Node* prefix = find_value(*node, "name_prefix")) presets.name_prefix = prefix->text;
  if (const Node* status = find_value(*node, "trigger_pause_status")) {
    presets.pause_status = status->text;
    if (status->text != "PAUSED" && status->text != "UNPAUSED")
      report.error(status->place, "Unknown value",
                   "\"trigger_pause_status\" is PAUSED or UNPAUSED." +
                       suggestion(status->text, {"PAUSED", "UNPAUSED"}));
  }
  // Jobs of dbplan always run what was uploaded, never the sources beside them.
  if (const Member* linked = find_member(*node, "source_linked_deployment");
      linked != nullptr && linked->value->text == "true")
    report_unsupported(linked->place, "source_linked_deployment", report);
  if (const Node* tags = find_value(*node, "tags"); tags != nullptr && tags->is_map())
    read_tags(*tags, presets, report);
  if (const Node* runs = find_value(*node, "jobs_max_concurrent_runs");
      runs != nullptr && runs->is_scalar()) {
    std::int64_t number = 0;
    const std::string text(runs->text);
    const char* end = text.data() + text.size();
    if (!text.empty() && std::from_chars(text.data(), end, number).ptr == end)
      presets.max_concurrent_runs = number;
    else
      report.error(runs->place, "Wrong type",
                   "\"jobs_max_concurrent_runs\" is an integer, and this is " +
                       std::string(describe(*runs)) + ".");
  }
  return presets;
}

Json read_run_as(const Node& root, const Target& target, Interpolator& interpolator,
                 Reporter& report) {
  // A target's replaces the other one whole: the two fields exclude each other.
  const Node* node = target.node == nullptr ? nullptr : find_value(*target.node, "run_as");
  if (node == nullptr) node = find_value(root, "run_as");
  Json run_as = Json::object();
  if (node == nullptr || !node->is_map()) return run_as;
  node = interpolator.apply(node);
  for (const Member& member : node->members) {
    const bool known = member.key == "user_name" || member.key == "service_principal_name";
    if (known && member.value->is_scalar())  // what else there is, the layout check spoke of
      run_as[std::string(member.key)] = std::string(member.value->text);
  }
  if (run_as.size() == 2)
    report.error(node->place, "Conflicting fields",
                 "\"run_as\" is a user or a service principal. Remove one of the two.");
  return run_as;
}

void apply_run_as(const Json& run_as, Drafts& drafts) {
  if (run_as.empty()) return;
  for (Draft& draft : drafts.all)
    if (draft.resource.kind->name == "jobs") draft.resource.body.emplace("run_as", run_as);
}

void apply_presets(const Presets& presets, Drafts& drafts) {
  for (Draft& draft : drafts.all) {
    const Kind& kind = *draft.resource.kind;
    Json& body = draft.resource.body;
    // What a server gives an id to is met by name in the workspace; a path or the name of a scope
    // is an id itself, which other things hold as text.
    const bool is_named =
        kind.home == Home::Server && !kind.natural_id() && kind.parent_field.empty();
    if (is_named && !presets.name_prefix.empty()) {
      const std::string name = text_at(body, kind.name_field);
      body[std::string(kind.name_field)] =
          presets.name_prefix + (name.empty() ? draft.resource.address.key : name);
    }
    if (!kind.stamp_field.empty())
      for (const auto& [tag, value] : presets.tags) default_tag(kind, body, tag, value);
    if (kind.name == "jobs") {
      if (presets.max_concurrent_runs)
        body.emplace("max_concurrent_runs", *presets.max_concurrent_runs);
      if (!presets.pause_status.empty())
        for (const std::string_view block : {"schedule", "trigger", "continuous"})
          default_pause(body, block, presets.pause_status);
    }
    if (kind.home == Home::Carrier && !presets.pause_status.empty())
      body.emplace("pause_status", presets.pause_status);
  }
}

}  // namespace dbplan
