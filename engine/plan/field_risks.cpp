#include "engine/plan/field_risks.hpp"

#include <algorithm>
#include <array>

namespace dbplan {
namespace {

using Level = Risk::Level;

bool ends_with_field(const FieldChange& field, std::string_view name) {
  if (!field.path.ends_with(name)) return false;
  return field.path.size() == name.size() || field.path[field.path.size() - name.size() - 1] == '.';
}

bool is_number_less(const std::optional<Json>& a, const std::optional<Json>& b) {
  return a && b && a->is_number() && b->is_number() && a->get<double>() < b->get<double>();
}

bool is_gone(const std::optional<Json>& value) {
  return !value || value->is_null() || *value == Json(0);
}

/// "15.4.x-scala2.12" → "15".
std::string major_version(const std::optional<Json>& version) {
  if (!version || !version->is_string()) return {};
  const std::string text = version->get<std::string>();
  return text.substr(0, text.find('.'));
}

// From weak to strong, over all object types. Source: Permissions API 2.0.
constexpr std::array<std::string_view, 12> kLevels = {
    "CAN_VIEW", "CAN_READ",    "CAN_USE",        "CAN_ATTACH_TO", "CAN_MONITOR", "CAN_RUN",
    "CAN_EDIT", "CAN_RESTART", "CAN_MANAGE_RUN", "CAN_QUERY",     "CAN_MANAGE",  "IS_OWNER"};

std::ptrdiff_t strength(const std::optional<Json>& level) {
  if (!level || !level->is_string()) return -1;
  return std::ranges::find(kLevels, level->get<std::string>()) - kLevels.begin();
}

/// A whole entry of an access control list, or its level.
bool widens(const FieldChange& field) {
  if (!field.desired) return false;
  if (!field.live) return true;
  return strength(field.desired) > strength(field.live);
}

bool is_wide_group(const FieldChange& field) {
  return field.path.find("group_name=users") != std::string::npos ||
         field.path.find("group_name=account users") != std::string::npos;
}

constexpr std::string_view kHidden[] = {
    "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D", "\xE2\x80\x8E", "\xE2\x80\x8F",
    "\xE2\x80\xAA", "\xE2\x80\xAB", "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE",
    "\xE2\x81\xA6", "\xE2\x81\xA7", "\xE2\x81\xA8", "\xE2\x81\xA9", "\xEF\xBB\xBF"};

bool holds_hidden(std::string_view text) {
  return std::ranges::any_of(kHidden, [&](std::string_view hidden) {
    return text.find(hidden) != std::string_view::npos;
  });
}

}  // namespace

std::vector<Risk> field_risks(const Change& change, const FieldChange& field) {
  std::vector<Risk> risks;
  const auto add = [&](const char* id, Level level, std::string message) {
    risks.push_back({.id = id, .level = level, .message = std::move(message)});
  };
  if (field.top == "run_as" || ends_with_field(field, "single_user_name"))
    add("R07", Level::High, "changes whose identity it runs with");
  if (change.owner && widens(field))
    add("R08", Level::High,
        is_wide_group(field) ? "opens it to everybody: " + field.path
                             : "gives more than before: " + field.path);
  if (ends_with_field(field, "autotermination_minutes") && is_gone(field.desired))
    add("R10", Level::High, "it would no longer stop by itself");
  if (ends_with_field(field, "num_workers") && is_number_less(field.live, field.desired))
    add("R10", Level::Medium, "more workers cost more");
  if (ends_with_field(field, "spark_version") && field.live &&
      major_version(field.desired) != major_version(field.live))
    add("R11", Level::Medium, "another major version of the runtime");
  if (ends_with_field(field, "runtime_engine"))
    add("R11", Level::Medium, "another engine runs the queries");
  if ((ends_with_field(field, "timeout_seconds") || ends_with_field(field, "on_failure") ||
       field.top == "health") &&
      is_gone(field.desired))
    add("R14", Level::Medium, field.path + " guarded it until now");
  if (field.kind == FieldClass::Conflict)
    add("R13", Level::Medium, field.path + " was changed in the spec and in the workspace");
  return risks;
}

bool has_hidden_text(const Change& change) {
  if (holds_hidden(change.name)) return true;
  if (!change.notebook) return false;
  return std::ranges::any_of(change.notebook->changes,
                             [](const CellChange& cell) { return holds_hidden(cell.new_text); });
}

}  // namespace dbplan
