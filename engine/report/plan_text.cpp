#include "engine/report/plan_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/text.hpp"

namespace dbplan {
namespace {

constexpr std::string_view kGreen = "\x1b[32m", kYellow = "\x1b[33m", kRed = "\x1b[31m",
                           kBold = "\x1b[1m", kDim = "\x1b[2m", kPlain = "\x1b[0m";

/// The address, and the name where it says something else.
std::string title_of(const Change& change) {
  const std::string address = change.address.text();
  const bool told =
      change.name.empty() || change.kind->in_tree || change.name == change.address.key;
  return told ? address : address + " \"" + visible(change.name) + "\"";
}

class Writer {
 public:
  explicit Writer(const TextStyle& style) : style_(style) {}

  std::string paint(std::string_view text, std::string_view color) const {
    return style_.color ? fmt::format("{}{}{}", color, text, kPlain) : std::string(text);
  }

  static std::string_view action_color(Action action) {
    switch (action) {
      case Action::Create:
        return kGreen;
      case Action::Delete:
      case Action::Replace:
        return kRed;
      default:
        return kYellow;
    }
  }

  void change(const Change& change, std::size_t width) {
    const std::string title = title_of(change);
    std::string what = std::string(action_name(change.action));
    if (change.started) what += *change.started ? ", start" : ", stop";
    text_ += fmt::format(
        "  {} {}  {}  {}\n", paint(action_sign(change), action_color(change.action)),
        paint(padded(title, width), kBold), padded(what, 8), paint(change.reason, kDim));
    if (!change.blocked.empty()) text_ += paint("      ! " + change.blocked, kRed) + "\n";
    fields(change);
    if (change.notebook) cells(change);
  }

  void fields(const Change& change) {
    std::size_t width = 0;
    for (const FieldChange& field : change.fields)
      if (shown(field)) width = std::max(width, display_width(field.path));
    width = std::min<std::size_t>(width, 60);
    for (const FieldChange& field : change.fields) {
      if (!shown(field)) continue;
      const std::string why = field_class_text(field);
      text_ += fmt::format("      {}  {}{}\n", padded(visible(field.path), width),
                           field_change_text(field), why.empty() ? "" : "  " + paint(why, kDim));
    }
  }

  void cells(const Change& change) {
    const NotebookDiff& diff = *change.notebook;
    for (const CellChange& cell : diff.changes) {
      text_ += "      " + paint(cell_title(cell, diff), kDim) + "\n";
      for (const std::string& line : cell_lines(cell)) {
        const std::string_view color = line[0] == '+'   ? kGreen
                                       : line[0] == '-' ? kRed
                                                        : std::string_view();
        text_ += "      " + (color.empty() ? line : paint(line, color)) + "\n";
      }
    }
  }

  static std::string cell_title(const CellChange& cell, const NotebookDiff& diff) {
    switch (cell.kind) {
      case CellChange::Kind::Moved:
        return fmt::format("@@ cell {} moved to {}, {} @@", cell.before, cell.after, cell.language);
      case CellChange::Kind::Added:
        return fmt::format("@@ cell {} of {} added, {} @@", cell.after, diff.cells_after,
                           cell.language);
      case CellChange::Kind::Removed:
        return fmt::format("@@ cell {} of {} removed, {} @@", cell.before, diff.cells_before,
                           cell.language);
      case CellChange::Kind::Changed:
        break;
    }
    return fmt::format("@@ cell {} of {}, {} @@", cell.after, diff.cells_after, cell.language);
  }

  static std::vector<std::string> cell_lines(const CellChange& cell) {
    if (cell.kind == CellChange::Kind::Moved) return {};
    return diff_lines(cell.old_text, cell.new_text);
  }

  void risks(const PlanView& view) {
    const bool any = std::ranges::any_of(
        view.risks, [](const auto& f) { return f.risk->level > Risk::Level::Low; });
    if (!any) return;
    text_ += "\n" + paint("Risks", kBold) + "\n";
    for (const PlanView::Finding& finding : view.risks) {
      const std::string level = padded(std::string(risk_level_name(finding.risk->level)), 6);
      const bool high = finding.risk->level == Risk::Level::High;
      text_ +=
          fmt::format("  {} {}  {}: {}\n", paint(level, high ? kRed : kYellow), finding.risk->id,
                      finding.change->address.text(), visible(finding.risk->message));
    }
  }

  bool shown(const FieldChange& field) const {
    return (field.acts() || style_.why) && field.path != "content";
  }

  std::string text_;

 private:
  TextStyle style_;
};

std::size_t title_width(const std::vector<const Change*>& changes) {
  std::size_t width = 0;
  for (const Change* change : changes) width = std::max(width, display_width(title_of(*change)));
  return std::min<std::size_t>(width, 56);
}

}  // namespace

std::string plan_text(const Plan& plan, const PlanFrame& frame, const TextStyle& style) {
  const PlanView view = view_of(plan);
  Writer writer(style);
  writer.text_ = !frame.title.empty()
                     ? frame.title + "\n"
                     : fmt::format("{} → {} in {}{} as {}\n", plan.bundle, plan.target,
                                   frame.local ? "the local workspace" : "",
                                   frame.local ? "" : frame.host, visible(frame.user));
  if (!view.changes.empty()) writer.text_ += "\n";
  const std::size_t width = title_width(view.changes);
  for (const Change* change : view.changes) writer.change(*change, width);
  if (!view.drift.empty())
    writer.text_ +=
        "\n" + writer.paint("Drift", kBold) + ": changed in the workspace, apply puts it back\n";
  const std::size_t drift_width = title_width(view.drift);
  for (const Change* change : view.drift) writer.change(*change, drift_width);
  if (style.why)
    for (const Change& change : plan.changes)
      if (change.action == Action::Keep && !change.fields.empty()) {
        writer.text_ += "\n  " + change.address.text() + "  keep\n";
        writer.fields(change);
      }
  writer.risks(view);
  writer.text_ += "\n" + writer.paint(tally_text(view.tally), kBold) + "\n";
  if (view.tally.defaults > 0 && !style.why)
    writer.text_ +=
        fmt::format("{} ignored (--why lists them).\n",
                    counted(static_cast<std::size_t>(view.tally.defaults), "server default"));
  return writer.text_;
}

std::string outcome_text(const StepOutcome& outcome, const TextStyle& style) {
  const Writer writer(style);
  const std::string what =
      fmt::format("{} {}", action_name(outcome.action), outcome.address.text());
  switch (outcome.result) {
    case StepOutcome::Result::Done:
      return writer.paint("ok", kGreen) + "      " + what;
    case StepOutcome::Result::Failed:
      return writer.paint("failed", kRed) + "  " + what + ": " + visible(outcome.text);
    case StepOutcome::Result::NotTried:
      break;
  }
  return writer.paint("not tried", kYellow) + " " + what + ": " + visible(outcome.text);
}

std::string apply_summary_text(const std::vector<StepOutcome>& outcomes) {
  if (outcomes.empty()) return {};
  const auto count = [&](StepOutcome::Result result) {
    return std::ranges::count(outcomes, result, &StepOutcome::result);
  };
  std::string text = fmt::format(
      "Applied {}", counted(static_cast<std::size_t>(count(StepOutcome::Result::Done)), "change"));
  if (const auto failed = count(StepOutcome::Result::Failed))
    text += fmt::format(", {} failed", failed);
  if (const auto left = count(StepOutcome::Result::NotTried))
    text += fmt::format(", {} not tried", left);
  return text + ".\n";
}

std::string receipt_text(const Receipt& receipt) {
  std::string text =
      fmt::format("{}, {} of them mutating",
                  counted(static_cast<std::size_t>(receipt.sent), "request"), receipt.mutating);
  if (receipt.retried > 0)
    text +=
        fmt::format(", {} retried after {:.1f} s in all", receipt.retried, receipt.waited_seconds);
  if (receipt.throttled > 0) text += fmt::format(", {} throttled", receipt.throttled);
  return text;
}

}  // namespace dbplan
