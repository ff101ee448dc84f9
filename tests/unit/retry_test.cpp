#include "engine/net/retry.hpp"

#include <doctest/doctest.h>

#include <deque>

using dbplan::Attempt;
using dbplan::Clock;
using dbplan::Error;
using dbplan::Request;
using dbplan::Response;
using dbplan::Result;
using dbplan::RetryingTransport;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Time that passes only when somebody sleeps.
class SleepClock final : public Clock {
 public:
  std::chrono::sys_seconds now() const override { return {}; }
  Steady steady() const override { return Steady(elapsed); }
  void sleep(milliseconds duration) override { elapsed += duration; }
  milliseconds elapsed{0};
};

/// Answers by a list of statuses; 0 is a lost answer, -1 a refused connection, -2 one that an
/// interrupt ended. The last repeats.
class Scripted final : public dbplan::Transport {
 public:
  explicit Scripted(std::deque<int> statuses) : statuses_(std::move(statuses)) {}
  Result<Response> send(const Request&) override {
    ++sent;
    const int status = statuses_.front();
    if (statuses_.size() > 1) statuses_.pop_front();
    if (status == 0) return dbplan::fail(Error::Code::Unclear, "lost");
    if (status == -2) return dbplan::fail(Error::Code::Interrupted, "interrupted");
    if (status < 0) return dbplan::fail(Error::Code::Unreachable, "refused");
    return Response{.status = status, .headers = {}, .body = "{}"};
  }
  int sent = 0;

 private:
  std::deque<int> statuses_;
};

struct Line {
  SleepClock clock;
  Scripted* server = nullptr;
  std::unique_ptr<RetryingTransport> transport;

  explicit Line(std::deque<int> statuses, dbplan::RetryOptions options = {}) {
    auto scripted = std::make_unique<Scripted>(std::move(statuses));
    server = scripted.get();
    transport = std::make_unique<RetryingTransport>(std::move(scripted), clock, options);
  }
  Result<Response> send(bool repeatable = true, const std::string& path = "/x") {
    return transport->send({.method = "POST", .path = path, .repeatable = repeatable});
  }
};

}  // namespace

TEST_CASE("retry: the table of what is tried again") {
  const auto again = [](int status, bool repeatable, bool sent = true) {
    return dbplan::retry_delay({.repeatable = repeatable, .status = status, .sent = sent})
        .has_value();
  };
  for (const int status : {200, 400, 401, 403, 404, 409}) CHECK_FALSE(again(status, true));
  for (const int status : {408, 429, 500, 502, 503, 504}) CHECK(again(status, true));
  for (const int status : {408, 500, 502, 503, 504}) CHECK_FALSE(again(status, false));
  CHECK(again(429, false));
  CHECK(again(0, true));
  CHECK_FALSE(again(0, false));
  CHECK(again(0, false, false));
}

TEST_CASE("retry: delays grow to ten seconds, and Retry-After is a floor") {
  const auto delay = [](int number, std::optional<seconds> after = {}) {
    return dbplan::retry_delay({.number = number, .status = 429, .retry_after = after})->count();
  };
  CHECK(delay(1) == 500);
  CHECK(delay(4) == 4000);
  CHECK(delay(7) == 10000);
  CHECK(delay(1, seconds(30)) == 30000);
  CHECK(delay(5, seconds(1)) == 8000);
  CHECK_FALSE(dbplan::retry_delay({.number = 8, .status = 429}).has_value());
}

TEST_CASE("retry: Retry-After is seconds, or a date that counts from the answer's own Date") {
  struct Row {
    const char* header;
    const char* date;
    std::optional<seconds> asked;
  };
  // The server's clock is years off ours; only the difference counts.
  constexpr const char* kDate = "Sun, 06 Nov 1994 08:49:37 GMT";
  for (const Row& row : std::initializer_list<Row>{
           {"7", "", seconds(7)},
           {"0", "", seconds(0)},
           {"99999999999999999999", "", seconds(1'000'000'000)},
           {"-1", "", {}},
           {"soon", kDate, {}},
           {"", "", {}},
           {"Sun, 06 Nov 1994 08:50:07 GMT", kDate, seconds(30)},
           {"Sun, 06 Nov 1994 08:40:00 GMT", kDate, seconds(0)},
           {"Sun, 06 Nov 1994 08:50:07 GMT", "", {}},
           {"Sun, 06 Nov 1994 08:50:07 GMT", "today", {}},
       }) {
    CAPTURE(row.header);
    Response response{.status = 429, .headers = {{"retry-after", row.header}}, .body = {}};
    if (*row.date) response.headers["date"] = row.date;
    CHECK(dbplan::retry_after(response) == row.asked);
  }
}

TEST_CASE("retry: a create whose answer was lost is not sent again") {
  Line line({0, 200});
  CHECK(line.send(false).error().code == Error::Code::Unclear);
  CHECK(line.server->sent == 1);
}

TEST_CASE("retry: a server that never answers is given up after some requests") {
  Line line({-1});
  for (int i = 0; i < RetryingTransport::kBrokenAfter; ++i) CHECK_FALSE(line.send().has_value());
  const int sent = line.server->sent;
  CHECK(line.send().error().message.find("nothing more is sent") != std::string::npos);
  CHECK(line.server->sent == sent);
}

TEST_CASE("retry: an answer closes the circuit again") {
  Line line({-1, -1, -1, -1, -1, -1, 200, -1});
  CHECK_FALSE(line.send().has_value());
  CHECK_FALSE(line.send().has_value());
  CHECK(line.send().has_value());
  for (int i = 0; i < RetryingTransport::kBrokenAfter; ++i)
    CHECK(line.send().error().message == "refused");
}

TEST_CASE("retry: requests that an interrupt ended do not speak against the server") {
  Line line({-2});
  for (int i = 0; i <= RetryingTransport::kBrokenAfter; ++i)
    CHECK(line.send().error().code == Error::Code::Interrupted);
}

TEST_CASE("retry: an interrupt ends a wait within a moment") {
  SleepClock* clock = nullptr;
  Line line({429}, {.interrupted = [&] { return clock->elapsed > milliseconds(250); }});
  clock = &line.clock;
  CHECK(line.send().error().code == Error::Code::Interrupted);
  CHECK(line.clock.elapsed < seconds(1));
}

TEST_CASE("rate budget: a second's worth goes at once, then one by one") {
  static constexpr dbplan::RateLimit kLimits[] = {{"POST", "/jobs", 10}};
  Line line({200}, {.limits = kLimits});
  for (int i = 0; i < 10; ++i) CHECK(line.send(true, "/jobs/create").has_value());
  CHECK(line.clock.elapsed == milliseconds(0));
  for (int i = 0; i < 10; ++i) CHECK(line.send(true, "/jobs/create").has_value());
  CHECK(line.clock.elapsed == seconds(1));
  CHECK(line.send(true, "/other").has_value());
  CHECK(line.clock.elapsed == seconds(1));
}
