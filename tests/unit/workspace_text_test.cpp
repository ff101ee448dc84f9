#include "engine/report/workspace_text.hpp"

#include <doctest/doctest.h>

using dbplan::activity_text;
using dbplan::Json;

TEST_CASE("workspace status: columns are aligned, and names cannot fool the screen") {
  const Json summary = {
      {"jobs", 2},
      {"active_runs",
       {{{"run_id", 7}, {"run_name", "nightly\n2 jobs"}, {"state", "RUNNING"}, {"start_time", 0}},
        {{"run_id", 1234}, {"run_name", "b"}, {"state", "PENDING"}, {"start_time", 1000}}}},
      {"schedules", Json::array({{{"job_id", 5}, {"name", "n"}, {"at", 1'767'600'000'000}}})},
      {"trouble", ""}};
  const Json cluster = {{"cluster_id", "c-1"},
                        {"cluster_name", "shared"},
                        {"state", "RUNNING"},
                        {"state_message", "fine"}};
  const std::string text = activity_text({{"summary", summary}, {"clusters", {cluster}}});
  CHECK(text.find("1 cluster\n  c-1  RUNNING  shared  fine\n") != std::string::npos);
  CHECK(text.find("\n  7     RUNNING  since -                     nightly") != std::string::npos);
  CHECK(text.find("\n  1234  PENDING  since 1970-01-01T00:00:01Z  b\n") != std::string::npos);
  CHECK(text.find("1 active schedule\n  5  next 2026-01-05T08:00:00Z  n\n") != std::string::npos);
  CHECK(text.find("\n2 jobs") == std::string::npos);
}
