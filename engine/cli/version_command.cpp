#include <CLI/CLI.hpp>
#include <ostream>

#include "engine/cli/commands.hpp"

namespace dbplan {

void add_version_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("version", "Print the version");
  command->callback([&session] { *session.out << "dbplan " << DBPLAN_VERSION << "\n"; });
}

}  // namespace dbplan
