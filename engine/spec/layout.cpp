#include "engine/spec/layout.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace dbplan {
namespace {

constexpr Entry kTop[] = {
    {"artifacts", Shape::Unsupported},
    {"bundle", Shape::Map},
    {"experimental", Shape::Unsupported},
    {"include", Shape::Texts},
    {"permissions", Shape::Maps},
    {"presets", Shape::Map},
    {"python", Shape::Unsupported},
    {"resources", Shape::Map},
    {"run_as", Shape::Map},
    {"scripts", Shape::Unsupported},
    {"sync", Shape::Map},
    {"targets", Shape::Map},
    {"variables", Shape::Map},
    {"workspace", Shape::Map},
    {"environments", Shape::Unsupported},
};

// databricks_cli_version and uuid concern the other program alone: read and left alone.
constexpr Entry kBundle[] = {
    {"cluster_id", Shape::Unsupported},
    {"compute_id", Shape::Unsupported},
    {"databricks_cli_version", Shape::Text},
    {"deployment", Shape::Unsupported},
    {"git", Shape::Map},
    {"name", Shape::Text},
    {"uuid", Shape::Text},
};

constexpr Entry kWorkspace[] = {
    {"host", Shape::Text},
    {"profile", Shape::Text},
    {"root_path", Shape::Text},
    {"file_path", Shape::Text},
    {"artifact_path", Shape::Text},
    {"state_path", Shape::Unsupported},
    {"resource_path", Shape::Text},
    {"auth_type", Shape::Unsupported},
    {"client_id", Shape::Unsupported},
    {"azure_client_id", Shape::Unsupported},
    {"azure_environment", Shape::Unsupported},
    {"azure_login_app_id", Shape::Unsupported},
    {"azure_tenant_id", Shape::Unsupported},
    {"azure_use_msi", Shape::Unsupported},
    {"azure_workspace_resource_id", Shape::Unsupported},
    {"google_service_account", Shape::Unsupported},
    {"account_id", Shape::Unsupported},
    {"workspace_id", Shape::Unsupported},
};

constexpr Entry kPresets[] = {
    {"name_prefix", Shape::Text},
    {"trigger_pause_status", Shape::Text},
    {"tags", Shape::Map},
    {"jobs_max_concurrent_runs", Shape::Count},
    {"pipelines_development", Shape::Flag},
    {"source_linked_deployment", Shape::Flag},
    {"artifacts_dynamic_version", Shape::Flag},
};

constexpr Entry kSync[] = {
    {"exclude", Shape::Texts},
    {"include", Shape::Texts},
    {"paths", Shape::Texts},
};

constexpr Entry kGit[] = {
    {"branch", Shape::Text},
    {"origin_url", Shape::Text},
};

constexpr Entry kRunAs[] = {
    {"service_principal_name", Shape::Text},
    {"user_name", Shape::Text},
};

constexpr Entry kTarget[] = {
    {"artifacts", Shape::Unsupported},
    {"bundle", Shape::Map},
    {"cluster_id", Shape::Unsupported},
    {"compute_id", Shape::Unsupported},
    {"default", Shape::Flag},
    {"git", Shape::Map},
    {"mode", Shape::Text},
    {"permissions", Shape::Maps},
    {"presets", Shape::Map},
    {"resources", Shape::Map},
    {"run_as", Shape::Map},
    {"sync", Shape::Map},
    {"variables", Shape::Map},
    {"workspace", Shape::Map},
    {"experimental", Shape::Unsupported},
};

constexpr Entry kVariable[] = {
    {"default", Shape::Any},
    {"description", Shape::Text},
    {"lookup", Shape::Map},
    {"type", Shape::Text},
};

bool is_truth(const Node& node) {
  return node.is_scalar() && node.style == Node::Style::Plain &&
         plain_kind(node.text) == ScalarKind::Bool;
}

bool fits(const Node& node, Shape shape) {
  switch (shape) {
    case Shape::Text:
      return node.is_scalar();
    case Shape::Flag:
      return is_truth(node) || (node.is_scalar() && node.text.find("${") != node.text.npos);
    case Shape::Count:
      return node.is_scalar() &&
             (plain_kind(node.text) == ScalarKind::Int || node.text.find("${") != node.text.npos);
    case Shape::Texts:
      return node.is_list() && std::ranges::all_of(node.items, &Node::is_scalar);
    case Shape::Maps:
      return node.is_list();
    case Shape::Map:
      return node.is_map();
    case Shape::Any:
    case Shape::Unsupported:
      return true;
  }
  return true;
}

std::string_view words(Shape shape) {
  switch (shape) {
    case Shape::Text:
      return "text";
    case Shape::Flag:
      return "true or false";
    case Shape::Count:
      return "an integer";
    case Shape::Texts:
      return "a list of texts";
    case Shape::Maps:
      return "a list";
    case Shape::Map:
      return "a map";
    case Shape::Any:
    case Shape::Unsupported:
      break;
  }
  return "a value";
}

class LayoutCheck {
 public:
  explicit LayoutCheck(Reporter& report) : report_(report) {}

  void document(const Node& root) {
    block(root, kTop, "the spec", true);
    frame(root);
    declarations(root);
    const Node* targets = find_value(root, "targets");
    if (targets == nullptr || !targets->is_map()) return;
    for (const Member& target : targets->members) {
      if (!is_map_or_empty(target, "a target")) continue;
      block(*target.value, kTarget, "a target");
      frame(*target.value);
    }
  }

 private:
  // The blocks that the document and its targets have in common.
  void frame(const Node& node) {
    named_block(node, "bundle", kBundle);
    named_block(node, "workspace", kWorkspace);
    named_block(node, "presets", kPresets);
    named_block(node, "sync", kSync);
    named_block(node, "git", kGit);
    named_block(node, "run_as", kRunAs);
    if (const Node* bundle = find_value(node, "bundle"); bundle != nullptr)
      named_block(*bundle, "git", kGit);
    resources(node);
  }

  void named_block(const Node& node, std::string_view name, std::span<const Entry> entries) {
    const Node* value = find_value(node, name);
    if (value != nullptr && value->is_map()) block(*value, entries, in_quotes(name));
  }

  void resources(const Node& node) {
    const Node* kinds = find_value(node, "resources");
    if (kinds == nullptr || !kinds->is_map()) return;
    for (const Member& kind : kinds->members) is_map_or_empty(kind, "\"resources\"");
  }

  void declarations(const Node& root) {
    const Node* variables = find_value(root, "variables");
    if (variables == nullptr || !variables->is_map()) return;
    for (const Member& variable : variables->members)
      if (is_map_or_empty(variable, "\"variables\""))
        block(*variable.value, kVariable, "a variable");
  }

  bool is_map_or_empty(const Member& member, std::string_view where) {
    if (member.value->is_map()) return true;
    if (!member.value->is_null())
      report_.error(member.value->place, "Wrong type",
                    in_quotes(member.key) + " in " + std::string(where) +
                        " is a map, and this is " + std::string(describe(*member.value)) + ".");
    return false;
  }

  // `may_hold_anchors`: keys that only exist to hold anchors are fine, as in bundles.
  void block(const Node& node, std::span<const Entry> entries, std::string_view where,
             bool may_hold_anchors = false) {
    for (const Member& member : node.members) {
      const auto entry = std::ranges::find(entries, member.key, &Entry::name);
      if (entry == entries.end()) {
        unknown(member, entries, where, may_hold_anchors && member.value->anchored);
      } else if (entry->shape == Shape::Unsupported) {
        report_unsupported(member.place, member.key, report_);
      } else if (!member.value->is_null() && !fits(*member.value, entry->shape)) {
        report_.error(member.value->place, "Wrong type",
                      in_quotes(member.key) + " is " + std::string(words(entry->shape)) +
                          ", and this is " + std::string(describe(*member.value)) + ".");
      }
    }
  }

  void unknown(const Member& member, std::span<const Entry> entries, std::string_view where,
               bool holds_anchor) {
    std::vector<std::string> names;
    for (const Entry& entry : entries)
      if (entry.shape != Shape::Unsupported) names.emplace_back(entry.name);
    const std::string near = suggestion(member.key, names);
    if (holds_anchor && near.empty()) return;
    report_.error(member.place, "Unknown field",
                  in_quotes(member.key) + " is not a field of " + std::string(where) + "." + near);
  }

  Reporter& report_;
};

}  // namespace

std::span<const Entry> frame_entries(std::string_view block) {
  struct Block {
    std::string_view name;
    std::span<const Entry> entries;
  };
  static constexpr Block kBlocks[] = {
      {"bundle", kBundle}, {"git", kGit},           {"presets", kPresets},
      {"run_as", kRunAs},  {"spec", kTop},          {"sync", kSync},
      {"target", kTarget}, {"variable", kVariable}, {"workspace", kWorkspace}};
  return std::ranges::find(kBlocks, block, &Block::name)->entries;
}

void check_layout(const Node& root, Reporter& report) { LayoutCheck(report).document(root); }

void report_unsupported(Place place, std::string_view what, Reporter& report) {
  const std::string known =
      in_quotes(what) + " is known from Databricks bundles, but dbplan does not do it yet";
  if (report.skips_unsupported())
    report.warning(place, "Not supported yet", known + ": it is left out.");
  else
    report.error(place, "Not supported yet",
                 known + ". Remove it, or leave it out with --skip-unsupported.");
}

}  // namespace dbplan
