#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
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
std::atomic<bool> finishing = false;

/// Whether waiting and reading are to end.
bool stops() { return interrupted && !finishing; }

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

std::unique_ptr<dbplan::Provider> connect(const dbplan::Connection& connection,
                                          const dbplan::Session& session) {
  const char* ca_file = std::getenv("SSL_CERT_FILE");
  auto curl = dbplan::make_curl_transport(
      {.host = connection.host,
       .token = connection.token,
       .user_agent = "dbplan/" DBPLAN_VERSION " cpp/23 os/linux auth/pat",
       .timeout = std::chrono::seconds(session.request_seconds),
       .ca_file = ca_file ? ca_file : "",
       .interrupted = stops});
  dbplan::RetryOptions options{.most_attempts = session.retries + 1, .interrupted = stops};
  // The limits are those of the service in the cloud; a workspace on this machine has none.
  if (connection.host.starts_with("https://")) options.limits = dbplan::databricks::rate_limits();
  return dbplan::databricks::make_provider(
      connection.host, std::make_unique<dbplan::RetryingTransport>(
                           std::move(curl), dbplan::system_clock(), std::move(options)));
}

/// Memory holds the token and the values of secrets: no crash writes it to a file, and no other
/// process of the user reads it.
/// The local workspace counts its own open files, which the second call would forbid.
void keep_memory_private(bool is_workspace) {
  constexpr rlimit kNone{0, 0};
  setrlimit(RLIMIT_CORE, &kNone);
  if (!is_workspace) prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace

int main(int argc, char** argv) {
  keep_memory_private(argc > 1 && argv[1] == std::string_view("workspace"));
  struct sigaction action{};
  action.sa_handler = on_interrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGALRM, on_alarm);
  signal(SIGPIPE, SIG_IGN);

  const auto local = dbplan::make_local_workspace();
  dbplan::Session session{.local = local.get(),
                          .kinds = dbplan::databricks::databricks_kinds(),
                          .clock = &dbplan::system_clock(),
                          .machine = dbplan::this_machine(),
                          .connect = {},
                          .environment = environment(),
                          .out = &std::cout,
                          .err = &std::cerr,
                          .out_is_terminal = isatty(STDOUT_FILENO) == 1,
                          .in_is_terminal = isatty(STDIN_FILENO) == 1,
                          .interrupted = &interrupted,
                          .finishing = &finishing};

  session.connect = [&session](const dbplan::Connection& connection) {
    return connect(connection, session);
  };
  const int code = dbplan::run_program(argc, argv, session);
  std::cout.flush();
  return code;
}
