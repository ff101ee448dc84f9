#include "providers/local/server/server.hpp"

#include <unistd.h>

#include <cstdlib>

#include "providers/local/server/http.hpp"
#include "providers/local/server/workspace.hpp"

namespace dbplan::local {
namespace {

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

  Result<> open(const std::string& dir, int port, const std::string& token,
                const HostFactory& make_host) {
    auto bound = http_.bind(port);
    if (!bound) {
      bound.error().code = Error::Code::Exists;
      return fail(std::move(bound.error()));
    }
    url_ = "http://127.0.0.1:" + std::to_string(*bound);
    user_ = owner_name();
    auto store = TRY(Store::open(std::filesystem::path(dir) / "workspace.db"));
    workspace_ = std::make_unique<Workspace>(
        WorkspaceParts{.store = std::move(store),
                       .host = make_host(url_, token),
                       .log = log_,
                       .request_log = std::filesystem::path(dir) / "requests.log",
                       .owner = user_,
                       .token = token,
                       .url = url_});
    workspace_->start();
    http_.start();
    log_.line("answers at " + url_);
    return {};
  }

  std::string url() const override { return url_; }
  std::string user() const override { return user_; }

 private:
  Answer answer_call(Call& call) { return workspace_->handle(call); }

  ServerLog log_;
  std::unique_ptr<Workspace> workspace_;
  HttpServer http_;  // last: it ends before what it calls
  std::string url_;
  std::string user_;
};

}  // namespace

Result<std::unique_ptr<Server>> start_server(const std::string& dir, int port,
                                             const std::string& token,
                                             const HostFactory& make_host) {
  auto server = std::make_unique<HttpWorkspace>();
  TRY_VOID(server->open(dir, port, token, make_host));
  return server;
}

}  // namespace dbplan::local
