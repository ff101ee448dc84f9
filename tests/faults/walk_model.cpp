#include "tests/faults/walk_model.hpp"

#include <fmt/format.h>

#include "engine/base/digest.hpp"

namespace dbplan::faults {
namespace {

using What = Edit::What;

constexpr const char* kRoot = "/Users/me@example.com/.bundle/walk/default";
constexpr const char* kNodes[] = {"i3.xlarge", "i3.2xlarge"};
constexpr std::int64_t kHours = 2 * 3'600'000;
constexpr const char* kNames[] = {
    "JobToggled",    "JobText",         "JobSchedule",      "JobPermission",   "JobCluster",
    "JobNotebook",   "JobRenamed",      "ClusterToggled",   "ClusterWorkers",  "ClusterPool",
    "PoolToggled",   "PoolIdle",        "PoolNode",         "NotebookToggled", "NotebookText",
    "NotebookPlace", "NotebookRenamed", "NotebooksSwapped", "JobEdited",       "JobTagged",
    "JobDeleted",    "JobCloned",       "NotebookEdited",   "NotebookDeleted", "ClusterDeleted",
    "HoursPass"};

template <class Thing>
void toggle(std::map<int, Thing>& things, int key) {
  if (things.erase(key) == 0) things[key] = {};
}

/// The first job of that name, with its settings; null: there is none.
Json find_job(World& world, int key) {
  const Json list = world.get("/api/2.2/jobs/list?limit=100&expand_tasks=true");
  for (const Json& job : at_or_null(list, "jobs"))
    if (text_at(at_or_null(job, "settings"), "name") == fmt::format("job {}", key)) return job;
  return nullptr;
}

std::string notebook_path(int key, int place) {
  return fmt::format("{}/files/{}/n{}", kRoot, place % 2 == 0 ? "here" : "there", key);
}

void edit_job(const Edit& edit, World& world) {
  const Json job = find_job(world, edit.key);
  if (job.is_null()) return;
  const Json& id = at_or_null(job, "job_id");
  if (edit.what == What::JobEdited)
    world.post("/api/2.2/jobs/update",
               {{"job_id", id}, {"new_settings", {{"description", "edited elsewhere"}}}});
  if (edit.what == What::JobTagged)
    world.post("/api/2.2/jobs/update",
               {{"job_id", id}, {"new_settings", {{"timeout_seconds", 99}}}});
  if (edit.what == What::JobDeleted) world.post("/api/2.2/jobs/delete", {{"job_id", id}});
  if (edit.what == What::JobCloned) world.post("/api/2.2/jobs/create", at_or_null(job, "settings"));
}

void edit_notebook(const Edit& edit, World& world) {
  const std::string path = notebook_path(edit.key, edit.value);
  if (!world.get("/api/2.0/workspace/get-status?path=" + path).contains("path")) return;
  if (edit.what == What::NotebookDeleted)
    world.post("/api/2.0/workspace/delete", {{"path", path}});
  else
    world.post("/api/2.0/workspace/import",
               {{"path", path},
                {"language", "PYTHON"},
                {"overwrite", true},
                {"content", base64_encode("# Databricks notebook source\nprint('elsewhere')\n")}});
}

void delete_cluster(int key, World& world) {
  const Json list = world.get("/api/2.1/clusters/list?page_size=100");
  for (const Json& cluster : at_or_null(list, "clusters"))
    if (text_at(cluster, "cluster_name") == fmt::format("cluster {}", key))
      world.post("/api/2.1/clusters/permanent-delete",
                 {{"cluster_id", at_or_null(cluster, "cluster_id")}});
}

}  // namespace

std::string text_of(const Edit& edit) {
  return fmt::format("{} {} {}", kNames[static_cast<int>(edit.what)], edit.key, edit.value);
}

void WalkModel::apply(const Edit& edit, World& world, SharedTime& time) {
  switch (edit.what) {
    case What::JobEdited:
    case What::JobTagged:
    case What::JobDeleted:
    case What::JobCloned:
      return edit_job(edit, world);
    case What::NotebookEdited:
    case What::NotebookDeleted:
      return edit_notebook(edit, world);
    case What::ClusterDeleted:
      return delete_cluster(edit.key, world);
    case What::HoursPass:
      return time.set(time.now() + kHours);
    default:
      return edit_spec(edit);
  }
}

void WalkModel::edit_spec(const Edit& edit) {
  const auto change = [&](auto& things, auto&& how) {
    if (const auto thing = things.find(edit.key); thing != things.end()) how(thing->second);
  };
  const int other = edit.value % kKeys;
  switch (edit.what) {
    case What::JobToggled:
      return toggle(jobs_, edit.key);
    case What::JobText:
      return change(jobs_, [&](Job& job) { job.text = edit.value; });
    case What::JobSchedule:
      return change(jobs_, [&](Job& job) { job.schedule = edit.value; });
    case What::JobPermission:
      return change(jobs_, [&](Job& job) { job.permission = edit.value; });
    case What::JobCluster:
      return change(jobs_, [&](Job& job) { job.cluster = other; });
    case What::JobNotebook:
      return change(jobs_, [&](Job& job) { job.notebook = other; });
    case What::JobRenamed:
      return change(jobs_, [&](Job& job) { ++job.names; });
    case What::ClusterToggled:
      return toggle(clusters_, edit.key);
    case What::ClusterWorkers:
      return change(clusters_, [&](Cluster& cluster) { cluster.workers = edit.value; });
    case What::ClusterPool:
      return change(clusters_, [&](Cluster& cluster) { cluster.pool = other; });
    case What::PoolToggled:
      return toggle(pools_, edit.key);
    case What::PoolIdle:
      return change(pools_, [&](Pool& pool) { pool.idle = edit.value; });
    case What::PoolNode:
      return change(pools_, [&](Pool& pool) { pool.node = edit.value; });
    case What::NotebookToggled:
      return toggle(notebooks_, edit.key);
    case What::NotebookText:
      return change(notebooks_, [&](Notebook& notebook) { notebook.text = edit.value; });
    case What::NotebookPlace:
      return change(notebooks_, [&](Notebook& notebook) { notebook.place = edit.value; });
    case What::NotebookRenamed:
      return change(notebooks_, [&](Notebook& notebook) { ++notebook.names; });
    case What::NotebooksSwapped:
      return std::swap(seats_[std::size_t(edit.key)], seats_[std::size_t(other)]);
    default:
      return;
  }
}

std::string WalkModel::path_of(int key, const Notebook& notebook) const {
  return notebook_path(seats_[std::size_t(key)], notebook.place);
}

std::string WalkModel::job_yaml(int key, const Job& job) const {
  std::string text = fmt::format("    j{}_{}:\n      name: job {}\n      description: text {}\n",
                                 key, job.names, key, job.text);
  if (job.names > 0)
    text += fmt::format("      moved: {{from: jobs.j{}_{}}}\n", key, job.names - 1);
  if (job.permission > 0)
    text += fmt::format("      permissions:\n        - {{level: {}, group_name: users}}\n",
                        job.permission == 1 ? "CAN_VIEW" : "CAN_MANAGE_RUN");
  if (clusters_.contains(job.cluster) && notebooks_.contains(job.notebook))
    text += fmt::format(
        "      tasks:\n        - task_key: only\n"
        "          existing_cluster_id: ${{resources.clusters.c{}.id}}\n"
        "          notebook_task: {{notebook_path: \"${{resources.notebooks.n{}_{}.path}}\"}}\n",
        job.cluster, job.notebook, notebooks_.at(job.notebook).names);
  return text;
}

std::string WalkModel::cluster_yaml(int key, const Cluster& cluster) const {
  const std::string machine =
      pools_.contains(cluster.pool)
          ? fmt::format("instance_pool_id: ${{resources.instance_pools.p{}.id}}", cluster.pool)
          : std::string("node_type_id: i3.xlarge");
  return fmt::format(
      "    c{}:\n      cluster_name: cluster {}\n      spark_version: 17.3.x-scala2.13\n"
      "      num_workers: {}\n      {}\n",
      key, key, cluster.workers + 1, machine);
}

std::string WalkModel::yaml() const {
  std::string text = "bundle: {name: walk}\nresources:\n";
  if (!pools_.empty()) text += "  instance_pools:\n";
  for (const auto& [key, pool] : pools_)
    text += fmt::format(
        "    p{}:\n      instance_pool_name: pool {}\n      node_type_id: {}\n"
        "      idle_instance_autotermination_minutes: {}\n",
        key, key, kNodes[pool.node % 2], 10 + pool.idle);
  if (!clusters_.empty()) text += "  clusters:\n";
  for (const auto& [key, cluster] : clusters_) text += cluster_yaml(key, cluster);
  if (!notebooks_.empty()) text += "  notebooks:\n";
  for (const auto& [key, notebook] : notebooks_)
    text += fmt::format("    n{}_{}:\n      source: ./text{}.py\n      path: /Workspace{}\n", key,
                        notebook.names, notebook.text, path_of(key, notebook));
  if (!jobs_.empty()) text += "  jobs:\n";
  for (const auto& [key, job] : jobs_) text += job_yaml(key, job);
  std::string schedules;
  for (const auto& [key, job] : jobs_)
    if (job.schedule > 0)
      schedules += fmt::format(
          "    s{}:\n      job: j{}_{}\n      quartz_cron_expression: 0 0 {} * * ?\n"
          "      timezone_id: UTC\n      pause_status: PAUSED\n",
          key, key, job.names, job.schedule);
  return schedules.empty() ? text : text + "  schedules:\n" + schedules;
}

std::map<std::string, int> WalkModel::expected() const {
  std::map<std::string, int> counts;
  for (int key = 0; key < kKeys; ++key) {
    counts[fmt::format("job job {}", key)] = jobs_.contains(key) ? 1 : 0;
    counts[fmt::format("cluster cluster {}", key)] = clusters_.contains(key) ? 1 : 0;
    counts[fmt::format("pool pool {}", key)] = pools_.contains(key) ? 1 : 0;
    for (int place : {0, 1}) counts[notebook_path(key, place)] = 0;
  }
  for (const auto& [key, notebook] : notebooks_) counts[path_of(key, notebook)] = 1;
  return counts;
}

}  // namespace dbplan::faults
