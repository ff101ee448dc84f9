#include "tests/support/spec_check.hpp"

using namespace dbplan;
using namespace dbplan::test;

namespace {

const std::string kHead = "# Databricks notebook source\n";
const std::string kFiles = "/Workspace/r/files/";

/// A spec at `folder` with root path /Workspace/r and one task that runs each of `paths`.
std::string spec(const std::vector<std::string>& paths, const std::string& more = "") {
  std::string text =
      "bundle: {name: b}\nworkspace: {root_path: /Workspace/r}\nresources:\n  jobs:\n"
      "    j:\n      tasks:\n";
  for (std::size_t i = 0; i < paths.size(); ++i)
    text += "      - {task_key: t" + std::to_string(i) + ", notebook_task: {notebook_path: '" +
            paths[i] + "'}}\n";
  return text + more;
}

std::string path_in_task(const LoadedSpecs& loaded, std::size_t index = 0) {
  return loaded.at("jobs", "j").body["tasks"][index]["notebook_task"]["notebook_path"];
}

LoadedSpecs load_at(const std::string& path, const Files& files) {
  SpecOptions options;
  options.path = path;
  return load_files(files, options);
}

using Addresses = std::vector<Address>;

}  // namespace

TEST_CASE("notebooks: a task that names a local file declares it") {
  const auto loaded =
      load_files({{"dbplan.yml", spec({"./src/load.py"})}, {"src/load.py", kHead + "x"}});
  check_clean(loaded);
  const Resource& notebook = loaded.at("notebooks", "src/load");
  CHECK(canonical(notebook.body) ==
        R"({"language":"PYTHON","path":"/Workspace/r/files/src/load"})");
  CHECK(notebook.content == kHead + "x\n");
  CHECK(notebook.format == "SOURCE");
  CHECK(notebook.source == "src/load.py");
  CHECK(notebook.where.line == 7);
  CHECK(path_in_task(loaded) == kFiles + "src/load");
  CHECK(loaded.at("jobs", "j").depends_on == Addresses{{"notebooks", "src/load"}});
}

TEST_CASE("notebooks: paths are relative to the file that holds them") {
  const auto loaded = load_files(
      {{"dbplan.yml",
        "bundle: {name: b}\nworkspace: {root_path: /Workspace/r}\ninclude: [jobs/*.yml]\n"},
       {"jobs/j.yml",
        "resources: {jobs: {j: {tasks: [{task_key: t, notebook_task: {notebook_path: "
        "../src/load.sql}}]}}}\n"},
       {"src/load.sql", "-- Databricks notebook source\nselect 1"}});
  check_clean(loaded);
  CHECK(path_in_task(loaded) == kFiles + "src/load");
  CHECK(loaded.at("notebooks", "src/load").body["language"] == "SQL");
}

TEST_CASE("notebooks: beside the spec's folder, the common folder is the root of the layout") {
  const auto loaded = load_at("specs", {{"specs/dbplan.yml", spec({"../notebooks/a.py", "./b.py"})},
                                        {"notebooks/a.py", kHead},
                                        {"specs/b.py", kHead}});
  check_clean(loaded);
  CHECK(path_in_task(loaded, 0) == kFiles + "notebooks/a");
  CHECK(path_in_task(loaded, 1) == kFiles + "specs/b");
  CHECK(loaded.desired.find({"notebooks", "notebooks/a"}) != nullptr);
}

TEST_CASE("notebooks: absolute paths, references and git paths are left as they are") {
  const auto loaded = load_files({{"dbplan.yml", spec({"/Workspace/Shared/x"})}});
  check_clean(loaded);
  CHECK(path_in_task(loaded) == "/Workspace/Shared/x");
  const auto git = load_text(
      "resources: {jobs: {j: {git_source: {git_url: 'https://example.com/r', git_provider: gitHub, "
      "git_branch: main}, tasks: [{task_key: t, notebook_task: {notebook_path: src/x}}]}}}\n");
  check_clean(git);
  CHECK(path_in_task(git) == "src/x");
}

TEST_CASE("notebooks: below the file path a file of the spec's folder is meant") {
  const auto loaded =
      load_files({{"dbplan.yml", spec({"${workspace.file_path}/src/a"})}, {"src/a.py", kHead}});
  check_clean(loaded);
  CHECK(path_in_task(loaded) == kFiles + "src/a");
  CHECK(loaded.desired.find({"notebooks", "src/a"}) != nullptr);
}

TEST_CASE("notebooks: what a task names must be there, and be a notebook, in the project") {
  check_one(load_files({{"dbplan.yml", spec({"./a.py"})}}), "Missing notebook at 7: './a.py'",
            "\"a.py\"");
  check_one(load_files({{"dbplan.yml", spec({"./a"})}, {"a.py", kHead}}),
            "Missing notebook at 7: './a'", "\"./a.py\"");
  check_one(load_files({{"dbplan.yml", spec({"./a.py"})}, {"a.py", "print(1)\n"}}),
            "Unusable notebook at 7: './a.py'", "# Databricks notebook source");
  check_one(load_files({{"dbplan.yml", spec({"../a.py"})}}), "Outside the project at 7: '../a.py'",
            "leads out");
  check_one(load_files({{"dbplan.yml", spec({"./a.ipynb"})}, {"a.ipynb", "no JSON"}}),
            "Unusable notebook at 7: './a.ipynb'", "Jupyter");
}

TEST_CASE("notebooks: %run and dbutils.notebook.run are followed, children first") {
  const auto loaded =
      load_files({{"dbplan.yml", spec({"src/main.py"})},
                  {"src/main.py", kHead + "# MAGIC %run ./lib/a\n# COMMAND ----------\n"
                                          "dbutils.notebook.run(\"../other/b\", 60)\n"},
                  {"src/lib/a.py", kHead + "# MAGIC %run ../../other/b\n"},
                  {"other/b.sql", "-- Databricks notebook source\n"}});
  check_clean(loaded);
  CHECK(loaded.desired.resources.size() == 4);
  CHECK(loaded.at("notebooks", "src/main").depends_on ==
        Addresses{{"notebooks", "other/b"}, {"notebooks", "src/lib/a"}});
  CHECK(loaded.at("notebooks", "src/lib/a").depends_on == Addresses{{"notebooks", "other/b"}});
  CHECK(loaded.at("notebooks", "other/b").depends_on.empty());
  CHECK(loaded.at("notebooks", "src/lib/a").where.file == "src/main.py");
  CHECK(loaded.at("notebooks", "src/lib/a").where.line == 2);
}

TEST_CASE("notebooks: a missing child is an error in the notebook, at its cell") {
  const auto loaded =
      load_files({{"dbplan.yml", spec({"a.py"})},
                  {"a.py", kHead + "x = 1\nr = dbutils.notebook.run(\"./gone\", 60)\n"}});
  check_one(loaded, "Missing notebook at 3: ./gone", "relative to this notebook");
  CHECK(loaded.problems[0].where.file == "a.py");
  check_one(load_files({{"dbplan.yml", spec({"a.py"})}, {"a.py", kHead + "# MAGIC %run ../up\n"}}),
            "Missing notebook at 2: ../up", "leads out");
}

TEST_CASE("notebooks: a circle of %run never ends, one of code may") {
  const Files circle = {{"dbplan.yml", spec({"a.py"})},
                        {"a.py", kHead + "# MAGIC %run ./b\n"},
                        {"b.py", kHead + "# MAGIC %run ./a\n"}};
  check_one(load_files(circle), "Cycle of notebooks at 2: ./a", "a.py -> b.py -> a.py");
  const auto loaded = load_files({{"dbplan.yml", spec({"a.py"})},
                                  {"a.py", kHead + "dbutils.notebook.run('./b', 1)\n"},
                                  {"b.py", kHead + "dbutils.notebook.run('./a', 1)\n"}});
  check_clean(loaded);
  CHECK(loaded.at("notebooks", "a").depends_on == Addresses{{"notebooks", "b"}});
  CHECK(loaded.at("notebooks", "b").depends_on.empty());
}

TEST_CASE("notebooks: declared by file, by folder, with a path") {
  const auto loaded =
      load_files({{"dbplan.yml", spec({}, "") + "  notebooks:\n    one: {source: src/a.py}\n"
                                                "    two: {source: ./b.py, path: /Shared//x/}\n"
                                                "    all: {source: lib, path: ~/lib}\n"
                                                "    text: {source: c.txt, language: SQL}\n"},
                  {"src/a.py", kHead},
                  {"b.py", kHead},
                  {"lib/p.py", kHead},
                  {"lib/deep/q.r", kHead},
                  {"c.txt", "-- Databricks notebook source\n"}});
  REQUIRE(loaded.problems.size() == 1);  // the empty list of tasks
  CHECK(loaded.at("notebooks", "one").body["path"] == kFiles + "src/a");
  CHECK(loaded.at("notebooks", "two").body["path"] == "/Workspace/Shared/x");
  CHECK(loaded.at("notebooks", "all/p").body["path"] ==
        "/Workspace/Users/${workspace.current_user.userName}/lib/p");
  CHECK(loaded.at("notebooks", "all/deep/q").body["language"] == "R");
  CHECK(loaded.at("notebooks", "text").body["language"] == "SQL");
}

TEST_CASE("notebooks: a task finds a declared notebook by its file, or by reference") {
  const auto loaded =
      load_files({{"dbplan.yml", spec({"src/a.py", "${resources.notebooks.one.path}"},
                                      "  notebooks: {one: {source: src/a.py, path: /Shared/a}}\n")},
                  {"src/a.py", kHead}});
  check_clean(loaded);
  CHECK(loaded.desired.resources.size() == 2);
  CHECK(path_in_task(loaded, 0) == "/Workspace/Shared/a");
  CHECK(path_in_task(loaded, 1) == "/Workspace/Shared/a");
  CHECK(loaded.at("jobs", "j").depends_on == Addresses{{"notebooks", "one"}});
}

TEST_CASE("notebooks: children of a notebook with a path of its own lie beside it") {
  const auto loaded = load_files({{"dbplan.yml", spec({"x.py"},
                                                      "  notebooks: {one: {source: src/a.py, path: "
                                                      "/Shared/d/a}}\n")},
                                  {"x.py", kHead},
                                  {"src/a.py", kHead + "# MAGIC %run ../lib/b\n"},
                                  {"lib/b.py", kHead}});
  check_clean(loaded);
  CHECK(loaded.at("notebooks", "lib/b").body["path"] == "/Workspace/Shared/lib/b");
}

TEST_CASE("notebooks: a child that would be elsewhere in the workspace is an error") {
  const auto loaded = load_files({{"dbplan.yml", spec({"src/a.py"},
                                                      "  notebooks: {one: {source: lib/b.py, path: "
                                                      "/Shared/b}}\n")},
                                  {"src/a.py", kHead + "# MAGIC %run ../lib/b\n"},
                                  {"lib/b.py", kHead}});
  check_one(loaded, "Notebook out of reach at 2: ../lib/b", "\"/Workspace/Shared/b\"");
}

TEST_CASE("notebooks: mistakes in declarations") {
  const auto declare = [](const std::string& fields, Files files = {}) {
    files["dbplan.yml"] = "bundle: {name: b}\nresources: {notebooks: {n: {" + fields + "}}}\n";
    return load_files(files);
  };
  check_one(declare("path: /x"), "Missing field at 2: n", "\"source\"");
  check_one(declare("source: gone.py"), "Missing file at 2: gone.py", "\"gone.py\"");
  check_one(declare("source: ../gone.py"), "Outside the project at 2: ../gone.py", "leads out");
  check_one(declare("source: a.py, path: x", {{"a.py", kHead}}), "Path is not absolute at 2: x",
            "/Workspace/");
  check_one(declare("source: a.txt", {{"a.txt", kHead}}), "Unusable notebook at 2: a.txt",
            "language");
  check_one(declare("source: a.py, language: JAVA", {{"a.py", kHead}}), "Unknown value at 2: JAVA",
            "PYTHON, SQL, SCALA or R");
  check_one(declare("sorce: a.py, source: a.py", {{"a.py", kHead}}), "Unknown field at 2: sorce",
            "\"source\"");
  check_one(declare("source: lib", {{"lib/a.txt", ""}, {"lib/b.py", kHead}}),
            "Not a notebook at 2: lib", "left out");
}

TEST_CASE("notebooks: two for one workspace path") {
  check_one(load_files({{"dbplan.yml",
                         "bundle: {name: b}\nresources:\n  notebooks:\n"
                         "    one: {source: a.py, path: /Shared/x}\n"
                         "    two: {source: b.py, path: /Workspace/Shared/x/}\n"},
                        {"a.py", kHead},
                        {"b.py", kHead}}),
            "Two resources for one path at 5: two", "\"notebooks.one\"");
  check_one(load_files({{"dbplan.yml", spec({"a.py", "a.sql"})},
                        {"a.py", kHead},
                        {"a.sql", "-- Databricks notebook source\n"}}),
            "Two resources for one path at 8: 'a.sql'", "loses its extension");
}

TEST_CASE("notebooks: paths that differ only in the name of the user are one") {
  const Files files = {{"dbplan.yml",
                        "bundle: {name: b}\nresources:\n  notebooks:\n"
                        "    one: {source: a.py, path: ~/x}\n"
                        "    two: {source: b.py, path: /Users/me@example.com/x}\n"},
                       {"a.py", kHead},
                       {"b.py", kHead}};
  check_clean(load_files(files));
  check_one(load_files(files, {}, "me@example.com"), "Two resources for one path at 5: two",
            "\"notebooks.one\"");
}

TEST_CASE("notebooks: Jupyter notebooks keep their format, and their calls are found") {
  const std::string text =
      "{\n \"cells\": [\n  {\"cell_type\": \"markdown\", \"source\": [\"%run ./no\"]},\n"
      "  {\"cell_type\": \"code\", \"source\": [\n   \"%run ./lib\"\n  ]}\n ],\n"
      " \"metadata\": {\"language_info\": {\"name\": \"python\"}}, \"nbformat\": 4\n}\n";
  const auto loaded =
      load_files({{"dbplan.yml", spec({"a.ipynb"})}, {"a.ipynb", text}, {"lib.py", kHead}});
  check_clean(loaded);
  CHECK(loaded.at("notebooks", "a").format == "JUPYTER");
  CHECK(loaded.at("notebooks", "a").content == text);
  CHECK(loaded.at("notebooks", "a").depends_on == Addresses{{"notebooks", "lib"}});
  check_one(load_files({{"dbplan.yml", spec({"a.ipynb"})}, {"a.ipynb", text}}),
            "Missing notebook at 5: ./lib", "relative to this notebook");
}

TEST_CASE("notebooks: what a workspace would refuse is refused here") {
  check_one(
      load_files({{"dbplan.yml", spec({"a.py"})}, {"a.py", kHead + std::string(10'500'000, 'x')}}),
      "Unusable notebook at 7: 'a.py'", "10 MB");
  check_one(load_files({{"dbplan.yml", spec({"a.py"})}, {"a.py", kHead + "\xFF"}}),
            "Unusable notebook at 7: 'a.py'", "UTF-8");
}
