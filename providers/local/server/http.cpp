#include "providers/local/server/http.hpp"

// The packaged library is built with TLS; its structures have other sizes without this.
#define CPPHTTPLIB_OPENSSL_SUPPORT
#include <arpa/inet.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>

#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <thread>

namespace dbplan::local {
namespace {

constexpr const char* kLoopback = "127.0.0.1";
constexpr int kPendingConnections = 512;
constexpr int kIdleSeconds = 30;
constexpr int kPatienceSeconds = 60;  // for one read or write

/// The library sets SO_REUSEPORT, with which two servers share one port and nobody notices.
void set_socket_options(socket_t socket) {
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

/// Lets every connection to `port` of this process see the end of its input: one that is idle ends
/// now and not after its patience; an answer that is on its way still goes out. The library keeps
/// its sockets to itself, so they are known by their port.
void end_input_of_connections(int port) {
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", unreadable)) {
    const int descriptor = std::atoi(entry.path().filename().c_str());
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
        address.sin_family == AF_INET && ntohs(address.sin_port) == port)
      ::shutdown(descriptor, SHUT_RD);
  }
}

/// The descriptor of the connection of this process's `port` with a client's `remote_port`; -1 if
/// it is gone.
int connection_from(int port, int remote_port) {
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", unreadable)) {
    const int descriptor = std::atoi(entry.path().filename().c_str());
    sockaddr_in own{}, other{};
    socklen_t own_size = sizeof own, other_size = sizeof other;
    if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &own_size) == 0 &&
        getpeername(descriptor, reinterpret_cast<sockaddr*>(&other), &other_size) == 0 &&
        own.sin_family == AF_INET && ntohs(own.sin_port) == port &&
        ntohs(other.sin_port) == remote_port)
      return descriptor;
  }
  return -1;
}

/// Ends a connection with RST: a TCP socket that is disconnected does not say goodbye.
void reset(int socket) {
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  ::connect(socket, &nobody, sizeof nobody);
}

/// Returns when the other side has ended the connection, or the server stops.
void wait_for_end(int socket) {
  pollfd wanted{.fd = socket, .events = POLLRDHUP, .revents = 0};
  while (socket >= 0 && ::poll(&wanted, 1, -1) < 0 && errno == EINTR) continue;
}

/// The length of all of it and half of it, then the end of the connection.
void truncate(httplib::Response& response, const Answer& answer) {
  response.status = answer.status;
  response.set_content_provider(
      answer.body.size() + 2, answer.content_type,
      [body = answer.body](std::size_t offset, std::size_t, httplib::DataSink& sink) {
        if (offset == 0) sink.write(body.data(), body.size() / 2);
        return false;
      });
}

/// A thread per connection: a connection may wait for a notebook for a long time.
class ConnectionThreads final : public httplib::TaskQueue {
 public:
  explicit ConnectionThreads(int port) : port_(port) {}

  void enqueue(std::function<void()> task) override {
    {
      const std::lock_guard lock(mutex_);
      ++active_;
    }
    std::thread([this, task = std::move(task)] {
      task();
      const std::lock_guard lock(mutex_);
      --active_;
      idle_.notify_all();
    }).detach();
  }

  /// Called when no connection comes any more.
  void shutdown() override {
    end_input_of_connections(port_);
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return active_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable idle_;
  int active_ = 0;
  const int port_;
};

class Listener final : public httplib::Server {
 public:
  /// The library's own backlog of 5 makes bursts of clients wait a second.
  void widen_backlog() { ::listen(svr_sock_, kPendingConnections); }
};

Call call_of(const httplib::Request& request) {
  Call call{.method = request.method, .path = request.path, .body = request.body};
  for (const auto& [key, value] : request.params) call.query.emplace(key, value);
  call.authorization = request.get_header_value("Authorization");
  call.multipart = request.is_multipart_form_data();
  for (const auto& [name, part] : request.files) call.parts[name] = part.content;
  return call;
}

}  // namespace

struct HttpServer::Impl {
  std::function<Answer(Call&)> handle;
  Listener server;
  int port = 0;
  std::thread thread;

  void fail_to_reply(const httplib::Request& request, httplib::Response& response,
                     const Answer& answer) const {
    response.set_header("Connection", "close");
    if (answer.delivery == Delivery::Truncated) return truncate(response, answer);
    const int socket = connection_from(port, request.remote_port);
    if (answer.delivery == Delivery::Silent) wait_for_end(socket);
    if (answer.delivery == Delivery::Reset)
      reset(socket);
    else
      ::shutdown(socket, SHUT_RDWR);
    // What the library writes now reaches nobody.
    response.status = 500;
  }

  void reply(const httplib::Request& request, httplib::Response& response) {
    Call call = call_of(request);
    Answer answer = handle(call);
    if (answer.delivery != Delivery::Whole) return fail_to_reply(request, response, answer);
    response.status = answer.status;
    for (const auto& [key, value] : answer.headers) response.set_header(key, value);
    response.set_content(std::move(answer.body), answer.content_type);
  }
};

HttpServer::HttpServer(std::function<Answer(Call&)> handle) : impl_(std::make_unique<Impl>()) {
  impl_->handle = std::move(handle);
  // A client that is gone is no reason to end.
  ::signal(SIGPIPE, SIG_IGN);
  Listener& server = impl_->server;
  server.new_task_queue = [this] { return new ConnectionThreads(impl_->port); };
  server.set_socket_options(set_socket_options);
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(std::numeric_limits<std::size_t>::max());
  server.set_keep_alive_timeout(kIdleSeconds);
  server.set_read_timeout(kPatienceSeconds);
  server.set_write_timeout(kPatienceSeconds);
  const httplib::Server::Handler reply = [this](const httplib::Request& request,
                                                httplib::Response& response) {
    impl_->reply(request, response);
  };
  const std::string any = R"([\s\S]*)";
  server.Get(any, reply).Post(any, reply).Put(any, reply).Patch(any, reply).Delete(any, reply);
}

HttpServer::~HttpServer() { stop(); }

Result<int> HttpServer::bind(int port) {
  Listener& server = impl_->server;
  const int bound = port == 0 ? server.bind_to_any_port(kLoopback)
                              : (server.bind_to_port(kLoopback, port) ? port : -1);
  if (bound < 0)
    return fail(Error::Code::Conflict, "port " + std::to_string(port) + " is not free");
  server.widen_backlog();
  impl_->port = bound;
  return bound;
}

void HttpServer::start() {
  impl_->thread = std::thread([this] { impl_->server.listen_after_bind(); });
}

void HttpServer::stop() {
  if (!impl_->thread.joinable()) return;
  // stop() of a server whose loop has not begun yet would be lost.
  while (!impl_->server.is_running()) std::this_thread::yield();
  impl_->server.stop();
  impl_->thread.join();
}

}  // namespace dbplan::local
