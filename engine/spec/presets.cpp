#include "engine/spec/presets.hpp"

#include <charconv>

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

void apply_presets(const Presets& presets, Drafts& drafts) {
  for (Draft& draft : drafts.all) {
    const Kind& kind = *draft.resource.kind;
    Json& body = draft.resource.body;
    // Kinds with tags are those that a user meets by name in the workspace.
    if (!kind.stamp_field.empty()) {
      const std::string name = text_at(body, kind.name_field);
      if (!presets.name_prefix.empty())
        body[std::string(kind.name_field)] =
            presets.name_prefix + (name.empty() ? draft.resource.address.key : name);
      for (const auto& [tag, value] : presets.tags)
        body[std::string(kind.stamp_field)].emplace(tag, value);
    }
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
