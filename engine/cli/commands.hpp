#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "engine/local_workspace.hpp"
#include "engine/model/kind.hpp"
#include "engine/provider.hpp"

namespace CLI {
class App;
}

namespace dbplan {

/// Where to connect and as whom; see cli/connection.hpp for how it is found.
struct Connection;

/// What every command works with. Made once by main, outlives the commands; one thread.
struct Session {
  LocalWorkspace* local = nullptr;
  std::span<const Kind* const> kinds;
  std::function<Result<std::unique_ptr<Provider>>(const Connection&)> connect;
  std::ostream* out = nullptr;  // results only
  std::ostream* err = nullptr;  // notices, progress, prompts, errors
  int exit_code = 0;            // what main returns
};

/// Each adds one command with its flags to `app`; its callback does the work and sets
/// `session.exit_code`. `session` must outlive `app`.
void add_plan_command(CLI::App& app, Session& session);
void add_apply_command(CLI::App& app, Session& session);
void add_destroy_command(CLI::App& app, Session& session);
void add_validate_command(CLI::App& app, Session& session);
void add_show_command(CLI::App& app, Session& session);
void add_diff_command(CLI::App& app, Session& session);
void add_bench_command(CLI::App& app, Session& session);
void add_workspace_command(CLI::App& app, Session& session);
void add_kinds_command(CLI::App& app, Session& session);
void add_version_command(CLI::App& app, Session& session);

}  // namespace dbplan
