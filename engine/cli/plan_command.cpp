#include <CLI/CLI.hpp>
#include <fstream>
#include <ostream>

#include "engine/cli/prepare.hpp"
#include "engine/plan/plan_file.hpp"
#include "engine/report/plan_json.hpp"
#include "engine/report/plan_markdown.hpp"

namespace dbplan {
namespace {

struct PlanFlags {
  SpecFlags spec;
  bool json = false, markdown = false, why = false, exit_code = false;
  std::string fail_on;
};

Result<> save(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text << "\n";
  file.close();
  if (!file) return fail(Error::Code::Invalid, "cannot write " + path);
  return {};
}

void print(Session& session, const Prepared& prepared, const PlanFlags& flags) {
  const PlanFrame frame = frame_of(prepared);
  TextStyle style = style_of(session);
  style.why = flags.why;
  if (flags.json)
    *session.out << pretty(plan_json(prepared.plan, frame)) << "\n";
  else if (flags.markdown)
    *session.out << plan_markdown(prepared.plan, frame);
  else
    *session.out << plan_text(prepared.plan, frame, style);
}

int exit_code(const Plan& plan, const PlanFlags& flags) {
  if (plan.blocked()) return 1;
  if (flags.fail_on == "high" && plan.highest_risk() == Risk::Level::High) return 3;
  if (flags.fail_on == "medium" && plan.highest_risk() >= Risk::Level::Medium) return 3;
  return flags.exit_code && !plan.empty() ? 2 : 0;
}

Result<> plan_command(Session& session, const PlanFlags& flags) {
  const Prepared prepared = TRY(prepare(session, flags.spec));
  print(session, prepared, flags);
  if (!flags.spec.plan_file.empty()) {
    PlanSeal seal = seal_plan(prepared.workspace.provider->host(), prepared.plan, prepared.desired,
                              prepared.live);
    seal.spec_path = flags.spec.path;
    seal.select = flags.spec.select;
    seal.destroy = flags.spec.destroy;
    TRY_VOID(save(flags.spec.plan_file,
                  pretty(plan_file_json(plan_json(prepared.plan, frame_of(prepared)), seal))));
    *session.err << "Saved. Apply exactly this with: dbplan apply " << flags.spec.plan_file << "\n";
  }
  print_receipt(session, *prepared.workspace.provider);
  session.exit_code = exit_code(prepared.plan, flags);
  return {};
}

}  // namespace

void add_plan_command(CLI::App& app, Session& session) {
  auto flags = std::make_shared<PlanFlags>();
  CLI::App* command =
      app.add_subcommand("plan", "Show what apply would change, and why; changes nothing");
  add_spec_flags(*command, flags->spec);
  add_select_flag(*command, flags->spec);
  command->add_flag("--destroy", flags->spec.destroy, "plan what destroy would do");
  command->add_flag("--json", flags->json, "print the plan as JSON");
  command->add_flag("--md", flags->markdown, "print the plan as Markdown for a pull request");
  command->add_flag("--why", flags->why, "also list the differences that are not acted on");
  command->add_flag("--exit-code", flags->exit_code, "exit 2 when there is something to do");
  command->add_option("--out", flags->spec.plan_file,
                      "save the plan, to be applied exactly by: apply FILE");
  command->add_option("--fail-on", flags->fail_on, "exit 3 from this risk on")
      ->check(CLI::IsMember({"medium", "high"}));
  command->callback([&session, flags] {
    if (auto done = plan_command(session, *flags); !done) report_error(session, done.error());
  });
}

}  // namespace dbplan
