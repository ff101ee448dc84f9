#include "tests/support/spec_check.hpp"

using namespace dbplan;
using namespace dbplan::test;

namespace {

/// A job with these tasks, one per line, from line 5 on.
LoadedSpecs tasks(const std::vector<std::string>& lines, const std::string& more = "") {
  std::string text = "resources:\n  jobs:\n    a: {" + more + "tasks: [\n";
  for (const std::string& line : lines) text += "      " + line + ",\n";
  return load_text(text + "    ]}\n");
}

const std::string kRun = "notebook_task: {notebook_path: /x}";

}  // namespace

TEST_CASE("tasks: a dependency on a task that is not there") {
  check_one(tasks({"{task_key: load, " + kRun + "}",
                   "{task_key: report, depends_on: [{task_key: lod}], " + kRun + "}"}),
            "Unknown task at 6: lod", "\"load\"");
}

TEST_CASE("tasks: a cycle is reported once, with its path") {
  check_one(tasks({"{task_key: a, depends_on: [{task_key: c}], " + kRun + "}",
                   "{task_key: b, depends_on: [{task_key: a}], " + kRun + "}",
                   "{task_key: c, depends_on: [{task_key: b}], " + kRun + "}"}),
            "Cycle of tasks at 6: a", "a -> c -> b -> a");
  check_one(tasks({"{task_key: a, depends_on: [{task_key: a}], " + kRun + "}"}),
            "Cycle of tasks at 5: a", "a -> a");
}

TEST_CASE("tasks: diamonds are no cycles") {
  check_clean(tasks({"{task_key: a, " + kRun + "}",
                     "{task_key: b, depends_on: [{task_key: a}], " + kRun + "}",
                     "{task_key: c, depends_on: [{task_key: a}], " + kRun + "}",
                     "{task_key: d, depends_on: [{task_key: b}, {task_key: c}], " + kRun + "}"}));
}

TEST_CASE("tasks: job clusters and environments must exist") {
  const std::string clusters =
      "job_clusters: [{job_cluster_key: main, new_cluster: {spark_version: x, num_workers: 1}}], ";
  check_one(tasks({"{task_key: t, job_cluster_key: mai, " + kRun + "}"}, clusters),
            "Unknown job cluster at 5: mai", "\"main\"");
  check_one(tasks({"{task_key: t, environment_key: e, " + kRun + "}"}),
            "Unknown environment at 5: e", "environments");
  check_one(tasks({"{task_key: t, for_each_task: {inputs: '[1]', task: {task_key: i, "
                   "job_cluster_key: mai, " +
                   kRun + "}}}"},
                  clusters),
            "Unknown job cluster at 5: mai", "\"main\"");
}

TEST_CASE("tasks: one thing to do, on one cluster") {
  check_one(tasks({"{task_key: t}"}), "Missing field at 5: {", "nothing to run");
  check_one(tasks({"{task_key: t, " + kRun + ", run_job_task: {job_id: 1}}"}),
            "Conflicting fields at 5: run_job_task", "Make two tasks");
  check_one(tasks({"{task_key: t, existing_cluster_id: x, new_cluster: {spark_version: y, "
                   "num_workers: 1}, " +
                   kRun + "}"}),
            "Conflicting fields at 5: new_cluster", "one cluster");
  check_one(tasks({"{task_key: t, notebok_task: {notebook_path: /x}}"}),
            "Unknown field at 5: notebok_task", "\"notebook_task\"");
}

TEST_CASE("tasks: a job starts in one way") {
  check_one(tasks({"{task_key: t, " + kRun + "}"},
                  "continuous: {}, schedule: {quartz_cron_expression: '0 0 6 * * ?', timezone_id: "
                  "UTC}, "),
            "Conflicting fields at 4: continuous", "\"schedule\" and \"continuous\"");
}

TEST_CASE("tasks: outcomes belong to conditions") {
  const std::string condition =
      "{task_key: c, condition_task: {op: EQUAL_TO, left: '1', right: '1'}}";
  const auto after = [&](const std::string& outcome) {
    return tasks({condition, "{task_key: t, depends_on: [{task_key: c, outcome: " + outcome +
                                 "}], " + kRun + "}"});
  };
  check_clean(after("'true'"));
  check_clean(after("false"));
  check_one(after("'yes'"), "Unknown value at 6: 'yes'", "neither");
  check_one(tasks({"{task_key: a, " + kRun + "}",
                   "{task_key: t, depends_on: [{task_key: a, outcome: 'true'}], " + kRun + "}"}),
            "Task without an outcome at 6: 'true'", "run_if");
}

TEST_CASE("tasks: a loop is not inside a loop, a sql_task runs one thing, git is at one place") {
  check_one(tasks({"{task_key: t, for_each_task: {inputs: '[1]', task: {task_key: i, "
                   "for_each_task: {inputs: '[1]', task: {task_key: j, " +
                   kRun + "}}}}}"}),
            "Loop inside a loop at 5: for_each_task", "another job");
  check_one(tasks({"{task_key: t, sql_task: {warehouse_id: w}}"}), "Missing field at 5: sql_task",
            "query, dashboard");
  check_one(tasks({"{task_key: t, sql_task: {warehouse_id: w, query: {query_id: q}, alert: "
                   "{alert_id: a}}}"}),
            "Conflicting fields at 5: alert", "two tasks");
  const auto git = [](const std::string& place) {
    return load_text(
        "resources: {jobs: {j: {git_source: {git_url: 'https://example.com/r', "
        "git_provider: gitHub" +
        place + "}}}}\n");
  };
  check_clean(git(", git_tag: v1"));
  check_one(git(""), "Missing field at 2: git_source", "git_branch");
  check_one(git(", git_branch: main, git_tag: v1"), "Conflicting fields at 2: git_tag",
            "one place");
}

TEST_CASE("tasks: ids of warehouses, policies and pools are checked for their kind") {
  const auto loaded = load_text(R"(
resources:
  sql_warehouses: {w: {name: w, cluster_size: Small}}
  cluster_policies: {p: {name: p}}
  instance_pools: {i: {instance_pool_name: i, node_type_id: n}}
  jobs:
    j:
      job_clusters:
        - job_cluster_key: c
          new_cluster: {spark_version: x, num_workers: 1, policy_id: "${resources.cluster_policies.p.id}", instance_pool_id: "${resources.instance_pools.i.id}"}
      tasks:
        - {task_key: t, sql_task: {warehouse_id: "${resources.sql_warehouses.w.id}", query: {query_id: q}}}
)");
  check_clean(loaded);
  CHECK(loaded.at("jobs", "j").depends_on.size() == 3);
  check_one(load_text("resources: {jobs: {k: {}, j: {tasks: [{task_key: t, sql_task: {query: "
                      "{query_id: q}, warehouse_id: '${resources.jobs.k.id}'}}]}}}\n"),
            "Wrong kind of reference at 2: ${resources.jobs.k.id}", "sql_warehouses");
}
