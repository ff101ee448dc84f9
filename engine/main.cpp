#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <iostream>

#include "engine/base/clock.hpp"
#include "engine/cli/commands.hpp"
#include "engine/net/curl_transport.hpp"
#include "engine/net/retry.hpp"
#include "providers/databricks/databricks.hpp"
#include "providers/databricks/kinds/kinds.hpp"
#include "providers/databricks/limits.hpp"
#include "providers/local/server/local_workspace.hpp"

extern char** environ;

namespace {

std::atomic<bool> interrupted = false;

/// The first Ctrl-C lets the calls in flight end; the second ends the program.
void on_interrupt(int signal_number) {
  if (interrupted.exchange(true)) {
    signal(signal_number, SIG_DFL);
    raise(signal_number);
  }
}

/// The time that --timeout allows is over: the same as one Ctrl-C.
void on_alarm(int) {
  constexpr std::string_view kText = "dbplan: the time that --timeout allows is over; stopping\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kText.data(), kText.size());
  interrupted = true;
}

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    if (const std::size_t equals = text.find('='); equals != std::string::npos)
      variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

std::unique_ptr<dbplan::Provider> connect(const dbplan::Connection& connection) {
  auto curl = dbplan::make_curl_transport(
      {.host = connection.host,
       .token = connection.token,
       .user_agent = "dbplan/" DBPLAN_VERSION " cpp/23 os/linux auth/pat"});
  dbplan::RetryOptions options{.interrupted = [] { return interrupted.load(); }};
  // The limits are those of the service in the cloud; a workspace on this machine has none.
  if (connection.host.starts_with("https://")) options.limits = dbplan::databricks::rate_limits();
  return dbplan::databricks::make_provider(
      connection.host, std::make_unique<dbplan::RetryingTransport>(
                           std::move(curl), dbplan::system_clock(), std::move(options)));
}

}  // namespace

int main(int argc, char** argv) {
  struct sigaction action{};
  action.sa_handler = on_interrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGALRM, on_alarm);
  signal(SIGPIPE, SIG_IGN);

  const auto local = dbplan::make_local_workspace();
  dbplan::Session session{.local = local.get(),
                          .kinds = dbplan::databricks::databricks_kinds(),
                          .connect = connect,
                          .environment = environment(),
                          .out = &std::cout,
                          .err = &std::cerr,
                          .out_is_terminal = isatty(STDOUT_FILENO) == 1,
                          .in_is_terminal = isatty(STDIN_FILENO) == 1,
                          .interrupted = &interrupted};

  CLI::App app(
      "Declare Databricks notebooks, clusters, jobs and schedules; see what would change; apply "
      "only that.",
      "dbplan");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option_function<unsigned>(
      "--timeout", [](const unsigned& seconds) { alarm(seconds); },
      "stop after so many seconds as after Ctrl-C: what is in flight ends and is recorded");
  app.set_version_flag("--version", "dbplan " DBPLAN_VERSION);
  dbplan::add_init_command(app, session);
  dbplan::add_import_command(app, session);
  dbplan::add_validate_command(app, session);
  dbplan::add_plan_command(app, session);
  dbplan::add_apply_command(app, session);
  dbplan::add_destroy_command(app, session);
  dbplan::add_diff_command(app, session);
  dbplan::add_drift_command(app, session);
  dbplan::add_graph_command(app, session);
  dbplan::add_show_command(app, session);
  dbplan::add_run_command(app, session);
  dbplan::add_bench_command(app, session);
  dbplan::add_workspace_command(app, session);
  dbplan::add_kinds_command(app, session);
  dbplan::add_auth_command(app, session);
  dbplan::add_doctor_command(app, session);
  dbplan::add_schema_command(app, session);
  dbplan::add_version_command(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 prints help and usage errors; a usage error is 1.
    return app.exit(error) == 0 ? 0 : 1;
  }
  std::cout.flush();
  return session.exit_code;
}
