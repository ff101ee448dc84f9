#include "tests/support/spec_check.hpp"

using namespace dbplan;
using namespace dbplan::test;

namespace {

/// A job `a` with these fields, one per line, from line 5 on.
LoadedSpecs job(const std::string& fields) {
  std::string text = "resources:\n  jobs:\n    a:\n";
  std::size_t at = 0;
  while (at < fields.size()) {
    const std::size_t end = fields.find('\n', at);
    text += "      " + fields.substr(at, end - at) + "\n";
    at = end == std::string::npos ? fields.size() : end + 1;
  }
  return load_text(text);
}

}  // namespace

TEST_CASE("body: unknown fields, at every depth") {
  check_one(job("nme: x"), "Unknown field at 5: nme",
            "not a field of a job. Did you mean \"name\"?");
  check_one(
      job("tasks:\n  - task_key: t\n    timout_seconds: 3\n    notebook_task: {notebook_path: /x}"),
      "Unknown field at 7: timout_seconds",
      "an item of \"tasks\". Did you mean \"timeout_seconds\"?");
  check_one(job("queue: {enable: true, enabled: true}"), "Unknown field at 5: enable", "\"queue\"");
  check_one(job("nothing_like_it: 1"), "Unknown field at 5: nothing_like_it",
            "not a field of a job.");
}

TEST_CASE("body: wrong types say what was found and what is wanted") {
  check_one(job("max_concurrent_runs: many"), "Wrong type at 5: many",
            "\"max_concurrent_runs\" is an integer, and this is text.");
  check_one(job("max_concurrent_runs: \"3\""), "Wrong type at 5: \"3\"", "Remove the quotes.");
  check_one(job("max_concurrent_runs: 1.5"), "Wrong type at 5: 1.5", "a number");
  check_one(job("max_concurrent_runs: 3000000000"), "Wrong type at 5: 3000000000", "too large");
  check_one(job("name: [x]"), "Wrong type at 5: [", "is text, and this is a list");
  check_one(job("name: {x: y}"), "Wrong type at 5: {", "a map");
  check_one(job("name:"), "Wrong type at 5: name", "nothing");
  check_one(job("queue: true"), "Wrong type at 5: true", "is a map, and this is a boolean");
  check_one(job("queue: {enabled: 1}"), "Wrong type at 5: 1", "true or false");
  check_one(job("tasks: {a: b}"), "Wrong type at 5: {", "is a list");
  check_one(job("tasks: [x]"), "Wrong type at 5: x", "an item of \"tasks\" is a map");
  check_one(job("tags: [a]"), "Wrong type at 5: [", "a map");
  check_one(job("tags: {a: [b]}"), "Wrong type at 5: [", "\"a\" is text");
  check_one(job("tags: {a: }"), "Wrong type at 5: a", "\"\" for an empty text");
}

TEST_CASE("body: numbers and booleans are taken as text where text is wanted") {
  const auto loaded =
      job("name: 2024\ntags: {n: 1.50, b: True, q: \"yes\", d: 2024-01-01, z: 007}");
  check_clean(loaded);
  const Json& body = loaded.at("jobs", "a").body;
  CHECK(body["name"] == "2024");
  CHECK(canonical(body["tags"]) ==
        R"({"b":"true","d":"2024-01-01","n":"1.50","q":"yes","z":"007"})");
}

TEST_CASE("body: values arrive with their types, large integers whole") {
  const auto loaded =
      job("max_concurrent_runs: 3\nqueue: {enabled: yes}\n"
          "tasks: [{task_key: t, run_job_task: {job_id: 9007199254740993}}]");
  check_clean(loaded);
  const Json& body = loaded.at("jobs", "a").body;
  CHECK(body["max_concurrent_runs"] == 3);
  CHECK(body["queue"]["enabled"] == true);
  CHECK(canonical(body["tasks"][0]["run_job_task"]["job_id"]) == "9007199254740993");
}

TEST_CASE("body: references and placeholders may stand where another type is wanted") {
  const auto loaded =
      job("tasks:\n  - task_key: t\n    max_retries: \"{{job.parameters.n}}\"\n"
          "    run_job_task: {job_id: \"${resources.jobs.b.id}\"}");
  CHECK(briefs(loaded) ==
        std::vector<std::string>{"Unknown reference at 8: ${resources.jobs.b.id}"});
}

TEST_CASE("body: unknown enum values") {
  check_one(job("tasks: [{task_key: t, run_if: ALL_SUCESS, notebook_task: {notebook_path: /x}}]"),
            "Unknown value at 5: ALL_SUCESS", "\"ALL_SUCCESS\"");
  check_one(job("schedule: {quartz_cron_expression: \"0 0 6 * * ?\", timezone_id: UTC, "
                "pause_status: off}"),
            "Unknown value at 5: off", "It takes PAUSED or UNPAUSED.");
}

TEST_CASE("body: missing fields are reported where they should stand") {
  check_one(job("schedule:\n  quartz_cron_expression: 0 0 6 * * ?"), "Missing field at 5: schedule",
            "\"timezone_id\" is required in \"schedule\"");
  check_one(job("tasks:\n  - description: x\n    notebook_task: {notebook_path: /x}"),
            "Missing field at 6: description", "\"task_key\"");
  check_one(load_text("resources: {clusters: {c: {num_workers: 1}}}\n"), "Missing field at 2: c",
            "\"spark_version\" is required in a cluster");
}

TEST_CASE("body: what the server alone writes is refused") {
  const auto loaded =
      job("tasks: [{task_key: t, dashboard_task: {subscription: {subscribers: [{destination_id: "
          "x}]}}}]");
  check_one(loaded, "Read-only field at 5: destination_id", "Remove it");
}

TEST_CASE("body: items of keyed lists have different keys") {
  check_one(job("parameters:\n  - {name: p, default: 1}\n  - {name: q, default: 1}\n"
                "  - {name: p, default: 2}"),
            "Duplicate key in a list at 8: p", "dbplan.yml:6");
  check_one(job("tasks:\n  - {task_key: t, notebook_task: {notebook_path: /x}}\n"
                "  - {task_key: t, notebook_task: {notebook_path: /x}}"),
            "Duplicate key in a list at 7: t", "task_key");
}

TEST_CASE("body: the reserved tag") {
  check_one(job("tags: {dbplan: x}"), "Reserved tag at 5: dbplan", "another name");
  check_one(load_text("resources: {clusters: {c: {spark_version: x, num_workers: 1, custom_tags: "
                      "{dbplan: y}}}}\n"),
            "Reserved tag at 2: dbplan", "another name");
}

TEST_CASE("body: cron expressions and time zones") {
  check_one(job("schedule: {quartz_cron_expression: \"0 6 * * *\", timezone_id: UTC}"),
            "Invalid cron expression at 5: \"0 6 * * *\"", ".");
  check_one(job("schedule: {quartz_cron_expression: \"0 0 6 * * ?\", timezone_id: Berlin}"),
            "Unknown time zone at 5: Berlin", "Europe/Berlin");
  check_one(load_text("variables: {c: {default: nonsense}}\nresources: {jobs: {a: {schedule: "
                      "{quartz_cron_expression: '${var.c}', timezone_id: UTC}}}}\n"),
            "Invalid cron expression at 3: '${var.c}'", ".");
}

TEST_CASE("body: lifecycle, and a block that is not done yet") {
  const auto loaded = load_text(
      "resources: {clusters: {c: {spark_version: x, num_workers: 1, lifecycle: {prevent_destroy: "
      "true, started: "
      "false}}}}\n");
  check_clean(loaded);
  CHECK(loaded.at("clusters", "c").prevent_destroy);
  CHECK(loaded.at("clusters", "c").started == false);
  CHECK_FALSE(loaded.at("clusters", "c").body.contains("lifecycle"));
  check_one(job("lifecycle: {started: true}"), "Unknown field at 5: started", "cluster");
  check_one(job("lifecycle: {prevent_destory: true}"), "Unknown field at 5: prevent_destory",
            "\"prevent_destroy\"");
  check_one(job("lifecycle: {prevent_destroy: 1}"), "Wrong type at 5: 1", "true or false");
  check_one(job("lifecycle: yes"), "Wrong type at 5: yes", "a map");
  check_one(job("grants: []"), "Not supported yet at 5: grants", "--skip-unsupported");
}

TEST_CASE("body: kinds and keys") {
  check_one(load_text("resources: {job: {a: {}}}\n"), "Unknown kind at 2: job", "\"jobs\"");
  check_one(load_text("resources: {things: {a: {}}}\n"), "Unknown kind at 2: things", "Kinds are");
  check_one(load_text("resources: {jobs: {a: 3}}\n"), "Wrong type at 2: 3", "an integer");
  check_one(load_text("resources: {jobs: {a: }}\n"), "Wrong type at 2: a", "nothing");
  check_one(load_text("resources: {jobs: 3}\n"), "Wrong type at 2: 3", "is a map");
  check_one(load_text("resources: {jobs: {'a b': {name: x}}}\n"), "Invalid key at 2: 'a b'",
            "spaces");
  check_clean(
      load_text("resources: {jobs: {foo: {name: x}, foo__bar: {name: x}, größe: {name: x}}}\n"));
  check_clean(load_text("resources: {jobs: , clusters: }\n"));
}

TEST_CASE("body: five mistakes are five messages in one run") {
  const auto loaded = load_text(R"(
resources:
  jobs:
    nightly:
      name: nightly
      name: again
      max_concurrent_runs: lots
      descripton: text
      schedule: {quartz_cron_expression: "0 6 * * *", timezone_id: UTC}
      tasks:
        - task_key: load
          existing_cluster_id: ${resources.clusters.shard.id}
          notebook_task: {notebook_path: /x}
  clusters:
    shared: {spark_version: x, num_workers: 1}
)");
  CHECK(briefs(loaded) ==
        std::vector<std::string>{"Duplicate key at 7: name", "Wrong type at 8: lots",
                                 "Unknown field at 9: descripton",
                                 "Invalid cron expression at 10: \"0 6 * * *\"",
                                 "Unknown reference at 13: ${resources.clusters.shard.id}"});
}
