#include "tests/support/spec_check.hpp"

using namespace dbplan;
using namespace dbplan::test;

namespace {

SpecOptions with_target(const std::string& target) {
  SpecOptions options;
  options.target = target;
  return options;
}

const std::string kTwo = "targets: {dev: {default: true}, prod: {}}\n";

}  // namespace

TEST_CASE("targets: without any the target is called default") {
  CHECK(load_text("").desired.target == "default");
}

TEST_CASE("targets: the only one, else the default one, else the one asked for") {
  CHECK(load_text("targets: {x: }\n").desired.target == "x");
  CHECK(load_text(kTwo).desired.target == "dev");
  CHECK(load_text(kTwo, with_target("prod")).desired.target == "prod");
}

TEST_CASE("targets: no default, two defaults, an unknown one") {
  check_one(load_text("targets: {a: , b: }\n"), "No default target at 2: targets",
            "\"a\" and \"b\"");
  check_one(load_text("targets: {a: {default: true}, b: {default: true}}\n"),
            "Two default targets at 2: b", "Remove");
  check_one(load_text(kTwo, with_target("pord")), "Unknown target at 2: targets", "\"prod\"");
  check_one(load_text(kTwo, with_target("else")), "Unknown target at 2: targets",
            "\"dev\" and \"prod\"");
  check_one(load_text("", with_target("dev")), "Unknown target at 0: ", "no targets");
}

TEST_CASE("targets: overrides merge maps, keyed lists by key, and join other lists") {
  const auto loaded = load_text(R"(
resources:
  jobs:
    a:
      name: base
      tags: {x: "1", y: "2"}
      email_notifications: {on_failure: [me@example.com]}
      parameters: [{name: p, default: "1"}, {name: q, default: "1"}]
      job_clusters:
        - {job_cluster_key: k, new_cluster: {spark_version: s, num_workers: 1}}
      tasks:
        - task_key: one
          job_cluster_key: k
          libraries: [{pypi: {package: a}}]
          notebook_task: {notebook_path: /one, base_parameters: {u: "1"}}
targets:
  dev:
    resources:
      jobs:
        a:
          name: over
          tags: {y: "3", z: "4"}
          email_notifications: {on_failure: [you@example.com]}
          parameters: [{name: q, default: "2"}, {name: r, default: "3"}]
          job_clusters: [{job_cluster_key: k, new_cluster: {num_workers: 9}}]
          tasks:
            - task_key: one
              notebook_task: {base_parameters: {v: "2"}}
            - task_key: two
              depends_on: [{task_key: one}]
              notebook_task: {notebook_path: /two}
        b: {name: only here}
)");
  check_clean(loaded);
  const Json& body = loaded.at("jobs", "a").body;
  CHECK(body["name"] == "over");
  CHECK(canonical(body["tags"]) == R"({"x":"1","y":"3","z":"4"})");
  CHECK(canonical(body["email_notifications"]["on_failure"]) ==
        R"(["me@example.com","you@example.com"])");
  CHECK(canonical(body["parameters"]) ==
        R"([{"default":"1","name":"p"},{"default":"2","name":"q"},{"default":"3","name":"r"}])");
  CHECK(canonical(body["job_clusters"][0]["new_cluster"]) ==
        R"({"num_workers":9,"spark_version":"s"})");
  REQUIRE(body["tasks"].size() == 2);
  CHECK(canonical(body["tasks"][0]["notebook_task"]["base_parameters"]) == R"({"u":"1","v":"2"})");
  CHECK(body["tasks"][1]["task_key"] == "two");
  CHECK(loaded.at("jobs", "b").body["name"] == "only here");
}

TEST_CASE("targets: an override of a shared anchor changes one resource only") {
  const auto loaded = load_text(R"(
resources:
  clusters:
    a: &shape {spark_version: x, num_workers: 1}
    b: *shape
targets:
  dev: {resources: {clusters: {a: {num_workers: 2}}}}
)");
  check_clean(loaded);
  CHECK(loaded.at("clusters", "a").body["num_workers"] == 2);
  CHECK(loaded.at("clusters", "b").body["num_workers"] == 1);
}

TEST_CASE("targets: mistakes in an override are reported in the override") {
  check_one(load_text("resources: {jobs: {a: {name: x}}}\n"
                      "targets:\n  dev:\n    resources: {jobs: {a: {nam: y}}}\n"),
            "Unknown field at 5: nam", "\"name\"");
}

TEST_CASE("targets: the root path and what depends on it") {
  CHECK(load_text("").desired.root_path ==
        "/Workspace/Users/${workspace.current_user.userName}/.bundle/b/default");
  CHECK(load_text("", {}, "me@example.com").desired.root_path ==
        "/Workspace/Users/me@example.com/.bundle/b/default");
  CHECK(load_text("workspace: {root_path: ~/here}\n", {}, "me@example.com").desired.root_path ==
        "/Workspace/Users/me@example.com/here");
  CHECK(load_text("workspace: {root_path: '/Shared/${bundle.name}/'}\n").desired.root_path ==
        "/Workspace/Shared/b");
  CHECK(load_text("workspace: {host: a}\n"
                  "targets: {dev: {workspace: {host: b, profile: p, root_path: /x}}}\n")
            .desired.host == "b");
  check_one(load_text("workspace: {root_path: here}\n"), "Path is not absolute at 2: here",
            "/Workspace/");
}

TEST_CASE("targets: development mode marks and pauses everything") {
  const auto loaded = load_text(R"(
resources:
  clusters:
    c: {cluster_name: n, spark_version: x, num_workers: 1}
  jobs:
    a: {name: n, tags: {dev: mine}, trigger: {periodic: {interval: 1, unit: DAYS}}}
    b: {name: n, max_concurrent_runs: 2}
  schedules:
    s: {job: b, quartz_cron_expression: "0 0 6 * * ?", timezone_id: UTC}
targets:
  dev: {mode: development}
)",
                                {}, "some.body@example.com");
  check_clean(loaded);
  CHECK(loaded.at("clusters", "c").body["cluster_name"] == "[dev some_body] n");
  CHECK(loaded.at("clusters", "c").body["custom_tags"]["dev"] == "some_body");
  const Json& a = loaded.at("jobs", "a").body;
  CHECK(a["name"] == "[dev some_body] n");
  CHECK(a["tags"]["dev"] == "mine");
  CHECK(a["trigger"]["pause_status"] == "PAUSED");
  CHECK(a["max_concurrent_runs"] == 4);
  const Json& b = loaded.at("jobs", "b").body;
  CHECK(b["schedule"]["pause_status"] == "PAUSED");
  CHECK(b["max_concurrent_runs"] == 2);
  CHECK(loaded.at("schedules", "s").body["pause_status"] == "PAUSED");
}

TEST_CASE("targets: presets, and what a resource says itself") {
  const auto loaded = load_text(R"(
presets: {name_prefix: "p ", tags: {team: data}, trigger_pause_status: PAUSED}
resources:
  jobs:
    a:
      name: n
      tags: {team: mine}
      schedule: {quartz_cron_expression: "0 0 6 * * ?", timezone_id: UTC, pause_status: UNPAUSED}
targets:
  prod: {mode: production, presets: {tags: {cost: "1"}}}
)");
  check_clean(loaded);
  const Json& body = loaded.at("jobs", "a").body;
  CHECK(body["name"] == "p n");
  CHECK(canonical(body["tags"]) == R"({"cost":"1","team":"mine"})");
  CHECK(body["schedule"]["pause_status"] == "UNPAUSED");
}

TEST_CASE("targets: mistakes in presets and mode") {
  check_one(load_text("presets: {trigger_pause_status: PAUSE}\n"), "Unknown value at 2: PAUSE",
            "PAUSED");
  check_one(load_text("targets: {dev: {mode: developement}}\n"), "Unknown value at 2: developement",
            "\"development\"");
  check_one(load_text("presets: {tags: {dbplan: x}}\n"), "Reserved tag at 2: dbplan",
            "another name");
  check_one(load_text("presets: {tags: {x: [1]}}\n"), "Wrong type at 2: x", "a list");
  check_one(load_text("presets: {jobs_max_concurrent_runs: many}\n"), "Wrong type at 2: many",
            "an integer");
}

TEST_CASE("targets: a root path belongs to one deployment") {
  for (const char* path : {"/", "'~'", "/Shared/", "/Workspace/Users"})
    check_one(load_text("workspace: {root_path: " + std::string(path) + "}\n"),
              "Root path is not ours alone at 2: " + std::string(path), "below it");
}

TEST_CASE("targets: names of bundles and targets are names of folders") {
  check_one(load_files({{"dbplan.yml", "bundle: {name: ../other}\n"}}),
            "Invalid name at 1: ../other", "letters");
  check_one(load_text("targets: {a/b: }\n"), "Invalid name at 0: ", "a/b");
}

TEST_CASE("targets: development belongs to one user") {
  const std::string target = "targets: {dev: {mode: development, ";
  const auto as_me = [](const std::string& text) { return load_text(text, {}, "me@example.com"); };
  check_one(as_me(target + "workspace: {root_path: /Shared/x}}}\n"),
            "Not one user's own at 2: root_path", "~/");
  check_one(as_me(target + "presets: {name_prefix: 'x '}}}\n"),
            "Not one user's own at 2: name_prefix", "short_name");
  check_one(as_me(target + "presets: {trigger_pause_status: UNPAUSED}}}\n"),
            "Conflicting fields at 2: trigger_pause_status", "cannot be UNPAUSED");
  check_clean(as_me(target + "workspace: {root_path: /Shared/me}}}\n"));
  check_clean(
      as_me(target + "workspace: {root_path: '/Shared/${workspace.current_user.userName}'}}}\n"));
  check_clean(as_me(target + "presets: {name_prefix: 'me '}}}\n"));
}

TEST_CASE("targets: production is one copy, from the right branch") {
  const auto as = [](const std::string& user, const std::string& more,
                     const std::string& top = "") {
    SpecOptions options;
    options.git = [] { return GitFacts{"feature", "", ""}; };
    return load_text(top + "targets: {prod: {mode: production" + more + "}}\n", options, user);
  };
  const std::string app = "0a1b2c3d-1111-2222-3333-444455556666";
  check_one(as("me@example.com", ""), "Missing root path at 2: production", "root_path");
  check_clean(as(app, ""));
  check_clean(as("", ""));
  check_clean(as("me@example.com", ", workspace: {root_path: /Shared/x}"));
  check_clean(as("me@example.com", "", "run_as: {service_principal_name: app}\n"));
  check_one(as(app, ", bundle: {git: {branch: main}}"), "Wrong branch at 2: main", "\"feature\"");
  check_clean(as(app, ", bundle: {git: {branch: feature}}"));
  check_one(as(app, ", git: {branch: main}"), "Wrong branch at 2: main", "\"feature\"");
}

TEST_CASE("targets: presets that say how sources are deployed") {
  check_clean(
      load_text("presets: {source_linked_deployment: false, pipelines_development: true}\n"));
  check_one(load_text("presets: {source_linked_deployment: true}\n"),
            "Not supported yet at 2: source_linked_deployment", "--skip-unsupported");
}
