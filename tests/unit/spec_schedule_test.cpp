#include "tests/support/spec_check.hpp"

using namespace dbplan;
using namespace dbplan::test;

namespace {

/// Job j and a schedule s with these fields (line 5).
LoadedSpecs schedule(const std::string& fields, const std::string& job_fields = "name: n") {
  return load_text("resources:\n  jobs: {j: {" + job_fields + "}}\n  schedules:\n    s: {" +
                   fields + "}\n");
}

const std::string kCron = "quartz_cron_expression: '0 0 6 * * ?', timezone_id: UTC";

}  // namespace

TEST_CASE("schedules: a cron expression becomes the job's schedule") {
  const auto loaded = schedule("job: j, pause_status: PAUSED, " + kCron);
  check_clean(loaded);
  CHECK(canonical(loaded.at("jobs", "j").body["schedule"]) ==
        R"({"pause_status":"PAUSED","quartz_cron_expression":"0 0 6 * * ?","timezone_id":"UTC"})");
  const Resource& resource = loaded.at("schedules", "s");
  CHECK(resource.carrier == Address{"jobs", "j"});
  CHECK(resource.depends_on == std::vector<Address>{{"jobs", "j"}});
  CHECK(resource.body["job"] == "j");
}

TEST_CASE("schedules: the other ways to start a job") {
  CHECK(canonical(schedule("job: j, periodic: {interval: 4, unit: HOURS}").at("jobs", "j").body) ==
        R"({"name":"n","trigger":{"periodic":{"interval":4,"unit":"HOURS"}}})");
  CHECK(canonical(schedule("job: j, pause_status: PAUSED, file_arrival: {url: s3://b/}")
                      .at("jobs", "j")
                      .body["trigger"]) ==
        R"({"file_arrival":{"url":"s3://b/"},"pause_status":"PAUSED"})");
  CHECK(canonical(schedule("job: j, table_update: {table_names: [a.b.c]}")
                      .at("jobs", "j")
                      .body["trigger"]) == R"({"table_update":{"table_names":["a.b.c"]}})");
  CHECK(canonical(schedule("job: j, pause_status: UNPAUSED, continuous: {}")
                      .at("jobs", "j")
                      .body["continuous"]) == R"({"pause_status":"UNPAUSED"})");
}

TEST_CASE("schedules: the job may be a reference") {
  const auto loaded = schedule("job: '${resources.jobs.j.id}', " + kCron);
  check_clean(loaded);
  CHECK(loaded.at("schedules", "s").body["job"] == "j");
  CHECK(loaded.at("schedules", "s").carrier == Address{"jobs", "j"});
  CHECK(loaded.at("jobs", "j").body.contains("schedule"));
}

TEST_CASE("schedules: mistakes") {
  check_one(schedule("job: jj, " + kCron), "Unknown reference at 5: jj", "No job has the key");
  check_one(schedule("job: 'x ${resources.jobs.j.id}', " + kCron),
            "Wrong type at 5: 'x ${resources.jobs.j.id}'", "takes the key");
  check_one(schedule(kCron), "Missing field at 5: s", "\"job\"");
  check_one(schedule("job: j"), "Missing field at 5: s", "does not say when");
  check_one(schedule("job: j, quartz_cron_expression: '0 0 6 * * ?'"),
            "Missing field at 5: quartz_cron_expression", "timezone_id");
  check_one(schedule("job: j, continuous: {}, " + kCron), "Conflicting fields at 5: continuous",
            "in one way");
  check_one(schedule("job: j, periodic: {interval: 4}"), "Missing field at 5: periodic",
            "\"unit\"");
  check_one(schedule("job: j, quartz_cron_expression: '0 6 * * *', timezone_id: UTC"),
            "Invalid cron expression at 5: '0 6 * * *'", ".");
  check_one(schedule("job: j, " + kCron, "name: n, continuous: {}"),
            "Two schedules for one job at 5: job", "\"continuous\" in dbplan.yml:3");
}

TEST_CASE("schedules: two for one job") {
  check_one(load_text("resources:\n  jobs: {j: {name: n}}\n  schedules:\n    a: {job: j, " + kCron +
                      "}\n    b: {job: j, " + kCron + "}\n"),
            "Two schedules for one job at 6: job", "\"schedules.a\"");
}

TEST_CASE("benchmarks: checked against their fields, their jobs must exist") {
  const auto benchmark = [](const std::string& fields) {
    return load_text("resources:\n  jobs: {a: {name: n}, b: {name: n}}\n  benchmarks:\n    x: {" +
                     fields + "}\n");
  };
  const std::string arms = "arms: {one: {job: a}, two: {job: b}}";
  const auto loaded = benchmark("baseline: one, " + arms + ", reset: {job: a}");
  check_clean(loaded);
  CHECK(loaded.at("benchmarks", "x").depends_on ==
        std::vector<Address>{{"jobs", "a"}, {"jobs", "b"}});
  CHECK(loaded.at("benchmarks", "x").where.line == 5);
  check_one(benchmark(arms), "Missing field at 5: x", "\"baseline\"");
  check_one(benchmark("baseline: one, arms: {one: {job: a}, two: {job: c}}"),
            "Unknown reference at 5: c", "resources.jobs");
  check_one(benchmark("baseline: one, stop: {}, " + arms), "Unknown field at 5: stop",
            "a benchmark");
  check_one(benchmark("baseline: one, metric: wall, " + arms), "Unknown value at 5: wall",
            "exec_span");
}
