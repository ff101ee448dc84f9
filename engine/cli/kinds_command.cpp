#include <CLI/CLI.hpp>
#include <ostream>

#include "engine/base/diagnostic.hpp"
#include "engine/cli/commands.hpp"
#include "engine/report/kinds_text.hpp"

namespace dbplan {
namespace {

struct KindsFlags {
  std::string kind, field;
  bool json = false;
};

Result<const Kind*> named_kind(const Session& session, const std::string& name) {
  if (const Kind* kind = find_kind(session.kinds, name)) return kind;
  std::vector<std::string> names;
  for (const Kind* kind : session.kinds) names.emplace_back(kind->name);
  const std::string near = nearest(name, names);
  return fail(Error::Code::NotFound, "there is no kind \"" + name + "\"" +
                                         (near.empty() ? "; dbplan kinds lists them"
                                                       : "; did you mean \"" + near + "\"?"));
}

Result<> kinds_command(Session& session, const KindsFlags& flags) {
  if (flags.kind.empty()) {
    *session.out << (flags.json ? pretty(kinds_json(session.kinds)) + "\n"
                                : kinds_text(session.kinds));
    return {};
  }
  const Kind* kind = TRY(named_kind(session, flags.kind));
  const FieldTree tree = TRY(describe_field(*kind, flags.field));
  *session.out << (flags.json ? pretty(field_tree_json(*kind, tree)) + "\n"
                              : field_tree_text(*kind, tree));
  return {};
}

}  // namespace

void add_kinds_command(CLI::App& app, Session& session) {
  auto flags = std::make_shared<KindsFlags>();
  CLI::App* command = app.add_subcommand(
      "kinds", "Explain the kinds of resources and their fields: type, default, why");
  command->add_option("kind", flags->kind, "one kind, e.g. jobs");
  command->add_option("field", flags->field, "one field of it, e.g. tasks.run_if");
  command->add_flag("--json", flags->json, "print it as JSON");
  command->footer(
      "Examples:\n  dbplan kinds\n  dbplan kinds jobs\n  dbplan kinds jobs tasks.run_if");
  command->callback([&session, flags] {
    if (auto done = kinds_command(session, *flags); !done) report_error(session, done.error());
  });
}

}  // namespace dbplan
