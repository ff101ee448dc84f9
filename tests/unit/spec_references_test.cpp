#include "tests/support/spec_check.hpp"

using namespace dbplan;
using namespace dbplan::test;

namespace {

/// Cluster c, job b named "bee", and job a with one task of these fields (line 6).
LoadedSpecs task(const std::string& fields) {
  return load_text(
      "resources:\n  clusters: {c: {cluster_name: cee, spark_version: x, num_workers: 2}}\n  "
      "jobs:\n"
      "    b: {name: bee}\n    a: {name: n, tasks: [{task_key: t, " +
      fields + "}]}\n");
}

const std::string kRun = "notebook_task: {notebook_path: /x}";

std::string job_with_name(const std::string& key, const std::string& name) {
  return key + ": {name: '" + name + "'}";
}

}  // namespace

TEST_CASE("references: ids stay symbolic, in one spelling, and order the resources") {
  for (const char* field : {"id", "cluster_id"}) {
    const auto loaded =
        task("existing_cluster_id: '${resources.clusters.c." + std::string(field) + "}', " + kRun);
    check_clean(loaded);
    const Resource& job = loaded.at("jobs", "a");
    CHECK(job.body["tasks"][0]["existing_cluster_id"] == "${resources.clusters.c.id}");
    CHECK(job.depends_on == std::vector<Address>{{"clusters", "c"}});
  }
  const auto loaded = task("run_job_task: {job_id: '${resources.jobs.b.job_id}'}");
  check_clean(loaded);
  CHECK(loaded.at("jobs", "a").body["tasks"][0]["run_job_task"]["job_id"] ==
        "${resources.jobs.b.id}");
}

TEST_CASE("references: several in one text, and the same twice") {
  const auto loaded = task(
      "description: '${resources.jobs.b.id} ${resources.jobs.b.id} "
      "${resources.clusters.c.id}', " +
      kRun);
  check_clean(loaded);
  CHECK(loaded.at("jobs", "a").depends_on ==
        std::vector<Address>{{"clusters", "c"}, {"jobs", "b"}});
}

TEST_CASE("references: what the spec knows is filled in, with its type") {
  const auto loaded = task(
      "description: '${resources.jobs.b.name}!', max_retries: "
      "'${resources.clusters.c.num_workers}', " +
      kRun);
  check_clean(loaded);
  const Json& body = loaded.at("jobs", "a").body["tasks"][0];
  CHECK(body["description"] == "bee!");
  CHECK(body["max_retries"] == 2);
}

TEST_CASE("references: values travel over several resources") {
  const auto loaded = load_text(
      "resources: {jobs: {" + job_with_name("a", "${resources.jobs.b.name}1") + ", " +
      job_with_name("b", "${resources.jobs.c.name}2") + ", " + job_with_name("c", "3") + "}}\n");
  check_clean(loaded);
  CHECK(loaded.at("jobs", "a").body["name"] == "321");
}

TEST_CASE("references: keys are literal: dots, dashes and letters beyond ASCII") {
  const auto loaded = load_text(
      "resources: {jobs: {a.b: {name: one}, a: {name: two}, größe-1: {name: three}, d: {name: "
      "'${resources.jobs.a.b.name} ${resources.jobs.a.name} ${resources.jobs.größe-1.name}'}}}\n");
  check_clean(loaded);
  CHECK(loaded.at("jobs", "d").body["name"] == "one two three");
}

TEST_CASE("references: to nothing") {
  check_one(task("existing_cluster_id: '${resources.clusters.d.id}', " + kRun),
            "Unknown reference at 6: ${resources.clusters.d.id}", "Declared are \"c\".");
  check_one(task("run_job_task: {job_id: '${resources.job.b.id}'}"),
            "Unknown reference at 6: ${resources.job.b.id}", "\"jobs\"");
  check_one(task("run_job_task: {job_id: '${resources.jobs.b}'}"),
            "Unknown reference at 6: ${resources.jobs.b}", "${resources.jobs.b.id}");
  check_one(task("description: '${resources.jobs.b.nam}', " + kRun),
            "Unknown reference at 6: ${resources.jobs.b.nam}", "\"nam\"");
  check_one(task("description: '${resources.schedules.s.id}', " + kRun),
            "Unknown reference at 6: ${resources.schedules.s.id}", "no schedules at all");
}

TEST_CASE("references: of the wrong kind") {
  check_one(task("existing_cluster_id: '${resources.jobs.b.id}', " + kRun),
            "Wrong kind of reference at 6: ${resources.jobs.b.id}", "resources.clusters");
}

TEST_CASE("references: cycles are errors that show their path") {
  check_one(load_text("resources: {jobs: {" + job_with_name("a", "${resources.jobs.b.id}") + ", " +
                      job_with_name("b", "${resources.jobs.a.id}") + "}}\n"),
            "Cycle of references at 2: '${resources.jobs.a.id}'", "jobs.a -> jobs.b -> jobs.a");
  check_one(
      load_text("resources: {jobs: {" + job_with_name("a", "${resources.jobs.a.id}") + "}}\n"),
      "Cycle of references at 2: '${resources.jobs.a.id}'", "jobs.a -> jobs.a");
}

TEST_CASE("references: an item of a list is named by its index") {
  const auto loaded = load_text(
      "resources:\n  jobs:\n    a: {tasks: [{task_key: x, run_job_task: {job_id: 1}}]}\n"
      "    b: {description: \"${resources.jobs.a.tasks[0].task_key} of "
      "${resources.jobs.a.tasks[0].run_job_task.job_id}\"}\n");
  check_clean(loaded);
  CHECK(loaded.at("jobs", "b").body["description"] == "x of 1");
  check_one(
      load_text("resources:\n  jobs:\n    a: {tasks: [{task_key: x, run_job_task: {job_id: 1}}]}\n"
                "    b: {description: \"${resources.jobs.a.tasks[1].task_key}\"}\n"),
      "Unknown reference at 5: ${resources.jobs.a.tasks[1].task_key}", "tasks[1].task_key");
}
