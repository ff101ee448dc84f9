#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <fstream>
#include <ostream>

#include "engine/base/json.hpp"
#include "engine/cli/commands.hpp"
#include "engine/net/curl_transport.hpp"
#include "engine/report/workspace_text.hpp"

namespace dbplan {
namespace {

struct WorkspaceFlags {
  LocalOptions options;
  std::string dir;
  bool json = false;
};

void add_dir(CLI::App& command, WorkspaceFlags& flags) {
  command.add_option(
      "--dir", flags.dir,
      "folder of the workspace (default: $DBPLAN_WORKSPACE, else one below your home)");
}

void add_server_flags(CLI::App& command, WorkspaceFlags& flags) {
  add_dir(command, flags);
  command.add_option("--port", flags.options.port, "port on 127.0.0.1; 0: the last one, or any")
      ->check(CLI::Range(0, 65535));
  command
      .add_option("--notebooks", flags.options.notebooks,
                  "spark: run them; none: end every run at once")
      ->check(CLI::IsMember({"spark", "none"}));
  command.add_option("--outcome", flags.options.outcome, "with --notebooks none: how runs end")
      ->check(CLI::IsMember({"SUCCESS", "FAILED", "CANCELED", "RUNNING"}));
  command.add_option("--latency", flags.options.latency_ms, "milliseconds added to every request")
      ->check(CLI::Range(0, 60000));
  command.add_option("--faults", flags.options.faults,
                     "JSON file of what shall go wrong, to try clients with");
  command.add_option("--seed", flags.options.seed,
                     "make tokens and ids from this number, the same every time");
  command.add_option("--clock", flags.options.clock,
                     "with --notebooks none: its time, such as 2026-01-05T08:00:00Z, which only "
                     "requests move, by a millisecond each");
  command.add_option("--runtime", flags.options.runtime, "folder made by the runtime's installer");
}

LocalOptions options_of(const Session& session, const WorkspaceFlags& flags) {
  LocalOptions options = flags.options;
  options.dir = std::filesystem::absolute(flags.dir.empty() ? session.local->default_dir()
                                                            : std::filesystem::path(flags.dir));
  return options;
}

/// As one word for a shell; plain words stay as they are.
std::string shell_quoted(const std::string& text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](unsigned char letter) {
    return std::isalnum(letter) != 0 ||
           std::string_view("/._-+:@%").find(static_cast<char>(letter)) != std::string_view::npos;
  });
  if (plain) return text;
  std::string quoted = "'";
  for (const char letter : text) {
    if (letter == '\'')
      quoted += "'\\''";
    else
      quoted += letter;
  }
  return quoted + "'";
}

/// "--dir X" to be repeated in hints, if the folder is not the default one.
std::string dir_hint(const Session& session, const LocalOptions& options) {
  return options.dir == std::filesystem::absolute(session.local->default_dir())
             ? ""
             : " --dir " + shell_quoted(options.dir.string());
}

Result<> start(Session& session, const WorkspaceFlags& flags) {
  const LocalOptions options = options_of(session, flags);
  const bool was_running = session.local->running(options.dir).has_value();
  if (options.notebooks == "spark")
    if (const std::string trouble = session.local->trouble(options); !trouble.empty())
      *session.err << "warning: notebooks cannot run: " << trouble << "\n";
  const LocalEndpoint endpoint = TRY(session.local->start(options));
  const std::string dir = dir_hint(session, options);
  *session.out
      << "The local workspace " << (was_running ? "is running already" : "runs") << " at "
      << endpoint.url << " as " << endpoint.user << "\n"
      << "  use it       dbplan plan specs/        (it is chosen when nothing names another)\n"
      << "  from others  eval \"$(dbplan workspace env" << dir << ")\"\n"
      << "  stop it      dbplan workspace stop" << dir << "\n";
  return {};
}

Result<> stop(Session& session, const WorkspaceFlags& flags) {
  const LocalOptions options = options_of(session, flags);
  const bool stopped = TRY(session.local->stop(options.dir));
  *session.out << (stopped ? "Stopped.\n" : "It was not running.\n");
  return {};
}

/// What the workspace tells of itself: {"summary": ..., "clusters": [...]}.
Result<Json> activity(const LocalEndpoint& endpoint) {
  const auto client = make_curl_transport({.host = endpoint.url,
                                           .token = endpoint.token,
                                           .user_agent = "dbplan",
                                           .timeout = std::chrono::seconds(10)});
  const auto get = [&](const char* path) -> Result<Json> {
    const Response response = TRY(client->send({.method = "GET", .path = path}));
    if (response.status != 200)
      return fail(Error::Code::Unavailable,
                  "the workspace answers " + std::to_string(response.status) + " to " + path);
    return parse_json(response.body);
  };
  Json summary = TRY(get("/api/local/summary"));
  Json clusters = TRY(get("/api/local/clusters"));
  return Json{{"summary", std::move(summary)}, {"clusters", at_or_null(clusters, "clusters")}};
}

Result<> status(Session& session, const WorkspaceFlags& flags) {
  const LocalOptions options = options_of(session, flags);
  const auto endpoint = session.local->running(options.dir);
  if (flags.json) {
    Json json = {{"running", endpoint.has_value()}, {"dir", options.dir.string()}};
    if (endpoint) {
      json.update({{"url", endpoint->url}, {"user", endpoint->user}, {"pid", endpoint->pid}});
      json.update(TRY(activity(*endpoint)));
    }
    *session.out << pretty(json) << "\n";
  } else if (endpoint) {
    *session.out << "running at " << endpoint->url << " as " << endpoint->user << ", process "
                 << endpoint->pid << "\ndata in " << options.dir.string() << "\n"
                 << activity_text(TRY(activity(*endpoint)));
  } else {
    *session.out << "not running; start it with: dbplan workspace start"
                 << dir_hint(session, options) << "\n";
  }
  session.exit_code = endpoint ? 0 : 1;
  return {};
}

Result<> env(Session& session, const WorkspaceFlags& flags) {
  const LocalOptions options = options_of(session, flags);
  const auto endpoint = session.local->running(options.dir);
  if (!endpoint)
    return fail(Error::Code::NotFound,
                "no local workspace is running; start it with: dbplan workspace start" +
                    dir_hint(session, options));
  *session.out << "export DATABRICKS_HOST='" << endpoint->url << "'\nexport DATABRICKS_TOKEN='"
               << endpoint->token << "'\n";
  return {};
}

Result<> logs(Session& session, const WorkspaceFlags& flags) {
  const std::filesystem::path path = session.local->log_file(options_of(session, flags).dir);
  std::ifstream file(path);
  if (!file) return fail(Error::Code::NotFound, "there is no log " + path.string() + " yet");
  if (file.peek() != std::ifstream::traits_type::eof()) *session.out << file.rdbuf();
  return {};
}

using Action = Result<> (*)(Session&, const WorkspaceFlags&);

CLI::App* add(CLI::App& parent, Session& session, const char* name, const char* what,
              const std::shared_ptr<WorkspaceFlags>& flags, Action action) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->callback([&session, flags, action] {
    if (auto done = action(session, *flags); !done) report_error(session, done.error());
  });
  return command;
}

}  // namespace

void add_workspace_command(CLI::App& app, Session& session) {
  CLI::App* workspace = app.add_subcommand(
      "workspace", "The local workspace: the REST API on this machine, with real Spark");
  workspace->require_subcommand(1);
  const auto flags = std::make_shared<WorkspaceFlags>();
  add_server_flags(*add(*workspace, session, "start", "Start it in the background", flags, start),
                   *flags);
  add_dir(*add(*workspace, session, "stop", "Stop it with everything that it started", flags, stop),
          *flags);
  CLI::App* status_command =
      add(*workspace, session, "status", "Say whether it runs, and where", flags, status);
  add_dir(*status_command, *flags);
  status_command->add_flag("--json", flags->json, "print as JSON, without the token");
  add_dir(*add(*workspace, session, "env", "Print the two variables for a shell", flags, env),
          *flags);
  add_dir(*add(*workspace, session, "logs", "Print its log", flags, logs), *flags);
  CLI::App* serve =
      add(*workspace, session, "serve", "Serve in the foreground until interrupted", flags,
          [](Session& s, const WorkspaceFlags& f) { return s.local->serve(options_of(s, f)); });
  add_server_flags(*serve, *flags);
  serve->add_option("--ready-fd", flags->options.ready_fd, "descriptor to tell when it answers")
      ->group("");
}

}  // namespace dbplan
