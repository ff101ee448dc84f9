#pragma once

#include <memory>
#include <string>

#include "engine/base/result.hpp"
#include "engine/local_workspace.hpp"
#include "providers/local/server/notebook_host.hpp"

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

/// Binds 127.0.0.1:`port` (0: any free port) and answers until destroyed. `dir` exists and is
/// used by nobody else; `token` is the main user's. Error::Code::Exists: the port is taken.
Result<std::unique_ptr<Server>> start_server(const std::string& dir, int port,
                                             const std::string& token,
                                             const HostFactory& make_host);

}  // namespace dbplan::local
