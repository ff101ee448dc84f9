#include "engine/report/plan_markdown.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/text.hpp"

namespace dbplan {
namespace {

std::size_t longest_backticks(std::string_view text) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

std::string heading(const Plan& plan, const Tally& tally) {
  std::string text = fmt::format("### dbplan · {} · {}: ", escape_markdown(plan.bundle),
                                 escape_markdown(plan.target));
  if (tally.changes() == 0) return text + "nothing to do\n";
  std::vector<std::string> parts;
  if (tally.create > 0) parts.push_back(fmt::format("{} to create", tally.create));
  if (tally.update > 0) parts.push_back(fmt::format("{} to update", tally.update));
  if (tally.replace > 0) parts.push_back(fmt::format("**{} to replace**", tally.replace));
  if (tally.remove > 0) parts.push_back(fmt::format("**{} to delete**", tally.remove));
  if (tally.drift > 0) parts.push_back(fmt::format("{} drift", tally.drift));
  return text + fmt::format("{}\n", fmt::join(parts, ", "));
}

std::string risk_ids(const Change& change) {
  std::string text;
  for (const Risk& risk : change.risks) {
    if (!text.empty()) text += ", ";
    text += risk.level == Risk::Level::High ? "**" + risk.id + "**" : risk.id;
  }
  return text.empty() ? "–" : text;
}

std::vector<std::string> detail_lines(const Change& change) {
  std::vector<std::string> lines;
  for (const FieldChange& field : change.fields) {
    if (!field.acts() || field.path == "content") continue;
    lines.push_back("@@ " + visible(field.path) + " @@");
    if (field.secret) lines.emplace_back("! secret changed");
    if (field.live) lines.push_back("- " + value_text(*field.live, 400));
    if (field.desired) lines.push_back("+ " + value_text(*field.desired, 400));
  }
  if (change.notebook)
    for (const CellChange& cell : change.notebook->changes) {
      lines.push_back(fmt::format("@@ cell {} of {} · {}{} @@", std::max(cell.after, cell.before),
                                  change.notebook->cells_after, cell.language,
                                  cell.kind == CellChange::Kind::Moved ? " · moved" : ""));
      if (cell.kind == CellChange::Kind::Moved) continue;
      for (const std::string& line : diff_lines(cell.old_text, cell.new_text))
        lines.push_back(line);
    }
  return lines;
}

std::string fold(const Change& change) {
  const std::vector<std::string> lines = detail_lines(change);
  if (lines.empty()) return "";
  std::size_t ticks = 3;
  for (const std::string& line : lines) ticks = std::max(ticks, longest_backticks(line) + 1);
  const std::string fence(ticks, '`');
  return fmt::format(
      "<details><summary><code>{}</code> — {}</summary>\n\n{}diff\n{}\n{}\n</details>\n",
      escape_markdown(change.address.text()), action_name(change.action), fence,
      fmt::join(lines, "\n"), fence);
}

}  // namespace

std::string escape_markdown(std::string_view text) {
  std::string escaped;
  for (const char c : visible(text)) switch (c) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '@':
        escaped += "&#64;";
        break;
      case '|':
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
      case '#':
      case '\\':
      case '~':
        escaped += '\\';
        [[fallthrough]];
      default:
        escaped += c;
    }
  return escaped;
}

std::string code_span(std::string_view text) {
  const std::string shown = visible(text);
  const std::string ticks(longest_backticks(shown) + 1, '`');
  std::string span = ticks.size() == 1 ? ticks + shown + ticks : ticks + " " + shown + " " + ticks;
  // A pipe ends a table cell even inside a code span.
  for (std::size_t at = span.find('|'); at != std::string::npos; at = span.find('|', at + 2))
    span.insert(at, "\\");
  return span;
}

std::string plan_markdown(const Plan& plan, const PlanFrame& frame) {
  const PlanView view = view_of(plan);
  std::string text = heading(plan, view.tally);
  std::vector<const Change*> changes = view.changes;
  changes.insert(changes.end(), view.drift.begin(), view.drift.end());
  bool caution = false;
  for (const PlanView::Finding& finding : view.risks) {
    if (finding.risk->level != Risk::Level::High) continue;
    if (!caution) text += "\n> [!CAUTION]\n";
    caution = true;
    text += fmt::format("> **{}** {}: {}\n", finding.risk->id,
                        code_span(finding.change->address.text()),
                        escape_markdown(finding.risk->message));
  }
  if (!changes.empty()) text += "\n| | resource | what | why | risk |\n|---|---|---|---|---|\n";
  for (const Change* change : changes)
    text += fmt::format("| {} | {} | {} | {} | {} |\n", code_span(action_sign(*change)),
                        code_span(change->address.text()), action_name(change->action),
                        escape_markdown(change->blocked.empty() ? change->reason : change->blocked),
                        risk_ids(*change));
  if (!changes.empty()) text += "\n";
  for (const Change* change : changes) text += fold(*change);
  text += fmt::format("\n<sub>{} as {} · {} unchanged · {} server defaults ignored</sub>\n",
                      escape_markdown(frame.host), escape_markdown(frame.user),
                      view.tally.unchanged, view.tally.defaults);
  return text;
}

}  // namespace dbplan
