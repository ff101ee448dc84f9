#include <CLI/CLI.hpp>
#include <ostream>

#include "engine/cli/commands.hpp"
#include "engine/spec/json_schema.hpp"

namespace dbplan {

void add_schema_command(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("schema", "Print the JSON Schema of spec files, for editors");
  command->callback(
      [&session] { *session.out << pretty(spec_json_schema(session.kinds)) << "\n"; });
}

}  // namespace dbplan
