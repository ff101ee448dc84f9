#include "engine/report/plan_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/text.hpp"
#include "engine/model/reference.hpp"

namespace dbplan {
namespace {

constexpr std::size_t kContext = 3;
constexpr std::size_t kLongestLine = 200;
constexpr std::size_t kMostCompared = 4000;  // lines; beyond, both sides are shown whole

std::string cut(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text;
  std::size_t end = width;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return fmt::format("{}…(+{})", text.substr(0, end), text.size() - end);
}

/// ' ', '-' or '+' for each line of the merged text.
std::vector<std::pair<char, std::string>> merge_lines(const std::vector<std::string>& a,
                                                      const std::vector<std::string>& b) {
  std::vector<std::vector<int>> length(a.size() + 1, std::vector<int>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      length[i][j] =
          a[i] == b[j] ? length[i + 1][j + 1] + 1 : std::max(length[i + 1][j], length[i][j + 1]);
  std::vector<std::pair<char, std::string>> merged;
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      merged.emplace_back(' ', a[i++]);
      ++j;
    } else if (i < a.size() && (j == b.size() || length[i + 1][j] >= length[i][j + 1])) {
      merged.emplace_back('-', a[i++]);
    } else {
      merged.emplace_back('+', b[j++]);
    }
  }
  return merged;
}

}  // namespace

PlanView view_of(const Plan& plan) {
  PlanView view{.changes = {}, .drift = {}, .risks = {}, .tally = plan.tally()};
  for (const Change& change : plan.changes) {
    for (const Risk& risk : change.risks) view.risks.push_back({&change, &risk});
    if (change.action == Action::Keep) continue;
    (change.is_drift() ? view.drift : view.changes).push_back(&change);
  }
  std::ranges::stable_sort(view.risks, std::greater<>(),
                           [](const PlanView::Finding& f) { return f.risk->level; });
  return view;
}

std::string_view action_sign(const Change& change) {
  switch (change.action) {
    case Action::Keep:
      return " ";
    case Action::Create:
      return "+";
    case Action::Update:
    case Action::Resize:
      return "~";
    case Action::Replace:
      return "±";
    case Action::Delete:
      return "-";
    case Action::Release:
      return "#";
  }
  return " ";
}

std::string_view risk_level_name(Risk::Level level) {
  return level == Risk::Level::High ? "high" : level == Risk::Level::Medium ? "medium" : "low";
}

std::string value_text(const Json& value, std::size_t width) {
  if (holds_reference(value)) {
    const auto reference = find_references(value.get_ref<const std::string&>()).front();
    return "(known after " + reference.address.text() + " is created)";
  }
  return cut(visible(canonical(value)), width);
}

std::string field_change_text(const FieldChange& field) {
  if (field.secret) return "(secret changed)";
  if (field.path == "content") return "changed";
  if (!field.desired && field.live)  // what the server keeps is only told
    return value_text(*field.live) + (field.acts() ? " → (removed)" : "");
  if (field.desired && !field.live) return "(absent) → " + value_text(*field.desired);
  if (!field.desired) return "(removed)";
  std::string text = value_text(*field.live) + " → " + value_text(*field.desired);
  if (field.kind == FieldClass::Conflict && field.last)
    text += "  (last applied " + value_text(*field.last) + ")";
  return text;
}

std::string field_class_text(const FieldChange& field) {
  switch (field.kind) {
    case FieldClass::Changed:
      return "";
    case FieldClass::Drift:
      return "changed in the workspace";
    case FieldClass::Conflict:
      return "changed in the spec and in the workspace";
    case FieldClass::Differs:
      return "last apply unknown";
    case FieldClass::Removed:
      return "no longer in the spec";
    case FieldClass::Added:
      return "added in the workspace";
    case FieldClass::ServerDefault:
      return "kept: " + field.why;
    case FieldClass::WriteOnly:
      return field.why;
  }
  return "";
}

std::string tally_text(const Tally& tally) {
  if (tally.changes() == 0)
    return fmt::format("Nothing to do: the workspace matches the spec ({}).",
                       counted(static_cast<std::size_t>(tally.unchanged), "resource"));
  std::string text =
      fmt::format("Plan: {} to create, {} to update, {} to replace, {} to delete, {} unchanged.",
                  tally.create, tally.update, tally.replace, tally.remove, tally.unchanged);
  if (tally.release > 0) text += fmt::format(" {} to release.", tally.release);
  if (tally.drift > 0)
    text +=
        fmt::format(" {} of these {} drift.", tally.drift, tally.drift == 1 ? "undoes" : "undo");
  return text;
}

std::vector<std::string> diff_lines(const std::string& before, const std::string& after) {
  const auto a = split_lines(before), b = split_lines(after);
  std::vector<std::pair<char, std::string>> merged;
  if (a.size() + b.size() > kMostCompared) {
    for (const std::string& line : a) merged.emplace_back('-', line);
    for (const std::string& line : b) merged.emplace_back('+', line);
  } else {
    merged = merge_lines(a, b);
  }
  std::vector<bool> shown(merged.size(), false);
  for (std::size_t i = 0; i < merged.size(); ++i)
    if (merged[i].first != ' ')
      for (std::size_t j = i < kContext ? 0 : i - kContext;
           j < std::min(merged.size(), i + kContext + 1); ++j)
        shown[j] = true;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < merged.size(); ++i) {
    if (shown[i]) {
      lines.push_back(std::string(1, merged[i].first) + " " +
                      cut(visible(merged[i].second), kLongestLine));
      continue;
    }
    std::size_t end = i;
    while (end < merged.size() && !shown[end]) ++end;
    lines.push_back(fmt::format("  … {} …", counted(end - i, "equal line")));
    i = end - 1;
  }
  return lines;
}

}  // namespace dbplan
