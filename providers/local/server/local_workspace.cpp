#include "providers/local/server/local_workspace.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "engine/base/clock.hpp"
#include "engine/base/digest.hpp"
#include "engine/base/json.hpp"
#include "providers/local/server/instant_host.hpp"
#include "providers/local/server/process.hpp"
#include "providers/local/server/server.hpp"
#include "providers/local/server/spark_host.hpp"

namespace dbplan {
namespace {

namespace fs = std::filesystem;
using local::Descriptor;

constexpr std::chrono::milliseconds kPoll{50};
constexpr std::chrono::seconds kStopPatience{20};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// When a process began, in the kernel's ticks: tells a process from a later one with its number.
/// Empty if it is gone, or dead and waits to be reaped: not every container's init does that.
std::string start_time(int pid) {
  const std::string text = read_text("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return "";
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  fields >> field;
  if (field == "Z" || field == "X") return "";
  for (int i = 0; i < 19 && fields >> field; ++i) continue;  // the 22nd of all
  return field;
}

/// What a workspace folder remembers of its server. Kept when it stops, so that the next one has
/// the same port and token, and environments that were set stay good.
struct ServerFile {
  LocalEndpoint endpoint;
  int port = 0;
  std::string started;  // of the process

  static fs::path path(const fs::path& dir) { return dir / "server.json"; }

  static std::optional<ServerFile> read(const fs::path& dir) {
    const auto json = parse_json(read_text(path(dir)));
    if (!json || !json->is_object()) return std::nullopt;
    return ServerFile{.endpoint = {.url = text_at(*json, "url"),
                                   .token = text_at(*json, "token"),
                                   .user = text_at(*json, "user"),
                                   .pid = static_cast<int>(int_at(*json, "pid"))},
                      .port = static_cast<int>(int_at(*json, "port")),
                      .started = text_at(*json, "started")};
  }

  bool alive() const {
    return endpoint.pid > 0 && !started.empty() && start_time(endpoint.pid) == started;
  }

  Result<> write(const fs::path& dir) const {
    const std::string text = pretty({{"url", endpoint.url},
                                     {"token", endpoint.token},
                                     {"user", endpoint.user},
                                     {"pid", endpoint.pid},
                                     {"port", port},
                                     {"started", started}});
    const fs::path draft = dir / "server.json.draft";
    const Descriptor file(open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file.open() ||
        ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      return fail(Error::Code::Denied, "cannot write " + draft.string());
    std::error_code problem;
    fs::rename(draft, path(dir), problem);
    if (problem) return fail(Error::Code::Denied, "cannot write " + path(dir).string());
    return {};
  }
};

/// Held as long as a server lives in the folder; the kernel lets go of it when the process dies.
Result<Descriptor> lock_folder(const fs::path& dir) {
  std::error_code ignored;
  // A folder that was there keeps its mode: it may be somebody's for other things, too.
  if (fs::create_directories(dir, ignored)) fs::permissions(dir, fs::perms::owner_all, ignored);
  Descriptor file(open((dir / "server.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.open())
    return fail(Error::Code::Denied, "cannot use the folder " + dir.string() + " for a workspace");
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(Error::Code::Exists, "a workspace is running in " + dir.string() +
                                         " already; dbplan workspace stop with this --dir ends it");
  return file;
}

local::HostFactory host_factory(const LocalOptions& options, const local::WallClock& now) {
  if (options.notebooks == "none")
    return [outcome = options.outcome, now](const std::string&, const std::string&) {
      return local::make_instant_host(outcome, now);
    };
  return [options](const std::string& url, const std::string&) {
    return local::make_spark_host(options.dir, options.runtime, url);
  };
}

/// Bytes that are the same for the same seed and place.
local::RandomHex seeded(std::uint64_t seed) {
  return [seed, count = 0](std::size_t bytes) mutable {
    std::string hex;
    while (hex.size() < 2 * bytes)
      hex += sha256_hex("seed " + std::to_string(seed) + " " + std::to_string(++count));
    return hex.substr(0, 2 * bytes);
  };
}

Result<Json> read_faults(const LocalOptions& options) {
  Json wanted = Json::object();
  if (!options.faults.empty()) {
    std::error_code missing;
    if (!fs::is_regular_file(options.faults, missing))
      return fail(Error::Code::NotFound, "there is no file " + options.faults.string());
    auto json = parse_json(read_text(options.faults));
    if (!json)
      return fail(Error::Code::Invalid, options.faults.string() + ": " + json.error().message);
    wanted = json->is_array() ? Json{{"faults", std::move(*json)}} : std::move(*json);
  }
  if (options.latency_ms != 0 && wanted.is_object()) wanted["latency_ms"] = options.latency_ms;
  return wanted;
}

Result<local::ServerOptions> server_options(const LocalOptions& options) {
  local::ServerOptions result{.dir = options.dir.string(), .faults = TRY(read_faults(options))};
  local::WallClock now = local::epoch_ms;
  if (!options.clock.empty()) {
    if (options.notebooks != "none")
      return fail(Error::Code::Invalid,
                  "a clock that stands still needs --notebooks none: notebooks take their time");
    result.clock = TRY(local::StandingClock::at(options.clock));
    now = [clock = result.clock] { return clock->now(); };
  }
  if (options.seed) result.random = seeded(*options.seed);
  result.make_host = host_factory(options, now);
  return result;
}

Error port_taken(int port) {
  return {.code = Error::Code::Exists,
          .message = "port " + std::to_string(port) +
                     " is taken by another program; choose another with --port, "
                     "or --port 0 for any free one"};
}

/// The port that was asked for, else the last one, else any.
Result<std::unique_ptr<local::Server>> start_on_port(const LocalOptions& options, int last_port,
                                                     local::ServerOptions server_options) {
  const auto attempt = [&](int port) {
    server_options.port = port;
    return local::start_server(server_options);
  };
  if (options.port != 0) {
    auto server = attempt(options.port);
    if (!server && server.error().code == Error::Code::Exists)
      return fail(port_taken(options.port));
    return server;
  }
  if (last_port != 0)
    if (auto server = attempt(last_port); server || server.error().code != Error::Code::Exists)
      return server;
  return attempt(0);
}

void tell(int descriptor, const std::string& text) {
  if (descriptor < 0) return;
  const std::string line = text + "\n";
  [[maybe_unused]] const auto written = ::write(descriptor, line.data(), line.size());
  ::close(descriptor);
}

class Local final : public LocalWorkspace {
 public:
  fs::path default_dir() const override {
    if (const std::string dir = variable("DBPLAN_WORKSPACE"); !dir.empty()) return dir;
    const std::string state = variable("XDG_STATE_HOME");
    return fs::path(state.empty() ? variable("HOME") + "/.local/state" : state) / "dbplan" /
           "workspace";
  }

  Result<LocalEndpoint> start(const LocalOptions& options) override {
    if (const auto endpoint = running(options.dir)) return *endpoint;
    {
      TRY(lock_folder(options.dir));
    }  // a clear error here rather than in a log
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail(Error::Code::Bug, "no pipe is to be had");
    Descriptor read_end(ends[0]), write_end(ends[1]);
    const auto pid = local::start_detached(serve_command(options, write_end.get()),
                                           log_file(options.dir), write_end.get());
    write_end.close();
    if (!pid) return fail(pid.error());
    std::string answer;
    std::array<char, 4096> chunk;
    for (ssize_t count = 0; (count = ::read(read_end.get(), chunk.data(), chunk.size())) != 0;) {
      if (count < 0 && errno != EINTR) break;
      if (count > 0) answer.append(chunk.data(), static_cast<std::size_t>(count));
    }
    const auto endpoint = running(options.dir);
    if (answer == "ok\n" && endpoint) return *endpoint;
    while (answer.ends_with('\n')) answer.pop_back();
    return fail(Error::Code::Invalid, answer.empty() ? "the workspace did not start; see " +
                                                           log_file(options.dir).string()
                                                     : answer);
  }

  Result<> serve(const LocalOptions& options) override {
    // Notebooks, their results and the configuration of clusters are nobody else's business, even
    // in a folder that others may read.
    umask(S_IRWXG | S_IRWXO);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    // Blocked before any thread starts, so that only sigwait below takes them.
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    auto served = serve_until(options, signals);
    if (!served) tell(options.ready_fd, served.error().message);
    return served;
  }

  Result<bool> stop(const fs::path& dir) override {
    const auto file = ServerFile::read(dir);
    if (!file || !file->alive()) return false;
    kill(file->endpoint.pid, SIGTERM);
    const auto deadline = system_clock().steady() + kStopPatience;
    while (file->alive()) {
      const auto now = system_clock().steady();
      if (now > deadline) kill(file->endpoint.pid, SIGKILL);
      if (now > deadline + kStopPatience)
        return fail(Error::Code::Unavailable,
                    "process " + std::to_string(file->endpoint.pid) + " does not end");
      system_clock().sleep(kPoll);
    }
    return true;
  }

  std::optional<LocalEndpoint> running(const fs::path& dir) override {
    const auto file = ServerFile::read(dir);
    return file && file->alive() ? std::optional(file->endpoint) : std::nullopt;
  }

  std::string trouble(const LocalOptions& options) const override {
    return local::runtime_trouble(options.runtime);
  }

  fs::path log_file(const fs::path& dir) const override { return dir / "server.log"; }

 private:
  static std::vector<std::string> serve_command(const LocalOptions& options, int ready_fd) {
    std::vector<std::string> command = {fs::read_symlink("/proc/self/exe").string(),
                                        "workspace",
                                        "serve",
                                        "--dir",
                                        options.dir.string(),
                                        "--port",
                                        std::to_string(options.port),
                                        "--notebooks",
                                        options.notebooks,
                                        "--outcome",
                                        options.outcome,
                                        "--ready-fd",
                                        std::to_string(ready_fd)};
    const auto add = [&](const char* flag, const std::string& value) {
      command.insert(command.end(), {flag, value});
    };
    if (options.latency_ms != 0) add("--latency", std::to_string(options.latency_ms));
    if (!options.faults.empty()) add("--faults", fs::absolute(options.faults).string());
    if (options.seed) add("--seed", std::to_string(*options.seed));
    if (!options.clock.empty()) add("--clock", options.clock);
    if (!options.runtime.empty()) command.insert(command.end(), {"--runtime", options.runtime});
    return command;
  }

  static Result<> serve_until(const LocalOptions& options, const sigset_t& signals) {
    const Descriptor lock = TRY(lock_folder(options.dir));
    ServerFile file = ServerFile::read(options.dir).value_or(ServerFile{});
    local::ServerOptions parts = TRY(server_options(options));
    if (file.endpoint.token.empty()) file.endpoint.token = "dapi" + parts.random(16);
    parts.token = file.endpoint.token;
    const auto server = TRY(start_on_port(options, file.port, std::move(parts)));
    file.endpoint.url = server->url();
    file.endpoint.user = server->user();
    file.endpoint.pid = getpid();
    file.port = std::atoi(server->url().substr(server->url().rfind(':') + 1).c_str());
    file.started = start_time(getpid());
    TRY_VOID(file.write(options.dir));
    tell(options.ready_fd, "ok");
    int received = 0;
    sigwait(&signals, &received);
    return {};
  }
};

}  // namespace

std::unique_ptr<LocalWorkspace> make_local_workspace() { return std::make_unique<Local>(); }

}  // namespace dbplan
