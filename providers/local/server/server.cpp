#include "providers/local/server/server.hpp"

#include <unistd.h>

#include <cstdlib>

#include "providers/local/server/http.hpp"
#include "providers/local/server/workspace.hpp"

namespace dbplan::local {
namespace {

constexpr int kKilled = 137;  // as of SIGKILL

std::string owner_name() {
  const char* chosen = std::getenv("DBPLAN_WORKSPACE_USER");
  return chosen != nullptr && *chosen != '\0' ? chosen : "me@example.com";
}

class HttpWorkspace final : public Server {
 public:
  HttpWorkspace() : log_(STDERR_FILENO), http_([this](Call& call) { return answer_call(call); }) {}

  ~HttpWorkspace() override {
    // Runs end first: notebooks that wait for an answer are gone before the connections are.
    if (workspace_) workspace_->stop();
    http_.stop();
  }

  Result<> open(const ServerOptions& options) {
    auto bound = http_.bind(options.port);
    if (!bound) {
      bound.error().code = Error::Code::Exists;
      return fail(std::move(bound.error()));
    }
    url_ = "http://127.0.0.1:" + std::to_string(*bound);
    user_ = owner_name();
    const std::filesystem::path folder = options.dir;
    auto store = TRY(Store::open(folder / "workspace.db"));
    WorkspaceParts parts{.store = std::move(store),
                         .host = options.make_host(url_, options.token),
                         .log = log_,
                         .request_log = folder / "requests.log",
                         .owner = user_,
                         .token = options.token,
                         .url = url_,
                         .random = options.random,
                         .by_request = options.clock != nullptr};
    if (options.clock) {
      parts.now = [clock = options.clock] { return clock->now(); };
      log_.use_clock(parts.now);
      clock_ = options.clock;
    }
    workspace_ = std::make_unique<Workspace>(std::move(parts));
    TRY_VOID(workspace_->set_faults(options.faults));
    workspace_->start();
    http_.start();
    log_.line("answers at " + url_);
    return {};
  }

  std::string url() const override { return url_; }
  std::string user() const override { return user_; }

 private:
  Answer answer_call(Call& call) {
    // What watches the workspace from outside does not move its time.
    if (clock_ && !call.path.starts_with("/api/local/")) clock_->tick();
    Answer answer = workspace_->handle(call);
    if (answer.delivery == Delivery::Exit) std::_Exit(kKilled);
    return answer;
  }

  ServerLog log_;
  std::shared_ptr<StandingClock> clock_;
  std::unique_ptr<Workspace> workspace_;
  HttpServer http_;  // last: it ends before what it calls
  std::string url_;
  std::string user_;
};

}  // namespace

Result<std::unique_ptr<Server>> start_server(const ServerOptions& options) {
  auto server = std::make_unique<HttpWorkspace>();
  TRY_VOID(server->open(options));
  return server;
}

}  // namespace dbplan::local
