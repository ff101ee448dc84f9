#include <unistd.h>

#include <CLI/CLI.hpp>

#include "engine/cli/commands.hpp"

namespace dbplan {
namespace {

void add_commands(CLI::App& app, Session& session) {
  add_init_command(app, session);
  add_import_command(app, session);
  add_validate_command(app, session);
  add_plan_command(app, session);
  add_apply_command(app, session);
  add_destroy_command(app, session);
  add_diff_command(app, session);
  add_drift_command(app, session);
  add_graph_command(app, session);
  add_show_command(app, session);
  add_run_command(app, session);
  add_bench_command(app, session);
  add_workspace_command(app, session);
  add_kinds_command(app, session);
  add_auth_command(app, session);
  add_doctor_command(app, session);
  add_schema_command(app, session);
  add_version_command(app, session);
}

void add_flags(CLI::App& app, Session& session) {
  app.add_option_function<unsigned>(
      "--timeout", [](const unsigned& seconds) { alarm(seconds); },
      "stop after so many seconds as after Ctrl-C: what is in flight ends and is recorded");
  app.add_option("--parallelism", session.parallelism,
                 "how many requests may be on their way at once")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--request-timeout", session.request_seconds,
                 "seconds without any byte after which a request counts as lost")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--retries", session.retries, "how often a request is sent again at most")
      ->check(CLI::Range(0, 20))
      ->capture_default_str();
  app.set_version_flag("--version", "dbplan " DBPLAN_VERSION);
}

}  // namespace

int run_program(int argc, const char* const* argv, Session& session) {
  CLI::App app(
      "Declare Databricks notebooks, clusters, jobs and schedules; see what would change; apply "
      "only that.",
      "dbplan");
  app.require_subcommand(1);
  app.fallthrough();
  add_flags(app, session);
  add_commands(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 prints help and usage errors; a usage error is 1.
    return app.exit(error, *session.out, *session.err) == 0 ? 0 : 1;
  }
  return session.exit_code;
}

}  // namespace dbplan
