#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

#include "engine/cli/prepare.hpp"
#include "engine/report/diagnostic_text.hpp"
#include "engine/report/plan_json.hpp"
#include "engine/report/plan_markdown.hpp"
#include "engine/review/git_tree.hpp"
#include "engine/review/git_work_tree.hpp"
#include "engine/review/spec_diff.hpp"

namespace dbplan {
namespace {

struct DiffFlags {
  std::string range;  // "a..b", or "a": a against the files on disk
  SpecFlags spec;
  bool json = false, markdown = false, exit_code = false;
};

/// One side: a revision, or the files on disk when it is empty.
Result<Desired> side(Session& session, const DiffFlags& flags, const std::string& revision) {
  const SpecPlace place = TRY(find_spec(flags.spec.path));
  std::unique_ptr<Tree> tree;
  if (revision.empty())
    tree = open_disk_tree(place.root, work_tree_ignored(place.root));
  else
    tree = TRY(open_git_tree(place.root, revision));
  const SpecOptions options = TRY(spec_options(session, flags.spec, place));
  LoadedSpec loaded = TRY(load_from(session, std::move(tree), options));
  return resolve_for(session, loaded, {});
}

Result<> diff_command(Session& session, const DiffFlags& flags) {
  const std::size_t dots = flags.range.find("..");
  const std::string before = flags.range.substr(0, dots);
  const std::string after = dots == std::string::npos ? "" : flags.range.substr(dots + 2);
  if (before.empty() || (dots != std::string::npos && after.empty()))
    return fail(Error::Code::Invalid,
                "diff wants <rev>..<rev>, or one <rev> to compare the files on disk with");
  const Desired old_spec = TRY(side(session, flags, before));
  const Desired new_spec = TRY(side(session, flags, after));
  const Plan plan = diff_specs(old_spec, new_spec, session.kinds);
  const PlanFrame frame{.title = plan.bundle + " → " + plan.target + ": from " + before + " to " +
                                 (after.empty() ? "the files here" : after) +
                                 " (no workspace was read)"};
  if (flags.json)
    *session.out << pretty(plan_json(plan, frame)) << "\n";
  else if (flags.markdown)
    *session.out << plan_markdown(plan, frame);
  else
    *session.out << plan_text(plan, frame, style_of(session));
  session.exit_code = flags.exit_code && !plan.empty() ? 2 : 0;
  return {};
}

}  // namespace

void add_diff_command(CLI::App& app, Session& session) {
  auto flags = std::make_shared<DiffFlags>();
  CLI::App* command = app.add_subcommand(
      "diff", "Show what changes in effect between two revisions; reads no workspace");
  command
      ->add_option("revisions", flags->range, "<rev>..<rev>, or <rev>: against the files on disk")
      ->required();
  add_spec_flags(*command, flags->spec);
  command->add_flag("--json", flags->json, "print as JSON");
  command->add_flag("--md", flags->markdown, "print as Markdown");
  command->add_flag("--exit-code", flags->exit_code, "exit 2 when something changes");
  command->callback([&session, flags] {
    if (auto done = diff_command(session, *flags); !done) report_error(session, done.error());
  });
}

}  // namespace dbplan
