#include <CLI/CLI.hpp>
#include <ostream>

#include "engine/base/text.hpp"
#include "engine/cli/prepare.hpp"
#include "engine/report/plan_json.hpp"

namespace dbplan {
namespace {

constexpr int kDrift = 2;

struct DriftFlags {
  SpecFlags spec;
  bool json = false;
};

/// Whether somebody did this in the workspace. What differs with nothing known of the last apply
/// is left to `plan`: it may as well be an edit of the spec.
bool done_on_server(const FieldChange& field) {
  return field.kind == FieldClass::Drift || field.kind == FieldClass::Added ||
         field.kind == FieldClass::Conflict;
}

/// The plan with nothing in it but what was changed, added or deleted in the workspace.
Plan drift_of(Plan plan, const Desired& desired) {
  std::erase_if(plan.changes, [&](Change& change) {
    if (change.action == Action::Keep) return true;
    if (change.vanished) return false;
    const bool clone = change.action == Action::Delete && desired.find(change.address);
    std::erase_if(change.fields, [](const FieldChange& field) { return !done_on_server(field); });
    return !clone && change.fields.empty();
  });
  return plan;
}

Result<> drift_command(Session& session, const DriftFlags& flags) {
  const Prepared prepared = TRY(prepare(session, flags.spec));
  if (!prepared.plan.ledger_found)
    *session.err << "warning: nothing is known of a last apply, so edits of the spec and changes "
                    "in the workspace cannot be told apart; see dbplan plan\n";
  const Plan drift = drift_of(prepared.plan, prepared.desired);
  PlanFrame frame = frame_of(prepared);
  if (flags.json) {
    *session.out << pretty(plan_json(drift, frame)) << "\n";
  } else if (drift.changes.empty()) {
    *session.out << "No drift: nothing was changed in the workspace since the last apply.\n";
  } else {
    *session.out << plan_text(drift, frame, style_of(session));
  }
  print_receipt(session, *prepared.workspace.provider);
  session.exit_code = drift.changes.empty() ? 0 : kDrift;
  return {};
}

}  // namespace

void add_drift_command(CLI::App& app, Session& session) {
  auto flags = std::make_shared<DriftFlags>();
  CLI::App* command = app.add_subcommand(
      "drift", "Show only what was changed in the workspace since the last apply; exit 2 if any");
  add_spec_flags(*command, flags->spec);
  command->add_flag("--json", flags->json, "print it as JSON, in the form of plan --json");
  command->footer("Example, for a schedule in a pipeline:\n  dbplan drift specs/ --target prod");
  command->callback([&session, flags] {
    if (auto done = drift_command(session, *flags); !done) report_error(session, done.error());
  });
}

}  // namespace dbplan
