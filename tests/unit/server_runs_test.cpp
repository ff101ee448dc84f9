#include <doctest/doctest.h>

#include "tests/unit/server_fixture.hpp"

using namespace std::string_literals;
using dbplan::Json;
using dbplan::local::LocalWorld;

namespace {

/// A world with a notebook and a running cluster.
struct RunWorld : LocalWorld {
  std::string cluster = make_cluster();
  RunWorld() { import_notebook("/Users/me@example.com/nb"); }

  std::int64_t run_tasks(const Json& tasks, Json more = Json::object()) {
    more["name"] = "j";
    more["tasks"] = tasks;
    return run(make_job(more));
  }
};

}  // namespace

TEST_CASE("server runs: tasks follow their dependencies") {
  RunWorld world;
  const auto id =
      world.run_tasks({world.task("a", world.cluster), world.task("b", world.cluster, {"a"}),
                       world.task("c", world.cluster, {"a", "b"})});
  CHECK(world.how(id, "a") == "RUNNING");
  CHECK(world.how(id, "b") == "BLOCKED");
  world.end_task("a", "SUCCESS");
  CHECK(world.how(id, "b") == "RUNNING");
  world.end_task("b", "SUCCESS");
  world.end_task("c", "SUCCESS", "42");
  CHECK(world.how(id) == "TERMINATED SUCCESS");
}

TEST_CASE("server runs: a failed task ends the run as INTERNAL_ERROR and skips what needs it") {
  RunWorld world;
  const auto id =
      world.run_tasks({world.task("a", world.cluster), world.task("b", world.cluster, {"a"})});
  world.end_task("a", "FAILED");
  CHECK(world.how(id, "a") == "TERMINATED FAILED");
  CHECK(world.how(id, "b") == "SKIPPED UPSTREAM_FAILED");
  CHECK(world.how(id) == "INTERNAL_ERROR FAILED");
  CHECK(dbplan::text_at(world.run_state(id), "state_message") ==
        "Task a failed with message: Workload failed, see run output for details.");
}

TEST_CASE("server runs: run_if decides after failures, and leaves decide for the run") {
  RunWorld world;
  Json always = world.task("always", world.cluster, {"a"});
  always["run_if"] = "ALL_DONE";
  Json on_failure = world.task("on_failure", world.cluster, {"a"});
  on_failure["run_if"] = "AT_LEAST_ONE_FAILED";
  const auto id = world.run_tasks({world.task("a", world.cluster), always, on_failure});
  world.end_task("a", "FAILED");
  world.end_task("always", "SUCCESS");
  world.end_task("on_failure", "SUCCESS");
  CHECK(world.how(id) == "TERMINATED SUCCESS_WITH_FAILURES");

  const auto well = world.run_tasks({world.task("a", world.cluster), on_failure});
  world.end_task("a", "SUCCESS");
  CHECK(world.how(well, "on_failure") == "SKIPPED EXCLUDED");
  CHECK(world.how(well) == "TERMINATED SUCCESS");
}

TEST_CASE("server runs: a retry is a task run of its own, after its pause") {
  RunWorld world;
  Json task = world.task("a", world.cluster);
  task["max_retries"] = 1;
  task["min_retry_interval_millis"] = 5000;
  const auto id = world.run_tasks(Json::array({task}));
  const std::string first = world.host->of("a")->run;
  world.end_task("a", "FAILED");
  CHECK(world.how(id, "a") == "WAITING_FOR_RETRY");
  world.now += 4999;
  world.move_on();
  CHECK(world.how(id, "a") == "WAITING_FOR_RETRY");
  world.now += 1;
  world.move_on();
  CHECK(world.how(id, "a") == "RUNNING");
  CHECK(world.host->of("a")->run != first);
  world.end_task("a", "SUCCESS");
  CHECK(world.how(id) == "TERMINATED SUCCESS");
  const Json run = world.get("/api/2.2/jobs/runs/get?run_id=" + std::to_string(id));
  REQUIRE(run["tasks"].size() == 2);
  CHECK(run["tasks"][1]["attempt_number"] == 1);
  CHECK(std::to_string(run["tasks"][1]["original_attempt_run_id"].get<std::int64_t>()) == first);
}

TEST_CASE("server runs: time-outs of tasks and of jobs") {
  RunWorld world;
  Json task = world.task("a", world.cluster);
  task["timeout_seconds"] = 10;
  const auto id = world.run_tasks(Json::array({task}));
  world.now += 9999;
  world.move_on();
  CHECK(world.how(id, "a") == "RUNNING");
  world.now += 1;
  world.move_on();
  CHECK(world.how(id, "a") == "TERMINATED TIMEDOUT");
  CHECK(world.how(id) == "INTERNAL_ERROR FAILED");

  const auto whole =
      world.run_tasks(Json::array({world.task("a", world.cluster)}), {{"timeout_seconds", 5}});
  world.now += 5000;
  world.move_on();
  CHECK(world.how(whole) == "TERMINATED TIMEDOUT");
}

TEST_CASE("server runs: a time-out that is changed reaches the active run") {
  RunWorld world;
  const Json settings = {{"name", "j"}, {"tasks", Json::array({world.task("a", world.cluster)})}};
  const auto job = world.make_job(settings);
  const auto id = world.run(job);
  Json shorter = settings;
  shorter["timeout_seconds"] = 1;
  world.post("/api/2.2/jobs/reset", {{"job_id", job}, {"new_settings", shorter}});
  world.now += 1000;
  world.move_on();
  CHECK(world.how(id) == "TERMINATED TIMEDOUT");
}

TEST_CASE("server runs: cancel ends children first, then the run") {
  RunWorld world;
  const auto id = world.run_tasks(Json::array({world.task("a", world.cluster)}));
  const std::string parent = world.host->of("a")->run;
  const Json child = world.post("/api/local/notebook-runs",
                                {{"parent", parent}, {"path", "/Users/me@example.com/nb"}});
  const std::string child_run = std::to_string(dbplan::int_at(child, "run_id"));
  CHECK(world.host->running.size() == 2);
  world.post("/api/2.2/jobs/runs/cancel", {{"run_id", id}});
  CHECK(world.host->cancelled == std::vector{child_run, parent});
  CHECK(world.how(id) == "TERMINATED CANCELED");
  CHECK(world.host->running.empty());
}

TEST_CASE("server runs: a notebook that ends takes its children with it") {
  RunWorld world;
  const auto id = world.run_tasks(Json::array({world.task("a", world.cluster)}));
  const std::string parent = world.host->of("a")->run;
  world.post("/api/local/notebook-runs",
             {{"parent", parent}, {"path", "/Users/me@example.com/nb"}});
  world.host->end(parent, {.state = "SUCCESS"});
  world.move_on();
  CHECK(world.host->running.empty());
  CHECK(world.how(id) == "TERMINATED SUCCESS");
}

TEST_CASE("server runs: a child tells its parent how it ended") {
  RunWorld world;
  world.run_tasks(Json::array({world.task("a", world.cluster)}));
  const std::string parent = world.host->of("a")->run;
  const Json arguments = {{"n", "7"}};
  const Json child = world.post(
      "/api/local/notebook-runs",
      {{"parent", parent}, {"path", "/Users/me@example.com/nb"}, {"arguments", arguments}});
  const std::string id = std::to_string(dbplan::int_at(child, "run_id"));
  const auto run = std::ranges::find(world.host->running, id, &dbplan::local::NotebookRun::run);
  REQUIRE(run != world.host->running.end());
  CHECK(run->parameters.at("n") == "7");
  CHECK(world.get("/api/local/notebook-runs/" + id)["state"] == "RUNNING");
  world.host->end(id, {.state = "SUCCESS", .exit_value = "done"});
  world.move_on();
  const Json answer = world.get("/api/local/notebook-runs/" + id + "?wait_seconds=20");
  CHECK(answer["state"] == "SUCCESS");
  CHECK(answer["exit_value"] == "done");
  world.post("/api/local/notebook-runs", {{"parent", parent}, {"path", "/Users/nobody"}});
  CHECK(world.status == 404);
}

TEST_CASE("server runs: one at a time, the next one queued or skipped") {
  RunWorld world;
  const Json tasks = Json::array({world.task("a", world.cluster)});
  const auto job = world.make_job({{"name", "j"}, {"tasks", tasks}});
  const auto first = world.run(job);
  const auto second = world.run(job);
  CHECK(world.how(second) == "QUEUED");
  world.end_task("a", "SUCCESS");
  CHECK(world.how(first) == "TERMINATED SUCCESS");
  CHECK(world.how(second) == "RUNNING");

  const Json no_queue = {{"enabled", false}};
  const auto strict = world.make_job({{"name", "s"}, {"tasks", tasks}, {"queue", no_queue}});
  world.run(strict);
  CHECK(world.how(world.run(strict)) == "SKIPPED MAXIMUM_CONCURRENT_RUNS_REACHED");
}

TEST_CASE("server runs: one idempotency token makes one run") {
  RunWorld world;
  const auto job =
      world.make_job({{"name", "j"}, {"tasks", Json::array({world.task("a", world.cluster)})}});
  const auto first = world.run(job, {{"idempotency_token", "t"}});
  CHECK(world.run(job, {{"idempotency_token", "t"}}) == first);
  world.end_task("a", "SUCCESS");
  world.post("/api/2.2/jobs/runs/delete", {{"run_id", first}});
  CHECK(world.status == 200);
  world.post("/api/2.2/jobs/run-now", {{"job_id", job}, {"idempotency_token", "t"}});
  CHECK(world.status == 400);
}

TEST_CASE("server runs: parameters of the job win, and references are resolved") {
  RunWorld world;
  Json task = world.task("a", world.cluster);
  task["notebook_task"]["base_parameters"] = {{"run", "{{job.run_id}}"},
                                              {"p", "mine"},
                                              {"both", "{{job.parameters.p}}-{{task.name}}"},
                                              {"odd", "{{no.such}} {{"}};
  const Json parameter = {{"name", "p"}, {"default", "d"}};
  const auto job = world.make_job(
      {{"name", "j"}, {"tasks", Json::array({task})}, {"parameters", Json::array({parameter})}});
  const auto id = world.run(job, {{"job_parameters", {{"p", "given"}}}});
  const auto& parameters = world.host->of("a")->parameters;
  CHECK(parameters.at("run") == std::to_string(id));
  CHECK(parameters.at("p") == "given");
  CHECK(parameters.at("both") == "given-a");
  CHECK(parameters.at("odd") == "{{no.such}} {{");
}

TEST_CASE("server runs: task values reach the tasks behind, and their conditions") {
  RunWorld world;
  Json condition = {{"task_key", "check"}};
  condition["depends_on"] = Json::array({{{"task_key", "a"}}});
  condition["condition_task"] = {
      {"op", "GREATER_THAN"}, {"left", "{{tasks.a.values.rows}}"}, {"right", "9"}};
  const auto branch = [&](const std::string& key, const std::string& outcome) {
    Json task = world.task(key, world.cluster, {"check"});
    task["depends_on"][0]["outcome"] = outcome;
    return task;
  };
  const auto id = world.run_tasks(
      {world.task("a", world.cluster), condition, branch("yes", "true"), branch("no", "false")});
  const std::string run = world.host->of("a")->run;
  world.post("/api/local/task-values", {{"run_id", run}, {"key", "rows"}, {"value", 10}});
  CHECK(world.status == 200);
  world.end_task("a", "SUCCESS");
  CHECK(world.how(id, "no") == "SKIPPED EXCLUDED");
  CHECK(world.how(id, "yes") == "RUNNING");
  const std::string asking = world.host->of("yes")->run;
  CHECK(world.get("/api/local/task-values?run_id=" + asking + "&task_key=a&key=rows")["value"] ==
        10);
  world.end_task("yes", "SUCCESS");
  CHECK(world.how(id) == "TERMINATED SUCCESS");
}

TEST_CASE("server runs: a stopped cluster is started, and its death fails the task") {
  RunWorld world;
  world.post("/api/2.1/clusters/delete", {{"cluster_id", world.cluster}});
  world.host->slow = true;
  const auto id = world.run_tasks(Json::array({world.task("a", world.cluster)}));
  CHECK(world.how(id, "a") == "PENDING");
  world.host->tell(dbplan::local::HostEvent::Kind::ClusterReady, world.cluster);
  world.move_on();
  CHECK(world.how(id, "a") == "RUNNING");
  world.end_task("a", "LOST");
  CHECK(world.how(id, "a") == "INTERNAL_ERROR FAILED");

  world.post("/api/2.1/clusters/delete", {{"cluster_id", world.cluster}});
  const auto second = world.run_tasks(Json::array({world.task("a", world.cluster)}));
  world.host->tell(dbplan::local::HostEvent::Kind::ClusterEnded, world.cluster, "no Java");
  world.move_on();
  CHECK(world.how(second, "a") == "INTERNAL_ERROR FAILED");
  CHECK(dbplan::text_at(world.run_state(second), "state_message").find("no Java") !=
        std::string::npos);
}

TEST_CASE("server runs: a job cluster is made for the run and ends with it") {
  RunWorld world;
  const Json shared = {{"job_cluster_key", "k"}, {"new_cluster", world.cluster_spec()}};
  Json first = world.task("a", "");
  first.erase("existing_cluster_id");
  first["job_cluster_key"] = "k";
  Json second = first;
  second["task_key"] = "b";
  second["depends_on"] = Json::array({{{"task_key", "a"}}});
  const auto id = world.run_tasks({first, second}, {{"job_clusters", Json::array({shared})}});
  const std::string cluster = world.host->of("a")->cluster_id;
  CHECK(cluster != world.cluster);
  world.end_task("a", "SUCCESS");
  CHECK(world.host->of("b")->cluster_id == cluster);
  CHECK(world.host->stopped_clusters.empty());
  world.end_task("b", "SUCCESS");
  CHECK(world.how(id) == "TERMINATED SUCCESS");
  CHECK(world.host->stopped_clusters == std::vector{cluster});
  CHECK(world.get("/api/2.1/clusters/get?cluster_id=" + cluster)["cluster_source"] == "JOB");
}

TEST_CASE("server runs: what cannot run here says so") {
  RunWorld world;
  Json task = {{"task_key", "a"}};
  task["spark_python_task"] = {{"python_file", "x.py"}};
  task["max_retries"] = -1;
  const auto id = world.run_tasks(Json::array({task}));
  CHECK(world.how(id) == "INTERNAL_ERROR FAILED");
  CHECK(dbplan::text_at(world.run_state(id), "state_message") ==
        "Task a failed with message: the local workspace does not run spark_python_task.");
}

TEST_CASE("server runs: a job runs another job and takes over how it ended") {
  RunWorld world;
  const auto inner = world.make_job(
      {{"name", "inner"}, {"tasks", Json::array({world.task("in", world.cluster)})}});
  Json task = {{"task_key", "call"}};
  task["run_job_task"] = {{"job_id", inner}};
  const auto id = world.run_tasks(Json::array({task}));
  CHECK(world.how(id, "call") == "RUNNING");
  world.end_task("in", "FAILED");
  CHECK(world.how(id, "call") == "TERMINATED FAILED");

  const auto second = world.run_tasks(Json::array({task}));
  world.post("/api/2.2/jobs/runs/cancel", {{"run_id", second}});
  CHECK(world.how(second) == "TERMINATED CANCELED");
  CHECK(world.host->running.empty());
}

TEST_CASE("server runs: only what was chosen runs") {
  RunWorld world;
  const auto job =
      world.make_job({{"name", "j"},
                      {"tasks",
                       {world.task("a", world.cluster), world.task("b", world.cluster, {"a"}),
                        world.task("c", world.cluster, {"b"})}}});
  world.run(job, {{"only", {"b+"}}});
  CHECK(world.host->of("b") != nullptr);
  CHECK(world.host->of("a") == nullptr);
  world.end_task("b", "SUCCESS");
  CHECK(world.host->of("c") != nullptr);
  world.post("/api/2.2/jobs/run-now", {{"job_id", job}, {"only", {"zzz"}}});
  CHECK(world.status == 400);
}

TEST_CASE("server runs: the lent token of a run ends with it") {
  RunWorld world;
  world.run_tasks(Json::array({world.task("a", world.cluster)}));
  const std::string token = world.host->of("a")->token;
  CHECK(world.send("GET", "/api/2.0/preview/scim/v2/Me", {}, token).status == 200);
  world.end_task("a", "SUCCESS");
  CHECK(world.send("GET", "/api/2.0/preview/scim/v2/Me", {}, token).status == 401);
}

TEST_CASE("server runs: output belongs to task runs") {
  RunWorld world;
  const auto id = world.run_tasks({world.task("a", world.cluster), world.task("b", world.cluster)});
  const std::string a = world.host->of("a")->run;
  world.end_task("a", "SUCCESS", "value");
  world.end_task("b", "FAILED");
  const Json output = world.get("/api/2.2/jobs/runs/get-output?run_id=" + a);
  CHECK(output["notebook_output"]["result"] == "value");
  CHECK(output["metadata"]["task_key"] == "a");
  world.get("/api/2.2/jobs/runs/get-output?run_id=" + std::to_string(id));
  CHECK(world.status == 400);
}
