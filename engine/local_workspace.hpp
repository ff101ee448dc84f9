#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "engine/base/result.hpp"

namespace dbplan {

/// Where a running local workspace answers.
struct LocalEndpoint {
  std::string url;    // "http://127.0.0.1:PORT"
  std::string token;  // a credential: never printed except by `workspace env`
  std::string user;   // the user name that the token belongs to
  int pid = 0;
};

struct LocalOptions {
  std::filesystem::path dir;  // all its data, log and run folders; created if absent
  int port = 0;               // 0: the one used last in this folder if free, else any free one
  std::string notebooks = "spark";  // "spark", or "none": runs end at once (see outcome)
  std::string outcome = "SUCCESS";  // with "none": the result_state that runs end with
  std::string runtime = {};  // folder made by the runtime installer; empty: beside the program
  int latency_ms = 0;        // added to every request
  std::filesystem::path faults = {};       // a file with what shall go wrong; empty: nothing
  std::optional<std::uint64_t> seed = {};  // tokens and ids are made from it, the same every time
  std::string clock = {};  // "2026-01-05T08:00:00Z": its time, which only requests move
  int ready_fd = -1;       // serve: told "ok" or an error text once it answers, or cannot
};

/// The local workspace as the command line sees it. One per folder; the processes of different
/// folders do not know each other. Calls are not thread-safe.
class LocalWorkspace {
 public:
  virtual ~LocalWorkspace() = default;
  /// The folder used when none is named: $DBPLAN_WORKSPACE, else below the user's state folder.
  virtual std::filesystem::path default_dir() const = 0;
  /// Starts it in the background and returns once it answers; if it runs already, its endpoint.
  virtual Result<LocalEndpoint> start(const LocalOptions& options) = 0;
  /// Serves in the foreground until SIGINT or SIGTERM; nothing it started is left behind.
  virtual Result<> serve(const LocalOptions& options) = 0;
  /// Ends it with everything it started; false if none was running.
  virtual Result<bool> stop(const std::filesystem::path& dir) = 0;
  /// Its endpoint, if one is running in `dir`.
  virtual std::optional<LocalEndpoint> running(const std::filesystem::path& dir) = 0;
  /// Why notebooks could not run with these options, with the way out; empty: they can.
  virtual std::string trouble(const LocalOptions& options) const = 0;
  /// The server's log; may not exist yet.
  virtual std::filesystem::path log_file(const std::filesystem::path& dir) const = 0;
};

}  // namespace dbplan
