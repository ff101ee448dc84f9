#include <CLI/CLI.hpp>
#include <ostream>

#include "engine/base/text.hpp"
#include "engine/cli/connection.hpp"
#include "engine/cli/prepare.hpp"

namespace dbplan {
namespace {

/// One thing that was looked at.
struct Check {
  enum class Verdict { Ok, Note, Failed };
  std::string name;
  Verdict verdict = Verdict::Ok;
  std::string text;
};

std::string_view verdict_name(Check::Verdict verdict) {
  switch (verdict) {
    case Check::Verdict::Ok:
      return "ok";
    case Check::Verdict::Note:
      return "note";
    case Check::Verdict::Failed:
      return "failed";
  }
  return "";
}

struct AuthFlags {
  SpecFlags spec;
  bool json = false;
};

/// What the spec says of the workspace; nothing is said where there is no spec.
Check check_spec(Session& session, const SpecFlags& flags, SpecWorkspace& named) {
  Check check{.name = "spec", .text = {}};
  if (const auto place = find_spec(flags.path); !place) {
    check.verdict = flags.path.empty() ? Check::Verdict::Note : Check::Verdict::Failed;
    check.text = flags.path.empty() ? "none here; dbplan init writes one" : place.error().message;
    return check;
  }
  auto loaded = load(session, flags);
  const auto desired = loaded ? resolve_for(session, *loaded, {}) : Result<Desired>();
  if (!loaded || !desired) {
    check.verdict = Check::Verdict::Failed;
    check.text = loaded ? desired.error().message : loaded.error().message;
    if (check.text.empty()) check.text = "it is not valid; see the errors above";
    return check;
  }
  named = spec_workspace(*loaded->spec);
  check.text = desired->bundle + ", target " + desired->target + ", " +
               counted(desired->resources.size(), "resource");
  return check;
}

Result<> auth(Session& session, const AuthFlags& flags) {
  SpecWorkspace named;
  if (find_spec(flags.spec.path) || !flags.spec.path.empty())
    named = spec_workspace(*TRY(load(session, flags.spec)).spec);
  const Connection connection = TRY(find_connection(session, named, flags.spec.profile));
  const Opened opened = TRY(open_workspace(session, named, flags.spec.profile));
  const Json told = {{"host", connection.host},
                     {"user", opened.identity.user_name},
                     {"workspace_id", opened.identity.workspace_id},
                     {"source", connection.source}};
  if (flags.json)
    *session.out << pretty(told) << "\n";
  else
    *session.out << visible(opened.identity.user_name) << " in " << connection.host << "\nfrom "
                 << visible(connection.source) << "\n";
  return {};
}

std::vector<Check> examine(Session& session, const SpecFlags& flags) {
  std::vector<Check> checks;
  SpecWorkspace named;
  checks.push_back(check_spec(session, flags, named));
  const auto connection = find_connection(session, named, flags.profile);
  if (!connection) {
    checks.push_back({"credentials", Check::Verdict::Failed, connection.error().message});
  } else {
    checks.push_back({"credentials", Check::Verdict::Ok, connection->source});
    const auto opened = open_workspace(session, named, flags.profile);
    checks.push_back(opened ? Check{"workspace", Check::Verdict::Ok,
                                    opened->identity.user_name + " in " + connection->host}
                            : Check{"workspace", Check::Verdict::Failed, opened.error().message});
  }
  const std::string trouble = session.local->trouble({.dir = session.local->default_dir()});
  // Only the local workspace needs it.
  checks.push_back(trouble.empty()
                       ? Check{"notebooks", Check::Verdict::Ok, "the local workspace can run them"}
                       : Check{"notebooks", Check::Verdict::Note,
                               "the local workspace cannot run them: " + trouble});
  return checks;
}

void doctor(Session& session, const AuthFlags& flags) {
  Json list = Json::array();
  for (const Check& check : examine(session, flags.spec)) {
    if (check.verdict == Check::Verdict::Failed) session.exit_code = 1;
    list.push_back(
        {{"name", check.name}, {"verdict", verdict_name(check.verdict)}, {"text", check.text}});
    if (!flags.json)
      *session.out << padded(verdict_name(check.verdict), 6) << "  " << padded(check.name, 11)
                   << "  " << visible(check.text) << "\n";
  }
  if (flags.json) *session.out << pretty({{"checks", list}}) << "\n";
}

}  // namespace

void add_auth_command(CLI::App& app, Session& session) {
  auto flags = std::make_shared<AuthFlags>();
  CLI::App* command =
      app.add_subcommand("auth", "Say who dbplan is, in which workspace, and why there");
  add_spec_flags(*command, flags->spec);
  command->add_flag("--json", flags->json, "print it as JSON; no token is ever printed");
  command->footer("Example:\n  dbplan auth --profile prod");
  command->callback([&session, flags] {
    if (auto done = auth(session, *flags); !done) report_error(session, done.error());
  });
}

void add_doctor_command(CLI::App& app, Session& session) {
  auto flags = std::make_shared<AuthFlags>();
  CLI::App* command = app.add_subcommand(
      "doctor", "Check spec, credentials, workspace and local runtime; exit 1 if one fails");
  add_spec_flags(*command, flags->spec);
  command->add_flag("--json", flags->json, "print the checks as JSON");
  command->footer("Example:\n  dbplan doctor specs/ --target prod");
  command->callback([&session, flags] { doctor(session, *flags); });
}

}  // namespace dbplan
