#include <doctest/doctest.h>

#include <vector>

#include "engine/net/retry.hpp"

using namespace std::chrono_literals;
using dbplan::Attempt;
using dbplan::retry_delay;

TEST_CASE("retry_delay: the table") {
  struct Row {
    const char* name;
    Attempt attempt;
    std::optional<std::chrono::milliseconds> delay;
  };
  const std::vector<Row> rows = {
      {"success", {.status = 200}, std::nullopt},
      {"client error", {.status = 400}, std::nullopt},
      {"throttled", {.status = 429}, 500ms},
      {"throttled create", {.repeatable = false, .status = 429}, 500ms},
      {"throttled with a floor", {.status = 429, .retry_after = 7s}, 7000ms},
      {"the floor does not shorten", {.number = 5, .status = 429, .retry_after = 1s}, 8000ms},
      {"later attempts are capped", {.number = 7, .status = 503}, 10000ms},
      {"the last attempt", {.number = 8, .status = 429}, std::nullopt},
      {"server error on a read", {.status = 500}, 500ms},
      {"server error on a create", {.repeatable = false, .status = 500}, std::nullopt},
      {"unavailable create", {.repeatable = false, .status = 503}, std::nullopt},
      {"unavailable create that was turned away",
       {.repeatable = false, .status = 503, .retry_after = 2s},
       2000ms},
      {"never reached, create", {.repeatable = false, .status = 0, .sent = false}, 500ms},
      {"lost answer, read", {.status = 0}, 500ms},
      {"lost answer, create", {.repeatable = false, .status = 0}, std::nullopt},
      {"nothing ever answered", {.number = 3, .status = 0, .sent = false}, std::nullopt},
      {"a floor of five minutes", {.status = 429, .retry_after = 300s}, 300000ms},
      {"a floor that nobody waits", {.status = 429, .retry_after = 301s}, std::nullopt},
      {"unavailable for long", {.status = 503, .retry_after = 3600s}, std::nullopt},
      {"no answer, and never one", {.status = 0, .hopeless = true}, std::nullopt},
      {"jitter", {.status = 429, .jitter = 0.5}, 750ms},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(retry_delay(row.attempt) == row.delay);
  }
}
