#include "tests/faults/client.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "engine/cli/commands.hpp"
#include "engine/net/retry.hpp"
#include "providers/databricks/databricks.hpp"
#include "providers/databricks/kinds/kinds.hpp"
#include "providers/local/server/local_workspace.hpp"

namespace dbplan::faults {
namespace {

constexpr std::chrono::seconds kPatience{60};  // as of the transport that this one stands for
constexpr rlim_t kMostCpuSeconds = 30;

/// Says something to the stage and waits for what it says; the process ends with its stage.
Message talk(int socket, const Message& message) {
  if (!send_message(socket, message)) _exit(1);
  auto reply = receive_message(socket);
  if (!reply) _exit(1);
  return std::move(*reply);
}

/// The stage's time. What happens again and again happens while somebody sleeps, in his thread.
class StageClock final : public Clock {
 public:
  StageClock(int socket, const SharedTime& time, bool renews)
      : socket_(socket), time_(time), renews_(renews) {}

  std::chrono::sys_seconds now() const override {
    return std::chrono::sys_seconds(std::chrono::seconds(time_.now() / 1000));
  }
  Steady steady() const override { return Steady(std::chrono::milliseconds(time_.now())); }

  void sleep(std::chrono::milliseconds duration) override {
    const std::int64_t until = time_.now() + duration.count();
    while (Turn* next = next_turn(until)) {
      sleep_until(next->due);
      next->due = std::max(next->due, time_.now()) + next->period;
      next->busy = true;
      next->act();
      next->busy = false;
    }
    sleep_until(until);
  }

  std::unique_ptr<Timer> every(std::chrono::milliseconds period,
                               std::function<void()> act) override {
    const std::int64_t due = time_.now() + period.count();
    auto turn = std::make_unique<Turn>(*this, period.count(), due, std::move(act));
    if (renews_) turns_.push_back(turn.get());
    return turn;
  }

 private:
  struct Turn final : Timer {
    Turn(StageClock& clock_in, std::int64_t period_in, std::int64_t due_in,
         std::function<void()> act_in)
        : clock(clock_in), period(period_in), due(due_in), act(std::move(act_in)) {}
    ~Turn() override { std::erase(clock.turns_, this); }
    StageClock& clock;
    std::int64_t period, due;
    std::function<void()> act;
    bool busy = false;
  };

  Turn* next_turn(std::int64_t until) const {
    Turn* next = nullptr;
    for (Turn* turn : turns_)
      if (!turn->busy && turn->due <= until && (!next || turn->due < next->due)) next = turn;
    return next;
  }

  void sleep_until(std::int64_t when) {
    if (when > time_.now()) talk(socket_, {Message::Type::Sleep, {std::to_string(when)}});
  }

  int socket_;
  const SharedTime& time_;
  bool renews_;
  std::vector<Turn*> turns_;
};

class StageTransport final : public Transport {
 public:
  StageTransport(int socket, Clock& clock, std::string token)
      : socket_(socket), clock_(clock), token_(std::move(token)) {}

  Result<Response> send(const Request& request) override {
    const Message reply = talk(
        socket_, {Message::Type::Request, {request.method, request.path, request.body, token_}});
    switch (reply.type) {
      case Message::Type::Answer:
        return response_of(reply);
      case Message::Type::Refused:
        return fail(Error::Code::Unreachable, "connection refused");
      case Message::Type::Silent:
        clock_.sleep(kPatience);
        return fail(Error::Code::Unclear, "no answer within a minute");
      default:
        return fail(Error::Code::Unclear, "the connection ended without an answer");
    }
  }

 private:
  static Response response_of(const Message& reply) {
    Response response{
        .status = std::atoi(reply.parts[0].c_str()), .headers = {}, .body = reply.parts[3]};
    if (!reply.parts[1].empty()) response.headers["retry-after"] = reply.parts[1];
    if (!reply.parts[2].empty()) response.headers["x-databricks-org-id"] = reply.parts[2];
    return response;
  }

  int socket_;
  Clock& clock_;
  std::string token_;
};

void limit_cpu() {
  const rlimit limit{kMostCpuSeconds, kMostCpuSeconds};
  setrlimit(RLIMIT_CPU, &limit);
}

[[noreturn]] void live(const CommandLine& command, int socket, const SharedTime& time) {
  limit_cpu();
  signal(SIGPIPE, SIG_IGN);
  if (chdir(command.folder.c_str()) != 0) _exit(1);
  const Mutant whole, &mutant = command.mutant ? *command.mutant : whole;
  StageClock clock(socket, time, mutant.renews);
  std::atomic<bool> interrupted = false;
  std::ostringstream out, err;
  const auto local = make_local_workspace();
  Session session{.local = local.get(),
                  .kinds = databricks::databricks_kinds(),
                  .clock = &clock,
                  .machine = {.host = command.machine, .boot = "the boot of " + command.machine},
                  .connect = {},
                  .environment = command.environment,
                  .out = &out,
                  .err = &err,
                  .interrupted = &interrupted};
  session.connect = [&](const Connection& connection) {
    auto transport = std::make_unique<RetryingTransport>(
        std::make_unique<StageTransport>(socket, clock, connection.token), clock,
        RetryOptions{.seed = 1});
    auto provider = databricks::make_provider(connection.host, std::move(transport));
    return mutant.wrap ? mutant.wrap(std::move(provider)) : std::move(provider);
  };
  std::vector<const char*> arguments{"dbplan"};
  for (const std::string& argument : command.arguments) arguments.push_back(argument.c_str());
  const int code = run_program(static_cast<int>(arguments.size()), arguments.data(), session);
  send_message(socket, {Message::Type::End, {std::to_string(code), out.str(), err.str()}});
  _exit(0);
}

}  // namespace

Client start_client(const CommandLine& command, const SharedTime& time) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) std::abort();
  const pid_t pid = fork();
  if (pid < 0) std::abort();
  if (pid == 0) {
    close(sockets[0]);
    live(command, sockets[1], time);
  }
  close(sockets[1]);
  return {.pid = pid, .socket = sockets[0]};
}

}  // namespace dbplan::faults
