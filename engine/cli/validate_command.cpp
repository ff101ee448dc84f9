#include <CLI/CLI.hpp>
#include <ostream>

#include "engine/base/text.hpp"
#include "engine/cli/prepare.hpp"

namespace dbplan {
namespace {

constexpr int kInvalid = 2;

Result<> validate_command(Session& session, const SpecFlags& flags, bool json) {
  LoadedSpec loaded = TRY(load(session, flags));
  const Desired desired = TRY(resolve_for(session, loaded, {}));
  if (json)
    *session.out << pretty({{"valid", true},
                            {"bundle", desired.bundle},
                            {"target", desired.target},
                            {"resources", desired.resources.size()}})
                 << "\n";
  else
    *session.out << "Valid: " << desired.bundle << ", target " << desired.target << ", "
                 << counted(desired.resources.size(), "resource") << ".\n";
  return {};
}

}  // namespace

void add_validate_command(CLI::App& app, Session& session) {
  auto flags = std::make_shared<SpecFlags>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("validate", "Check a spec without any server");
  add_spec_flags(*command, *flags);
  command->add_flag("--json", *json, "print the verdict as JSON");
  command->callback([&session, flags, json] {
    const auto done = validate_command(session, *flags, *json);
    if (done) return;
    // An error without a message has been told by diagnostics: the spec is invalid.
    report_error(session, done.error(), done.error().message.empty() ? kInvalid : 1);
  });
}

}  // namespace dbplan
