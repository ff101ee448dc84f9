#include "tests/support/spec_check.hpp"

using namespace dbplan;
using namespace dbplan::test;

namespace {

/// The description of jobs.a, set to `value` in a spec with `head`.
Json described(const std::string& head, const std::string& value, const SpecOptions& options = {}) {
  const auto loaded =
      load_text(head + "resources: {jobs: {a: {description: '" + value + "'}}}\n", options);
  check_clean(loaded);
  return loaded.at("jobs", "a").body["description"];
}

SpecOptions with_target(const std::string& target) {
  SpecOptions options;
  options.target = target;
  return options;
}

const std::string kJob = "resources: {jobs: {a: {description: '${var.v}'}}}\n";

}  // namespace

TEST_CASE("variables: what a spec may name") {
  const std::string head = "workspace: {root_path: /Shared/x, host: 'https://h'}\n";
  CHECK(described(head, "${bundle.name}-${bundle.target}") == "b-default");
  CHECK(described(head, "${workspace.root_path} ${workspace.file_path}") ==
        "/Workspace/Shared/x /Workspace/Shared/x/files");
  CHECK(described(head, "${workspace.host}") == "https://h");
  CHECK(described(head, "${workspace.current_user.userName}") ==
        "${workspace.current_user.userName}");
}

TEST_CASE("variables: --var beats the environment, the target and the default") {
  SpecOptions options;
  options.target = "dev";
  const std::string head =
      "variables: {v: {default: low}}\ntargets: {dev: {variables: {v: target}}, p: {}}\n";
  CHECK(described(head, "${var.v}", with_target("p")) == "low");
  CHECK(described(head, "${var.v}", options) == "target");
  options.environment = {{"BUNDLE_VAR_v", "environment"}, {"BUNDLE_VAR_other", "x"}, {"HOME", "/"}};
  CHECK(described(head, "${var.v}", options) == "environment");
  options.variables = {{"v", "flag"}};
  CHECK(described(head, "${var.v}", options) == "flag");
}

TEST_CASE("variables: alone a reference keeps its type") {
  const auto loaded = load_text(R"(
variables:
  n: {default: 3}
  text: {default: "4"}
  flag: {default: false}
  conf: {type: complex, default: {a.b: 1, deep: {x: [p, q]}}}
resources:
  clusters:
    c:
      spark_version: x
      num_workers: ${var.n}
      autotermination_minutes: ${var.text}
      enable_elastic_disk: ${var.flag}
      node_type_id: ${var.conf.deep.x[1]}
      spark_conf: {k: "${var.n}"}
)");
  check_clean(loaded);
  const Json& body = loaded.at("clusters", "c").body;
  CHECK(body["num_workers"] == 3);
  CHECK(body["autotermination_minutes"] == 4);
  CHECK(body["enable_elastic_disk"] == false);
  CHECK(body["node_type_id"] == "q");
  CHECK(body["spark_conf"]["k"] == "3");
}

TEST_CASE("variables: whole maps and lists can be variables, with variables inside") {
  const auto loaded = load_text(R"(
variables:
  size: {default: 2}
  shape:
    type: complex
    default: {spark_version: x, num_workers: "${var.size}"}
resources:
  clusters:
    c: ${var.shape}
)");
  // A resource is a map by itself; below it anything may be a variable.
  REQUIRE(loaded.problems.size() == 1);
  const auto job = load_text(R"(
variables:
  size: {default: 2}
  shape:
    type: complex
    default: {spark_version: x, num_workers: "${var.size}"}
resources:
  jobs:
    j: {job_clusters: [{job_cluster_key: k, new_cluster: "${var.shape}"}]}
)");
  check_clean(job);
  CHECK(job.at("jobs", "j").body["job_clusters"][0]["new_cluster"]["num_workers"] == 2);
}

TEST_CASE("variables: unknown ones are errors with a suggestion") {
  check_one(load_text("variables: {value: {default: 1}}\nresources: {jobs: {a: {name: 'x "
                      "${var.valu}'}}}\n"),
            "Unknown variable at 3: ${var.valu}", "\"var.value\"");
  check_one(load_text(kJob), "Unknown variable at 2: ${var.v}", "not declared");
  check_one(load_text("resources: {jobs: {a: {name: '${bundle.nam}'}}}\n"),
            "Unknown reference at 2: ${bundle.nam}", "\"bundle.name\"");
  check_one(load_text("resources: {jobs: {a: {name: '${bundle.git.branch}'}}}\n"),
            "Unknown reference at 2: ${bundle.git.branch}", "${bundle.target}");
  check_one(load_text("resources: {jobs: {a: {name: '${vars.x}'}}}\n"),
            "Unknown reference at 2: ${vars.x}", "${var.x}");
  check_one(load_text("resources: {jobs: {a: {name: '${foo.x}'}}}\n"),
            "Unknown reference at 2: ${foo.x}", "begin with");
  check_one(load_text("resources: {jobs: {a: {name: '${workspace.current_user.username}'}}}\n"),
            "Unknown reference at 2: ${workspace.current_user.username}",
            "workspace.current_user.userName");
}

TEST_CASE("variables: what is no reference passes through") {
  for (const char* text : {"{{job.id}}", "${HOME}", "$x", "${}", "${HOME:-/tmp}", "a $ {b}", "${a"})
    CHECK(described("", text) == text);
}

TEST_CASE("variables: one without a value is an error where it is declared") {
  check_one(load_text("variables:\n  v:\n    description: d\n" + kJob),
            "Variable without a value at 3: v", "BUNDLE_VAR_v");
  SpecOptions options;
  options.variables = {{"v", "x"}};
  CHECK(described("variables: {v: }\n", "${var.v}", options) == "x");
}

TEST_CASE("variables: --var and targets can only set what is declared") {
  SpecOptions options;
  options.variables = {{"valu", "x"}};
  check_one(load_text("variables: {value: {default: 1}}\n", options),
            "Unknown variable at 0: ", "\"value\"");
  check_one(load_text("variables: {value: {default: 1}}\ntargets: {dev: {variables: {valu: 2}}}\n"),
            "Unknown variable at 3: valu", "\"value\"");
}

TEST_CASE("variables: a cycle is an error that shows its path") {
  check_one(load_text("variables: {a: {default: '${var.b}'}, b: {default: '${var.a}'}}\n"
                      "resources: {jobs: {j: {name: '${var.a}'}}}\n"),
            "Cycle of variables at 2: ${var.a}", "var.a -> var.b -> var.a");
}

TEST_CASE("variables: a map inside a text is an error") {
  check_one(load_text("variables: {m: {type: complex, default: {a: 1}}}\n"
                      "resources: {jobs: {j: {name: 'x ${var.m}'}}}\n"),
            "Value is no text at 3: ${var.m}", "a map");
}

TEST_CASE("variables: a part that is not there is an error") {
  check_one(load_text("variables: {m: {type: complex, default: {a: [1]}}}\n"
                      "resources: {jobs: {j: {name: '${var.m.a[1]}'}}}\n"),
            "Unknown reference at 3: ${var.m.a[1]}", "does not have");
}

TEST_CASE("variables: types") {
  check_one(load_text("variables: {v: {type: complx, default: 1}}\n"), "Unknown value at 2: complx",
            "\"complex\"");
  SpecOptions options;
  options.variables = {{"m", "x"}};
  check_one(load_text("variables: {m: {type: complex, default: {a: 1}}}\n", options),
            "Wrong type at 2: m", "--var");
}

TEST_CASE("variables: texts cannot grow without end") {
  std::string head = "variables:\n  v0: {default: xxxxxxxxxx}\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "${var.v" + std::to_string(i - 1) + "}";
    std::string value;
    for (int k = 0; k < 10; ++k) value += before;
    head += "  v" + std::to_string(i) + ": {default: '" + value + "'}\n";
  }
  const auto loaded = load_text(head + "resources: {jobs: {a: {name: '${var.v9}'}}}\n");
  REQUIRE_FALSE(loaded.problems.empty());
  CHECK(loaded.problems[0].summary == "Text too long");
}

TEST_CASE("variables: a long chain is refused, not a crash") {
  std::string head = "variables:\n  v0: {default: x}\n";
  for (int i = 1; i < 20000; ++i)
    head += "  v" + std::to_string(i) + ": {default: '${var.v" + std::to_string(i - 1) + "}'}\n";
  const auto loaded = load_text(head + "resources: {jobs: {a: {name: '${var.v19999}'}}}\n");
  REQUIRE(loaded.problems.size() == 1);
  CHECK(loaded.problems[0].summary == "Too much nesting");
}

TEST_CASE("variables: the file beside the spec comes after the environment, before the target") {
  const Files files{{"dbplan.yml",
                     "bundle: {name: b}\nvariables: {a: {default: 1}, b: {default: 1}, c: {type: "
                     "complex, default: {}}}\n"
                     "targets: {dev: {variables: {a: 2, b: 2}}}\n"
                     "resources: {jobs: {j: {max_concurrent_runs: '${var.a}', description: "
                     "'${var.b}', tags: '${var.c}'}}}\n"},
                    {".databricks/bundle/dev/variable-overrides.json",
                     "{\n\t\"a\": \"3\", \"b\": 3, \"c\": {\"x\": \"y\"}}\n"}};
  SpecOptions options;
  options.environment["BUNDLE_VAR_b"] = "4";
  const auto loaded = load_files(files, options);
  check_clean(loaded);
  CHECK(loaded.at("jobs", "j").body ==
        Json{{"max_concurrent_runs", 3}, {"description", "4"}, {"tags", {{"x", "y"}}}});
  Files wrong = files;
  wrong[".databricks/bundle/dev/variable-overrides.json"] = "{\n\"d\": 1}\n";
  check_one(load_files(wrong, options), "Unknown variable at 2: \"d\"", "The file sets");
}

TEST_CASE("variables: a lookup stands for an id until the workspace tells it") {
  const MemoryTree tree(Files{{"dbplan.yml", R"(bundle: {name: b}
variables:
  env: {default: dev}
  cluster: {lookup: {cluster: "shared-${var.env}"}}
  other: {lookup: {job: load}}
  unused: {lookup: {warehouse: w}}
  given: {lookup: {warehouse: w}}
resources:
  jobs:
    j:
      name: "${var.cluster}"
      description: "on ${var.cluster} with ${var.given}"
      tasks:
        - {task_key: a, existing_cluster_id: "${var.cluster}", notebook_task: {notebook_path: /x}}
        - {task_key: b, run_job_task: {job_id: "${var.other}"}}
)"}});
  SpecOptions options;
  options.variables["given"] = "abc";
  Diagnostics problems;
  const SpecPtr spec = load_spec(tree, options, databricks::databricks_kinds(), problems);
  CHECK(problems.empty());
  const auto lookups = spec_lookups(*spec);
  REQUIRE(lookups.size() == 2);
  CHECK(lookups[0].variable == "cluster");
  CHECK(lookups[0].type == "cluster");
  CHECK(lookups[0].name == "shared-dev");
  CHECK(lookups[0].where.line == 4);
  CHECK(lookups[1].name == "load");
  const Desired desired =
      resolve(*spec, tree, ServerFacts{"", {{"cluster", "12"}, {"other", "900"}}}, problems);
  const Json& body = desired.find({"jobs", "j"})->body;
  CHECK(body["name"] == "12");
  CHECK(body["description"] == "on 12 with abc");
  CHECK(body["tasks"][0]["existing_cluster_id"] == "12");
  CHECK(body["tasks"][1]["run_job_task"]["job_id"] == 900);
  CHECK(problems.empty());
}

TEST_CASE("variables: a lookup is one known type and one name") {
  check_one(load_text("variables: {v: {lookup: {clutser: x}}}\n"), "Unknown field at 2: clutser",
            "\"cluster\"");
  check_one(load_text("variables: {v: {lookup: {cluster: x, job: y}}}\n"),
            "Wrong lookup at 2: lookup", "one type and one name");
  check_one(load_text("variables: {v: {default: 1, lookup: {cluster: x}}}\n"),
            "Conflicting fields at 2: lookup", "a default and a lookup");
  check_one(load_text("variables: {v: {lookup: {cluster: '${var.w}'}}, w: {lookup: {job: x}}}\n"),
            "Name is not known at 2: '${var.w}'", "before the workspace");
}

TEST_CASE("variables: what git and the workspace's folders are called") {
  SpecOptions options;
  options.git = [] { return GitFacts{"main", "abc", ""}; };
  const auto loaded = load_text(
      "resources: {jobs: {j: {tags: {b: '${bundle.git.branch}', c: '${bundle.git.commit}', a: "
      "'${workspace.artifact_path}'}}}}\nworkspace: {root_path: /Shared/x}\n",
      options);
  check_clean(loaded);
  CHECK(loaded.at("jobs", "j").body["tags"] ==
        Json{{"b", "main"}, {"c", "abc"}, {"a", "/Workspace/Shared/x/artifacts"}});
  CHECK(load_text("bundle: {git: {branch: x}}\n").problems.size() == 1);  // defined twice: a key
}
