#include <doctest/doctest.h>

#include "engine/import/write_spec.hpp"
#include "providers/databricks/kinds/kinds.hpp"
#include "tests/support/spec_check.hpp"

using namespace dbplan;

namespace {

const Kind& kind(std::string_view name) { return *find_kind(databricks::databricks_kinds(), name); }

FoundObject job(const std::string& id, const std::string& body) {
  return {&kind("jobs"), {.id = id, .body = *parse_json(body), .facts = {}}};
}

FoundNotebook python(const std::string& code) {
  return {"PYTHON", "# Databricks notebook source\n" + code};
}

/// Loads what was written, as it will lie on disk.
test::LoadedSpecs load(const Collected& collected, const std::set<Address>& claimed = {}) {
  return test::load_files(write_spec(collected, "b", claimed).files, {}, "me@example.com");
}

}  // namespace

TEST_CASE("what is written is a valid spec with each notebook at its own path") {
  Collected collected;
  collected.objects.push_back(job("7", R"({"name": "Load: all #1", "tasks": [
      {"task_key": "a", "notebook_task": {"notebook_path": "/Workspace/Shared/x/a b"}},
      {"task_key": "b", "notebook_task": {"notebook_path": "/Workspace/Users/me@example.com/c"}}]})"));
  collected.notebooks["/Workspace/Shared/x/a b"] = python("%run ./d\n");
  collected.notebooks["/Workspace/Shared/x/d"] = {"SQL",
                                                  "-- Databricks notebook source\nSELECT 1\n"};
  collected.notebooks["/Workspace/Users/me@example.com/c"] = {"R",
                                                              "# Databricks notebook source\n1\n"};
  const auto loaded = load(collected);
  test::check_clean(loaded);
  const Resource& read = loaded.at("jobs", "load_all_1");
  CHECK(read.adopt->id == "7");
  CHECK(read.body["tasks"][0]["notebook_task"]["notebook_path"] == "/Workspace/Shared/x/a b");
  CHECK(read.depends_on.size() == 2);
  std::set<std::string> paths;
  for (const Resource& resource : loaded.desired.resources)
    if (resource.content) paths.insert(text_at(resource.body, "path"));
  CHECK(paths.size() == 3);
  for (const auto& [path, notebook] : collected.notebooks) CHECK(paths.contains(path));
}

TEST_CASE("notebooks in hidden folders are entries of their own") {
  Collected collected;
  for (const char* path :
       {"/Workspace/Users/me@example.com/.old/a", "/Workspace/Users/me@example.com/b"})
    collected.notebooks[path] = python("1\n");
  const auto loaded = load(collected);
  test::check_clean(loaded);
  CHECK(loaded.desired.resources.size() == 2);
}

TEST_CASE("equal names get keys of their own, names without letters the kind's and the id") {
  Collected collected;
  for (const char* id : {"1", "2", "3"})
    collected.objects.push_back(job(id, R"({"name": "same"})"));
  collected.objects.push_back(job("4", R"({"name": "漢字"})"));
  collected.objects.push_back(job("5", R"({"name": "2024 run"})"));
  const WrittenSpec spec = write_spec(collected, "b", {});
  std::set<std::string> keys;
  for (const auto& [address, item] : spec.objects) keys.insert(address.key + "=" + item.id);
  CHECK(keys == std::set<std::string>{"same=1", "same_2=2", "same_3=3", "job_4=4", "_2024_run=5"});
  test::check_clean(load(collected));
}

TEST_CASE("ids become references inside of the spec and stay ids outside of it") {
  Collected collected;
  collected.objects.push_back(job("72057594037927939", R"({"name": "inner"})"));
  collected.objects.push_back(job("2", R"({"name": "outer", "tasks": [
      {"task_key": "in", "run_job_task": {"job_id": 72057594037927939}},
      {"task_key": "out", "run_job_task": {"job_id": 99}}]})"));
  const auto loaded = load(collected);
  test::check_clean(loaded);
  const Resource& outer = loaded.at("jobs", "outer");
  CHECK(outer.body["tasks"][0]["run_job_task"]["job_id"] == "${resources.jobs.inner.id}");
  CHECK(outer.body["tasks"][1]["run_job_task"]["job_id"] == 99);
  const std::string text = write_spec(collected, "b", {}).files["resources/jobs.yml"];
  CHECK(text.find("# jobs/99 is not part of this spec") != std::string::npos);
}

TEST_CASE("what carries our tag adopts nothing any more") {
  Collected collected;
  collected.objects.push_back(job("1", R"({"name": "a"})"));
  const auto loaded = load(collected, {{"jobs", "a"}});
  test::check_clean(loaded);
  CHECK(!loaded.at("jobs", "a").adopt);
}

TEST_CASE("paths of the workspace are followed as a notebook would") {
  CHECK(mounted_path("/Users/me@example.com/x/") == "/Workspace/Users/me@example.com/x");
  CHECK(mounted_path("/Workspace/Shared") == "/Workspace/Shared");
  CHECK(mounted_path("/Workspaces/x") == "/Workspace/Workspaces/x");
  CHECK(called_path("/Workspace/a/b", "./c") == "/Workspace/a/c");
  CHECK(called_path("/Workspace/a/b", "../c/d") == "/Workspace/c/d");
  CHECK(called_path("/a", "../../../x").empty());
}
