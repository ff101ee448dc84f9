#pragma once

#include <atomic>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "engine/base/clock.hpp"
#include "engine/ledger/lock.hpp"
#include "engine/local_workspace.hpp"
#include "engine/model/kind.hpp"
#include "engine/provider.hpp"

namespace CLI {
class App;
}

namespace dbplan {

/// Where to connect and with what; see cli/connection.hpp for how it is found.
struct Connection {
  std::string host;         // with scheme, without a trailing slash
  std::string token;        // a credential: in no output
  bool local = false;       // the running local workspace, because nothing names another
  std::string source = {};  // where it comes from, for people: "profile DEFAULT in ..."
};

/// What every command works with. Made once by main, outlives the commands; one thread, but for
/// `interrupted`, which the signal handler sets.
struct Session {
  LocalWorkspace* local = nullptr;
  std::span<const Kind* const> kinds;
  Clock* clock = nullptr;
  Machine machine;
  std::function<std::unique_ptr<Provider>(const Connection&)> connect;
  std::map<std::string, std::string> environment;
  std::ostream* out = nullptr;  // results only
  std::ostream* err = nullptr;  // notices, progress, prompts, errors
  bool out_is_terminal = false;
  bool in_is_terminal = false;  // somebody can answer a question
  std::atomic<bool>* interrupted = nullptr;
  /// Set when requests are made in spite of a Ctrl-C: recording, unlocking, watching a run.
  std::atomic<bool>* finishing = nullptr;
  std::size_t parallelism = 8;  // requests at once
  int request_seconds = 60;     // without any byte, after which a request counts as lost
  int retries = 7;              // of one request at most
  int exit_code = 0;            // what main returns

  /// From here on a Ctrl-C ends no request.
  void finish() const {
    if (finishing) finishing->store(true);
  }

  /// The variable's value, or empty.
  std::string variable(const std::string& name) const {
    const auto found = environment.find(name);
    return found == environment.end() ? "" : found->second;
  }
};

/// Each adds one command with its flags to `app`; its callback does the work and sets
/// `session.exit_code`. `session` must outlive `app`.
void add_validate_command(CLI::App& app, Session& session);
void add_plan_command(CLI::App& app, Session& session);
void add_apply_command(CLI::App& app, Session& session);
void add_destroy_command(CLI::App& app, Session& session);
void add_diff_command(CLI::App& app, Session& session);
void add_show_command(CLI::App& app, Session& session);
void add_run_command(CLI::App& app, Session& session);
void add_drift_command(CLI::App& app, Session& session);
void add_graph_command(CLI::App& app, Session& session);
void add_kinds_command(CLI::App& app, Session& session);
void add_import_command(CLI::App& app, Session& session);
void add_auth_command(CLI::App& app, Session& session);
void add_doctor_command(CLI::App& app, Session& session);
void add_init_command(CLI::App& app, Session& session);
void add_bench_command(CLI::App& app, Session& session);
void add_workspace_command(CLI::App& app, Session& session);
void add_schema_command(CLI::App& app, Session& session);
void add_version_command(CLI::App& app, Session& session);

/// The whole command line; what main returns. CLI11 prints help and usage errors by itself.
int run_program(int argc, const char* const* argv, Session& session);

/// Prints "error: ..." and sets the exit code.
void report_error(Session& session, const Error& error, int exit_code = 1);

}  // namespace dbplan
