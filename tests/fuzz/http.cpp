#include <charconv>

#include "engine/net/retry.hpp"
#include "providers/databricks/errors.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"

namespace dbplan::fuzz {
namespace {

/// Answers the same thing twice, then 200.
class Server final : public Transport {
 public:
  explicit Server(Response answer) : answer_(std::move(answer)) {}
  Result<Response> send(const Request&) override {
    if (++sent_ > 2) return Response{.status = 200, .headers = {}, .body = "{}"};
    return answer_;
  }

 private:
  Response answer_;
  int sent_ = 0;
};

/// Time that passes by being slept through.
class StillClock final : public Clock {
 public:
  std::chrono::sys_seconds now() const override { return {}; }
  Steady steady() const override { return Steady{slept}; }
  void sleep(std::chrono::milliseconds duration) override {
    demand(duration >= std::chrono::milliseconds(500), "no retry comes at once");
    slept += duration;
  }
  std::chrono::milliseconds slept{0};
};

}  // namespace

/// The first line is the status, the second a Retry-After header, the rest the body of an answer.
void fuzz_http(std::string_view input) {
  const std::string_view first = take_line(input);
  int status = 500;
  std::from_chars(first.data(), first.data() + first.size(), status);
  Response answer{.status = status, .headers = {}, .body = {}};
  answer.headers["retry-after"] = std::string(take_line(input));
  answer.body = std::string(input);

  for (const std::string_view path : {"/api/2.2/jobs/get?job_id=1", "/api/2.1/clusters/get?x=1"}) {
    const Request request{.method = "GET", .path = std::string(path)};
    const Error error = databricks::error_of(request, answer);
    demand(error.status == status, "an error keeps the status");
    demand(error.message.find(path.substr(0, path.find('?'))) != std::string::npos,
           "an error names its request");
    demand(error.message.find('?') == std::string::npos || input.find('?') != input.npos,
           "a query is not part of an error");
  }

  StillClock clock;
  RetryingTransport transport(std::make_unique<Server>(answer), clock);
  const Request create{.method = "POST", .path = "/api/2.2/jobs/create", .repeatable = false};
  const auto last = transport.send(create);
  demand(last.has_value(), "an answer stays an answer");
  const Receipt receipt = transport.receipt();
  demand(receipt.sent == receipt.retried + 1, "every request but the last was tried again");
  if (status == 500) demand(receipt.sent == 1, "a create of unclear effect is sent once");
}

}  // namespace dbplan::fuzz
