#include "tests/faults/stage.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace dbplan::faults {
namespace {

using Type = Message::Type;
using Kind = Fault::Kind;

constexpr std::size_t kMostRequests = 20'000;
constexpr const char* kForeignPage = "<html><body><pre>upstream connect error</pre></body></html>";

/// A client as the stage sees it.
struct Actor {
  Client client;
  Ended ended;
  std::optional<Message> said;  // what it waits for an answer to; nothing once it has ended
};

class Stage {
 public:
  Stage(World& world, SharedTime& time, const std::optional<Strike>& strike)
      : world_(world), time_(time), strike_(strike) {
    if (strike_ &&
        (strike_->fault->kind == Kind::Stale || strike_->fault->kind == Kind::LostAndStale))
      world_.make_stale(strike_->reads_before + 1);
  }

  Performance run(const std::vector<CommandLine>& clients) {
    for (const CommandLine& command : clients)
      actors_.push_back({.client = start_client(command, time_), .ended = {}, .said = {}});
    for (Actor& actor : actors_) listen(actor);
    while (Actor* actor = next()) {
      if (actor->said->type == Type::Sleep)
        wake(*actor);
      else
        serve(*actor);
      if (performance_.requests.size() > kMostRequests) give_up();
    }
    do_late();
    world_.make_current();
    for (Actor& actor : actors_) performance_.clients.push_back(std::move(actor.ended));
    return std::move(performance_);
  }

 private:
  /// Who asks goes first, in turn; when all sleep, who wakes first.
  Actor* next() {
    Actor* sleeper = nullptr;
    for (std::size_t i = 0; i < actors_.size(); ++i) {
      Actor& actor = actors_[(turn_ + i) % actors_.size()];
      if (!actor.said) continue;
      if (actor.said->type == Type::Request) {
        turn_ = (turn_ + i + 1) % actors_.size();
        return &actor;
      }
      if (!sleeper || until(actor) < until(*sleeper)) sleeper = &actor;
    }
    return sleeper;
  }

  static std::int64_t until(const Actor& actor) { return std::atoll(actor.said->parts[0].c_str()); }

  void wake(Actor& actor) {
    time_.set(std::max(time_.now(), until(actor)));
    reply(actor, {Type::Awake});
  }

  /// What was asked for and not answered is done now.
  void do_late() {
    if (!late_.empty()) world_.handle(late_[0], late_[1], late_[2], late_[3]);
    late_.clear();
  }

  void serve(Actor& actor) {
    if (actor.said->parts[0] != "GET" && strike_ && strike_->fault->kind == Kind::Late) do_late();
    performance_.requests.push_back(actor.said->parts[0] + " " + actor.said->parts[1]);
    const Fault* fault = striking();
    if (!fault || fault->kind == Kind::Stale)
      return reply(actor, answer_message(carried_out(actor)));
    local::Answer answer;
    if (fault->effect) answer = carried_out(actor);
    switch (fault->kind) {
      case Kind::Refused:
        return reply(actor, {Type::Refused});
      case Kind::Late:
      case Kind::LateAtEnd:
        late_ = actor.said->parts;
        return reply(actor, {Type::Lost});
      case Kind::Lost:
      case Kind::LostAndStale:
        return reply(actor, {Type::Lost});
      case Kind::Silent:
        return reply(actor, {Type::Silent});
      case Kind::Kill:
        actor.ended.killed = true;
        return end(actor, true);
      case Kind::Status:
        return reply(actor, answer_message(error_of(*fault)));
      case Kind::Truncated:
        answer.body.resize(answer.body.size() / 2);
        return reply(actor, answer_message(answer));
      case Kind::NotJson:
        answer = {.body = kForeignPage};
        return reply(actor, answer_message(answer));
      case Kind::Stale:
        break;
    }
  }

  /// The fault that strikes the request that came last.
  const Fault* striking() const {
    if (!strike_) return nullptr;
    const std::size_t number = performance_.requests.size();
    const bool now =
        number == strike_->index || (strike_->fault->for_good && number > strike_->index);
    return now ? strike_->fault : nullptr;
  }

  local::Answer carried_out(const Actor& actor) {
    const auto& said = actor.said->parts;
    return world_.handle(said[0], said[1], said[2], said[3]);
  }

  static local::Answer error_of(const Fault& fault) {
    local::Answer answer{.status = fault.status};
    answer.body = canonical({{"error_code", fault.error_code}, {"message", "A fault on purpose"}});
    if (!fault.retry_after.empty()) answer.headers["Retry-After"] = fault.retry_after;
    return answer;
  }

  Message answer_message(const local::Answer& answer) const {
    const auto wait = answer.headers.find("Retry-After");
    return {Type::Answer,
            {std::to_string(answer.status), wait == answer.headers.end() ? "" : wait->second,
             world_.workspace_id(), answer.body}};
  }

  void reply(Actor& actor, const Message& message) {
    send_message(actor.client.socket, message);
    listen(actor);
  }

  void listen(Actor& actor) {
    actor.said = receive_message(actor.client.socket);
    if (!actor.said) return end(actor, false);
    if (actor.said->type != Type::End) return;
    const auto& said = actor.said->parts;
    actor.ended.exit_code = std::atoi(said[0].c_str());
    actor.ended.out = said[1];
    actor.ended.err = said[2];
    end(actor, false);
  }

  void end(Actor& actor, bool with_force) {
    if (with_force) kill(actor.client.pid, SIGKILL);
    int status = 0;
    waitpid(actor.client.pid, &status, 0);
    close(actor.client.socket);
    if (!with_force && WIFSIGNALED(status))
      actor.ended.trouble = "crashed with signal " + std::to_string(WTERMSIG(status));
    actor.said.reset();
  }

  void give_up() {
    for (Actor& actor : actors_) {
      if (!actor.said) continue;
      end(actor, true);
      actor.ended.trouble = "still sends requests after " + std::to_string(kMostRequests);
    }
  }

  World& world_;
  SharedTime& time_;
  const std::optional<Strike>& strike_;
  std::vector<Actor> actors_;
  std::size_t turn_ = 0;
  std::vector<std::string> late_;  // a request that is still on its way
  Performance performance_;
};

}  // namespace

Performance play(World& world, SharedTime& time, const std::vector<CommandLine>& clients,
                 const std::optional<Strike>& strike) {
  return Stage(world, time, strike).run(clients);
}

}  // namespace dbplan::faults
