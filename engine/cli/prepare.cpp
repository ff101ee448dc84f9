#include "engine/cli/prepare.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

#include "engine/base/clock.hpp"
#include "engine/base/text.hpp"
#include "engine/cli/connection.hpp"
#include "engine/cli/lookups.hpp"
#include "engine/live/evidence.hpp"
#include "engine/live/observe.hpp"
#include "engine/plan/moves.hpp"
#include "engine/plan/risks.hpp"
#include "engine/plan/select.hpp"
#include "engine/report/diagnostic_text.hpp"
#include "engine/review/git_work_tree.hpp"

namespace dbplan {
namespace {

namespace fs = std::filesystem;

/// Without an argument: the current folder if it holds a bundle file, else specs/.
Result<fs::path> spec_path(const std::string& given) {
  if (!given.empty()) {
    if (!fs::exists(given))
      return fail(Error::Code::NotFound, "there is no file or folder " + given);
    return fs::path(given);
  }
  for (const char* name : {"databricks.yml", "dbplan.yml"})
    if (fs::exists(name)) return fs::path(".");
  if (fs::is_directory("specs")) return fs::path("specs");
  return fail(
      Error::Code::NotFound,
      "no spec here: name a file or folder, or create databricks.yml, dbplan.yml or specs/");
}

Result<std::map<std::string, std::string>> parse_variables(const std::vector<std::string>& given) {
  std::map<std::string, std::string> variables;
  for (const std::string& text : given) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Error::Code::Invalid, "--var wants name=value, not \"" + text + "\"");
    variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

bool same(const Diagnostic& one, const Diagnostic& other) {
  return one.where == other.where && one.summary == other.summary && one.detail == other.detail;
}

/// Prints the problems that are not among `told` and adds them; an empty error says that there
/// were errors.
Result<> report(Session& session, const Diagnostics& problems, std::vector<Diagnostic>& told) {
  Diagnostics fresh;
  for (const Diagnostic& problem : problems.entries())
    if (std::ranges::none_of(told, [&](const Diagnostic& old) { return same(old, problem); }))
      fresh.add(problem);
  fresh.sort();
  if (!fresh.empty()) *session.err << diagnostics_text(fresh, session.out_is_terminal);
  told.insert(told.end(), fresh.entries().begin(), fresh.entries().end());
  if (problems.has_errors()) return fail(Error::Code::Invalid, "");
  return {};
}

/// Values of secrets come from the environment alone. A plan can do without them; what it then
/// cannot tell, it says.
Result<> fill_secrets(Session& session, bool required, Desired& desired) {
  std::string missing;
  for (Resource& resource : desired.resources) {
    const std::string name = text_at(resource.body, "env");
    if (resource.address.kind != "secrets" || name.empty()) continue;
    resource.body.erase("env");
    if (const std::string value = session.variable(name); !value.empty()) {
      resource.body["string_value"] = value;
      continue;
    }
    missing += (missing.empty() ? "" : ", ") + name + " (" + resource.address.text() + ")";
  }
  if (missing.empty()) return {};
  if (required)
    return fail(Error::Code::Invalid,
                "values of secrets come from the environment, and these "
                "variables are not set: " +
                    missing);
  *session.err << "warning: whether the values of secrets changed cannot be told: not set: "
               << missing << "\n";
  return {};
}

/// What git ignores, and the file of the plan: uploaded by `sync`, it would outdate itself.
Ignored ignored_files(const fs::path& root, const std::string& plan_file) {
  Ignored by_git = work_tree_ignored(root);
  if (plan_file.empty()) return by_git;
  std::error_code error;
  const fs::path plan = fs::weakly_canonical(fs::absolute(plan_file, error), error);
  const fs::path top = fs::weakly_canonical(root, error);
  return [by_git, plan, top](const std::string& path, bool is_folder) {
    return top / path == plan ? true : by_git(path, is_folder);
  };
}

Plan plan_destroy(const Session& session, const Prepared& prepared) {
  Desired nothing = prepared.desired;
  nothing.resources.clear();
  Plan plan = make_plan(nothing, prepared.live, prepared.ledger, session.kinds);
  // What belongs to something else goes with it.
  std::erase_if(plan.changes, [](const Change& change) { return change.owner.has_value(); });
  for (Change& change : plan.changes) {
    change.reason = "destroy";
    const Resource* resource = prepared.desired.find(change.address);
    if (resource) change.depends_on = resource->depends_on;
    if (resource && resource->prevent_destroy)
      change.blocked = "lifecycle.prevent_destroy forbids deleting it";
  }
  return plan;
}

}  // namespace

void add_select_flag(CLI::App& command, SpecFlags& flags) {
  command
      .add_option("--select", flags.select,
                  "only these addresses or keys and what they need (\"*\" for anything)")
      ->allow_extra_args(false);
}

void add_spec_flags(CLI::App& command, SpecFlags& flags) {
  command.add_option("path", flags.path, "spec file or folder (default: here, or specs/)");
  command.add_option("-t,--target", flags.target,
                     "target of the spec (default: the one marked default)");
  command.add_option("-p,--profile", flags.profile, "profile of ~/.databrickscfg");
  command.add_option("--now", flags.now,
                     "the time that the plan is made for, as 2026-01-05T08:00:00Z (default: now)");
  command.add_option("--var", flags.variables, "value of a spec variable: name=value")
      ->allow_extra_args(false);
  command.add_flag("--skip-unsupported", flags.skip_unsupported,
                   "leave out what bundles know and dbplan does not do, with a warning");
}

Result<SpecPlace> find_spec(const std::string& given) {
  const fs::path path = fs::absolute(TRY(spec_path(given))).lexically_normal();
  SpecPlace place{.root = project_root(path), .path = {}};
  place.path = path.lexically_relative(place.root).generic_string();
  while (place.path.ends_with('/')) place.path.pop_back();
  if (place.path == ".") place.path.clear();
  return place;
}

Result<SpecOptions> spec_options(const Session& session, const SpecFlags& flags,
                                 const SpecPlace& place) {
  return SpecOptions{.path = place.path,
                     .target = flags.target,
                     .variables = TRY(parse_variables(flags.variables)),
                     .environment = session.environment,
                     .skip_unsupported = flags.skip_unsupported,
                     .git = [root = place.root] { return work_tree_facts(root); }};
}

Result<LoadedSpec> load_from(Session& session, std::unique_ptr<Tree> tree,
                             const SpecOptions& options) {
  LoadedSpec loaded{.tree = std::move(tree), .spec = {}, .told = {}};
  Diagnostics problems;
  loaded.spec = load_spec(*loaded.tree, options, session.kinds, problems);
  TRY_VOID(report(session, problems, loaded.told));
  return loaded;
}

Result<LoadedSpec> load(Session& session, const SpecFlags& flags) {
  const SpecPlace place = TRY(find_spec(flags.path));
  const SpecOptions options = TRY(spec_options(session, flags, place));
  return load_from(session, open_disk_tree(place.root, ignored_files(place.root, flags.plan_file)),
                   options);
}

Result<Desired> resolve_for(Session& session, LoadedSpec& loaded, const ServerFacts& facts) {
  Diagnostics problems;
  Desired desired = resolve(*loaded.spec, *loaded.tree, facts, problems);
  TRY_VOID(report(session, problems, loaded.told));
  return desired;
}

Result<Opened> open_workspace(Session& session, const SpecWorkspace& spec,
                              const std::string& profile) {
  const Connection connection = TRY(find_connection(session, spec, profile));
  Opened opened{.provider = session.connect(connection), .identity = {}, .local = connection.local};
  auto identity = opened.provider->identity();
  if (!identity && identity.error().code == Error::Code::Unreachable)
    return fail(std::move(identity.error())
                    .in("cannot reach the workspace (is the host right, and is it running?)"));
  if (!identity && identity.error().code == Error::Code::Denied)
    return fail(std::move(identity.error())
                    .in("the workspace at " + connection.host +
                        " refuses the token (expired, or of another workspace?)"));
  if (!identity)
    return fail(std::move(identity.error()).in("cannot use the workspace at " + connection.host));
  opened.identity = std::move(*identity);
  return opened;
}

Result<ServerFacts> server_facts(const LoadedSpec& loaded, const Opened& workspace) {
  ServerFacts facts{.user_name = workspace.identity.user_name, .lookups = {}};
  facts.lookups = TRY(find_ids(spec_lookups(*loaded.spec), *workspace.provider));
  return facts;
}

Result<Prepared> prepare(Session& session, const SpecFlags& flags) {
  LoadedSpec loaded = TRY(load(session, flags));  // what is wrong offline is told before all else
  Prepared prepared;
  prepared.workspace = TRY(open_workspace(session, spec_workspace(*loaded.spec), flags.profile));
  const ServerFacts facts = TRY(server_facts(loaded, prepared.workspace));
  prepared.desired = TRY(resolve_for(session, loaded, facts));
  prepared.desired.user_name = prepared.workspace.identity.user_name;
  if (!flags.destroy) TRY_VOID(fill_secrets(session, flags.apply, prepared.desired));
  TRY_VOID(replan(session, flags, prepared));
  return prepared;
}

Result<> replan(Session& session, const SpecFlags& flags, Prepared& prepared) {
  Provider& provider = *prepared.workspace.provider;
  LoadedLedger loaded = TRY(read_ledger(prepared.desired.root_path, provider));
  if (!loaded.warning.empty()) *session.err << "warning: " << loaded.warning << "\n";
  prepared.ledger = with_moves(std::move(loaded.ledger), prepared.desired);
  prepared.live = TRY(observe(prepared.desired, prepared.ledger, provider, session.kinds,
                              Look::Named, session.parallelism));
  prepared.live.observed_at =
      flags.now.empty() ? session.clock->now() : TRY(parse_rfc3339(flags.now));
  const auto plan = [&] {
    return select_changes(
        flags.destroy ? plan_destroy(session, prepared)
                      : make_plan(prepared.desired, prepared.live, prepared.ledger, session.kinds),
        flags.select);
  };
  prepared.plan = TRY(plan());
  // Only what changes is asked about; then the same plan is made with what is known now.
  const auto questions = evidence_questions(prepared.plan, prepared.live);
  if (questions.empty()) return {};
  gather_evidence(questions, provider, session.parallelism, prepared.live);
  prepared.plan = TRY(plan());
  return {};
}

PlanFrame frame_of(const Prepared& prepared) {
  return {.host = prepared.workspace.provider->host(),
          .user = prepared.workspace.identity.user_name,
          .local = prepared.workspace.local,
          .observed_at = rfc3339(prepared.live.observed_at)};
}

TextStyle style_of(const Session& session) {
  return {.color = session.out_is_terminal && session.variable("NO_COLOR").empty(), .why = false};
}

void print_receipt(Session& session, const Provider& provider) {
  *session.err << receipt_text(provider.receipt()) << "\n";
}

void report_error(Session& session, const Error& error, int exit_code) {
  if (!error.message.empty()) *session.err << "error: " << visible(error.message, true) << "\n";
  session.exit_code = error.code == Error::Code::Interrupted ? 130 : exit_code;
}

}  // namespace dbplan
