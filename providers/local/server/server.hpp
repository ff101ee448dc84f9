#pragma once

#include <memory>
#include <string>

#include "engine/base/result.hpp"
#include "engine/local_workspace.hpp"
#include "providers/local/server/notebook_host.hpp"
#include "providers/local/server/standing_clock.hpp"
#include "providers/local/server/users.hpp"

namespace dbplan::local {

/// The workspace itself: REST API, storage, jobs. Owns its threads.
class Server {
 public:
  virtual ~Server() = default;  // stops serving and the host; blocks until all threads are gone
  virtual std::string url() const = 0;
  virtual std::string user() const = 0;
};

/// Makes the host once the port, and so the URL that notebooks call, is known.
using HostFactory =
    std::function<std::unique_ptr<NotebookHost>(const std::string& url, const std::string& token)>;

struct ServerOptions {
  std::string dir;    // exists and is used by nobody else
  int port = 0;       // 0: any free one
  std::string token;  // the main user's
  HostFactory make_host;
  std::shared_ptr<StandingClock> clock = nullptr;  // null: the machine's
  RandomHex random = random_hex;
  Json faults = Json::object();  // see Faults::set()
};

/// Binds 127.0.0.1 and answers until destroyed. Error::Code::Exists: the port is taken.
Result<std::unique_ptr<Server>> start_server(const ServerOptions& options);

}  // namespace dbplan::local
