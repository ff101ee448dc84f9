#include "engine/base/digest.hpp"
#include "tests/support/spec_check.hpp"

using namespace dbplan;
using namespace dbplan::test;

namespace {

const std::string kFiles =
    "/Workspace/Users/${workspace.current_user.userName}/.bundle/b/default/files";
const std::string kNotebook = "# Databricks notebook source\nprint(1)\n";

Files project(const std::string& spec, Files others) {
  others["dbplan.yml"] = "bundle: {name: b}\n" + spec;
  return others;
}

std::string python_task(const std::string& file, const std::string& more = "") {
  return "resources:\n  jobs:\n    j:\n      tasks: [{task_key: t, spark_python_task: "
         "{python_file: " +
         file + more + "}}]\n";
}

const Json& task_of(const LoadedSpecs& loaded) { return loaded.at("jobs", "j").body["tasks"][0]; }

}  // namespace

TEST_CASE("files: a declared file has its bytes and their digest") {
  const auto loaded =
      load_files(project("resources: {files: {conf: {source: a/x.json, path: /Shared/x.json}}}\n",
                         {{"a/x.json", "{}\n"}}));
  check_clean(loaded);
  const Resource& file = loaded.at("files", "conf");
  CHECK(file.body ==
        Json{{"path", "/Workspace/Shared/x.json"}, {"files", {{"", sha256_hex("{}\n")}}}});
  CHECK(file.files.at("") == "{}\n");
  CHECK(file.source == "a/x.json");
}

TEST_CASE("files: a folder is one row, and its notebooks are notebooks") {
  const auto loaded = load_files(project(
      "resources: {files: {lib: {source: ./lib}}}\n",
      {{"lib/a.txt", "a"}, {"lib/deep/b.txt", "b"}, {"lib/n.py", kNotebook}, {"other.txt", ""}}));
  check_clean(loaded);
  const Resource& lib = loaded.at("files", "lib");
  CHECK(lib.body["path"] == kFiles + "/lib");
  CHECK(lib.files == std::map<std::string, std::string>{{"a.txt", "a"}, {"deep/b.txt", "b"}});
  CHECK(loaded.at("notebooks", "lib/n").body["path"] == kFiles + "/lib/n");
}

TEST_CASE("files: what is wrong with a source") {
  const auto one = [](const std::string& fields) {
    return load_files(project("resources: {files: {f: {" + fields + "}}}\n",
                              {{"x.txt", "x"}, {"n.py", kNotebook}}));
  };
  check_one(one("source: y.txt"), "Missing file at 2: y.txt", "relative to the file");
  check_one(one("source: ../x.txt"), "Outside the project at 2: ../x.txt", "git");
  check_one(one("path: /Shared/x"), "Missing field at 2: f", "\"source\"");
  check_one(one("source: x.txt, path: here"), "Path is not absolute at 2: here", "~/");
  check_one(one("source: n.py"), "A notebook among files at 2: n.py", "\"notebooks\"");
  check_one(one("source: x.txt, files: {}"), "Read-only field at 2: files", "server");
}

TEST_CASE("files: sync is one row of what git does not ignore, notebooks apart") {
  const auto loaded = load_files(project("sync: {}\n", {{".gitignore", "*.log\nbuild/\n"},
                                                        {"a.log", ""},
                                                        {"build/x.txt", ""},
                                                        {"src/lib.py", "x = 1\n"},
                                                        {"src/n.py", kNotebook}}));
  check_clean(loaded);
  const Resource& sync = loaded.at("files", "sync");
  CHECK(sync.body["path"] == kFiles);
  std::vector<std::string> names;
  for (const auto& [name, bytes] : sync.files) names.push_back(name);
  CHECK(names == std::vector<std::string>{".gitignore", "dbplan.yml", "src/lib.py"});
  CHECK(loaded.at("notebooks", "src/n").body["path"] == kFiles + "/src/n");
}

TEST_CASE("files: sync takes in what is named and leaves out what is excluded") {
  const auto loaded = load_files(
      project("sync: {include: ['build/*.whl'], exclude: ['*.yml', /docs, '.gitignore']}\n"
              "targets: {dev: {sync: {exclude: [src/secret.txt]}}}\n",
              {{".gitignore", "build/\n"},
               {"build/a.whl", "w"},
               {"build/a.txt", ""},
               {"docs/x.md", ""},
               {"src/docs/x.md", ""},
               {"src/secret.txt", ""}}));
  check_clean(loaded);
  std::vector<std::string> names;
  for (const auto& [name, bytes] : loaded.at("files", "sync").files) names.push_back(name);
  CHECK(names == std::vector<std::string>{"build/a.whl", "src/docs/x.md"});
}

TEST_CASE("files: sync of a folder beside the spec moves the layout's root up") {
  Files files{{"app/dbplan.yml",
               "bundle: {name: b}\nsync: {paths: [../shared, .]}\n" + python_task("./main.py")},
              {"app/main.py", "m"},
              {"shared/x.txt", "x"},
              {"else/y.txt", "y"}};
  SpecOptions options;
  options.path = "app";
  const auto loaded = load_files(files, options);
  check_clean(loaded);
  CHECK(loaded.at("files", "sync").files.size() == 3);
  CHECK(loaded.at("files", "sync").files.contains("shared/x.txt"));
  CHECK(task_of(loaded)["spark_python_task"]["python_file"] == kFiles + "/app/main.py");
  CHECK(loaded.at("jobs", "j").depends_on == std::vector<Address>{{"files", "sync"}});
}

TEST_CASE("files: a task's local file is uploaded and named by its place in the workspace") {
  const auto loaded =
      load_files(project(python_task("src/main.py"), {{"src/main.py", "print(1)"}}));
  check_clean(loaded);
  CHECK(task_of(loaded)["spark_python_task"]["python_file"] == kFiles + "/src/main.py");
  const Resource& file = loaded.at("files", "src/main.py");
  CHECK(file.body["path"] == kFiles + "/src/main.py");
  CHECK(file.files.at("") == "print(1)");
  CHECK(loaded.at("jobs", "j").depends_on == std::vector<Address>{{"files", "src/main.py"}});
}

TEST_CASE("files: ${workspace.file_path} and declared files are found by tasks") {
  const auto shared =
      load_files(project(python_task("\"${workspace.file_path}/x.py\""), {{"x.py", "x"}}));
  check_clean(shared);
  CHECK(task_of(shared)["spark_python_task"]["python_file"] == kFiles + "/x.py");
  CHECK(shared.at("files", "x.py").files.at("") == "x");
  const auto declared = load_files(
      project(python_task("./lib/x.py") + "  files: {lib: {source: lib, path: /Shared/lib}}\n",
              {{"lib/x.py", "x"}}));
  check_clean(declared);
  CHECK(task_of(declared)["spark_python_task"]["python_file"] == "/Workspace/Shared/lib/x.py");
  CHECK(declared.at("jobs", "j").depends_on == std::vector<Address>{{"files", "lib"}});
}

TEST_CASE("files: wheels by pattern, requirements, dbt projects") {
  const auto loaded = load_files(
      project(R"(
resources:
  jobs:
    j:
      environments: [{environment_key: e, spec: {environment_version: "2", dependencies: [./dist/*.whl, "-r ./r.txt", numpy]}}]
      tasks:
        - {task_key: t, environment_key: e, dbt_task: {commands: [dbt run], project_directory: ./dbt}}
)",
              {{"dist/a-1.whl", "w"}, {"r.txt", "x"}, {"dbt/p.yml", "p"}, {"dbt/m/x.sql", "s"}}));
  check_clean(loaded);
  CHECK(loaded.at("jobs", "j").body["environments"][0]["spec"]["dependencies"] ==
        Json::array({kFiles + "/dist/a-1.whl", "-r " + kFiles + "/r.txt", "numpy"}));
  CHECK(task_of(loaded)["dbt_task"]["project_directory"] == kFiles + "/dbt");
  CHECK(loaded.at("files", "dbt").files.size() == 2);
}

TEST_CASE("files: a task's file that is missing, ambiguous or outside") {
  const auto whl = [](const std::string& path) {
    return load_files(
        project("resources:\n  jobs:\n    j:\n      tasks: [{task_key: t, libraries: "
                "[{whl: " +
                    path + "}], notebook_task: {notebook_path: /x}}]\n",
                {{"a-1.whl", ""}, {"a-2.whl", ""}}));
  };
  check_one(whl("./b.whl"), "Missing file at 5: ./b.whl", "no file");
  check_one(whl("./b*.whl"), "Missing file at 5: ./b*.whl", "builds nothing");
  check_one(whl("./a-*.whl"), "Several files at 5: ./a-*.whl", "both match");
  check_one(whl("../a.whl"), "Outside the project at 5: ../a.whl", "git");
  check_clean(whl("/Volumes/a/b/c/x.whl"));
  check_clean(load_files(project(python_task("./x.py", ", source: GIT"), {})));
}

TEST_CASE("files: a file and a notebook of one path in the workspace are an error") {
  const auto loaded = load_files(project("sync: {}\nresources: {notebooks: {n: {source: n.py}}}\n",
                                         {{"n.py", kNotebook}, {"n", "a file"}}));
  REQUIRE(loaded.problems.size() == 1);
  CHECK(loaded.problems[0].summary == "Two resources for one path");
}

TEST_CASE("secrets: two scopes may hold one key") {
  check_clean(
      load_text("resources: {secret_scopes: {a: {name: a, secrets: {K: {env: A}}}, b: {name: "
                "b, secrets: {K: {env: B}}}}}\n"));
  const auto loaded = load_text("resources: {secret_scopes: {a: {name: x}, b: {name: x}}}\n");
  check_one(loaded, "Two resources of one name at 2: b", "\"secret_scopes.a\"");
}
