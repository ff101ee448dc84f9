#include "engine/net/retry.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <random>

namespace dbplan {
namespace {

constexpr int kMostUnanswered = 3;
constexpr std::chrono::milliseconds kLongestDelay{10000};
constexpr std::chrono::seconds kLongestFloor{300};
constexpr double kJitterMilliseconds = 500;

bool worth_repeating(const Attempt& attempt) {
  if (attempt.hopeless) return false;
  if (attempt.retry_after && *attempt.retry_after > kLongestFloor) return false;
  switch (attempt.status) {
    case 0:
      return !attempt.sent || attempt.repeatable;
    case 429:
      return true;
    case 503:
      return attempt.repeatable || attempt.retry_after.has_value();
    case 408:
    case 500:
    case 502:
    case 504:
      return attempt.repeatable;
    default:
      return false;
  }
}

/// "Sun, 06 Nov 1994 08:49:37 GMT": seconds since 1970.
std::optional<std::int64_t> http_date(const std::string& text) {
  std::tm time{};
  const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &time);
  if (!end || *end != '\0') return std::nullopt;
  return timegm(&time);
}

}  // namespace

std::optional<std::chrono::seconds> retry_after(const Response& response) {
  constexpr std::int64_t kFarAway = 1'000'000'000;
  const auto header = response.headers.find("retry-after");
  if (header == response.headers.end()) return std::nullopt;
  const std::string& text = header->second;
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (digits) {
    std::int64_t seconds = kFarAway;  // also what is more than 64 bits hold
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return std::chrono::seconds(std::min(seconds, kFarAway));
  }
  // The difference of two times of the server: our own clock may be wrong.
  const auto date = response.headers.find("date");
  if (date == response.headers.end()) return std::nullopt;
  const auto now = http_date(date->second), then = http_date(text);
  if (!now || !then) return std::nullopt;
  return std::chrono::seconds(std::clamp<std::int64_t>(*then - *now, 0, kFarAway));
}

std::optional<std::chrono::milliseconds> retry_delay(const Attempt& attempt) {
  const int most = attempt.status == 0 ? std::min(kMostUnanswered, attempt.most) : attempt.most;
  if (attempt.number >= most || !worth_repeating(attempt)) return std::nullopt;
  auto delay = std::min(kLongestDelay, std::chrono::milliseconds(500 << (attempt.number - 1)));
  if (attempt.retry_after) delay = std::max<std::chrono::milliseconds>(delay, *attempt.retry_after);
  return delay + std::chrono::milliseconds(static_cast<int>(attempt.jitter * kJitterMilliseconds));
}

struct RetryingTransport::Counters {
  std::mutex mutex;  // guards the rest
  Receipt receipt;
  int unanswered = 0;  // requests in a row that brought no answer at all
  std::minstd_rand random;
};

RetryingTransport::RetryingTransport(std::unique_ptr<Transport> inner, Clock& clock,
                                     RetryOptions options)
    : inner_(std::move(inner)),
      clock_(clock),
      options_(std::move(options)),
      budget_(options_.limits, clock),
      counters_(std::make_unique<Counters>()) {
  counters_->random.seed(options_.seed);
}

RetryingTransport::~RetryingTransport() = default;

bool RetryingTransport::is_broken() const {
  const std::scoped_lock guard(counters_->mutex);
  return counters_->unanswered >= kBrokenAfter;
}

/// In slices, so that an interrupt is seen soon.
Result<> RetryingTransport::wait(std::chrono::milliseconds delay) {
  constexpr std::chrono::milliseconds kSlice{100};
  while (delay.count() > 0) {
    if (options_.interrupted && options_.interrupted())
      return fail(Error::Code::Interrupted, "interrupted");
    const auto slice = options_.interrupted ? std::min(delay, kSlice) : delay;
    clock_.sleep(slice);
    delay -= slice;
  }
  return {};
}

Result<Response> RetryingTransport::send(const Request& request) {
  if (is_broken())
    return fail(Error::Code::Unreachable, "the workspace has not answered " +
                                              std::to_string(kBrokenAfter) +
                                              " requests in a row: nothing more is sent");
  for (int number = 1;; ++number) {
    const auto turn = budget_.take(request.method, request.path);
    TRY_VOID(wait(turn));
    auto answer = inner_->send(request);
    Attempt attempt{
        .number = number, .repeatable = request.repeatable, .most = options_.most_attempts};
    if (answer) {
      attempt.status = answer->status;
      attempt.retry_after = retry_after(*answer);
    } else {
      attempt.sent = answer.error().code != Error::Code::Unreachable;
      attempt.hopeless = attempt.sent && answer.error().code != Error::Code::Unclear;
    }
    std::optional<std::chrono::milliseconds> delay;
    {
      const std::scoped_lock guard(counters_->mutex);
      ++counters_->receipt.sent;
      if (request.mutating) ++counters_->receipt.mutating;
      if (attempt.status == 429) ++counters_->receipt.throttled;
      attempt.jitter = std::uniform_real_distribution<>(0, 1)(counters_->random);
      delay = retry_delay(attempt);
      if (delay) ++counters_->receipt.retried;
      const auto waited = turn + delay.value_or(std::chrono::milliseconds(0));
      counters_->receipt.waited_seconds += static_cast<double>(waited.count()) / 1000;
      if (answer)
        counters_->unanswered = 0;
      else if (!delay && answer.error().code != Error::Code::Interrupted)
        ++counters_->unanswered;
    }
    if (!delay) return answer;
    TRY_VOID(wait(*delay));
  }
}

Receipt RetryingTransport::receipt() const {
  const std::scoped_lock guard(counters_->mutex);
  return counters_->receipt;
}

}  // namespace dbplan
