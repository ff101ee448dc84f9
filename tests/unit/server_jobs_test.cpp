#include <doctest/doctest.h>

#include "tests/unit/server_fixture.hpp"

using dbplan::Json;
using dbplan::local::LocalWorld;

namespace {

Json simple_task(const std::string& key) {
  Json task = {{"task_key", key}, {"existing_cluster_id", "c"}};
  task["notebook_task"] = {{"notebook_path", "/x"}};
  return task;
}

struct JobsWorld : LocalWorld {
  Json job(std::int64_t id) { return get("/api/2.2/jobs/get?job_id=" + std::to_string(id)); }
  Json settings(std::int64_t id) { return job(id)["settings"]; }
};

}  // namespace

TEST_CASE("server jobs: what was left out is filled in, what was sent stays") {
  JobsWorld world;
  Json task = simple_task("b");
  task["depends_on"] = {{{"task_key", "z"}}, {{"task_key", "a"}}};
  const auto id = world.make_job(
      {{"tasks", {task, simple_task("z"), simple_task("a")}},
       {"schedule", {{"quartz_cron_expression", "0 0 2 * * ?"}, {"timezone_id", "UTC"}}}});
  CHECK(id > (std::int64_t{1} << 53));
  const Json settings = world.settings(id);
  CHECK(settings["name"] == "Untitled");
  CHECK(settings["format"] == "MULTI_TASK");
  CHECK(settings["max_concurrent_runs"] == 1);
  CHECK(settings["timeout_seconds"] == 0);
  CHECK(settings["email_notifications"] == Json::object());
  CHECK(settings["queue"]["enabled"] == true);
  CHECK(settings["schedule"]["pause_status"] == "UNPAUSED");
  CHECK(settings["tasks"][0]["task_key"] == "a");
  CHECK(settings["tasks"][1]["depends_on"][0]["task_key"] == "a");
  CHECK(settings["tasks"][0]["run_if"] == "ALL_SUCCESS");
  CHECK(settings["tasks"][0]["notebook_task"]["source"] == "WORKSPACE");
  CHECK(world.job(id)["creator_user_name"] == "me@example.com");
}

TEST_CASE("server jobs: queueing is on by default from 2.2 alone") {
  JobsWorld world;
  const auto old = dbplan::int_at(world.post("/api/2.1/jobs/create", {{"name", "old"}}), "job_id");
  CHECK_FALSE(world.settings(old).contains("queue"));
}

TEST_CASE("server jobs: reset replaces everything but an explicit run_as") {
  JobsWorld world;
  const auto id = world.make_job(
      {{"name", "j"}, {"tags", {{"a", "1"}}}, {"run_as", {{"user_name", "you@example.com"}}}});
  world.post("/api/2.2/jobs/reset", {{"job_id", id}, {"new_settings", {{"name", "k"}}}});
  CHECK(world.settings(id)["name"] == "k");
  CHECK_FALSE(world.settings(id).contains("tags"));
  CHECK(world.settings(id)["run_as"]["user_name"] == "you@example.com");
  CHECK(world.job(id)["run_as_user_name"] == "you@example.com");
}

TEST_CASE("server jobs: update merges keyed lists and removes what is named") {
  JobsWorld world;
  const auto id = world.make_job(
      {{"name", "j"}, {"description", "d"}, {"tasks", {simple_task("a"), simple_task("b")}}});
  Json changed = simple_task("b");
  changed["timeout_seconds"] = 7;
  world.post("/api/2.2/jobs/update", {{"job_id", id},
                                      {"new_settings", {{"tasks", Json::array({changed})}}},
                                      {"fields_to_remove", {"description", "tasks/a"}}});
  const Json settings = world.settings(id);
  REQUIRE(settings["tasks"].size() == 1);
  CHECK(settings["tasks"][0]["timeout_seconds"] == 7);
  CHECK_FALSE(settings.contains("description"));
}

TEST_CASE("server jobs: lists are paged, newest first, and exact about names") {
  JobsWorld world;
  std::vector<std::int64_t> made;
  for (int i = 0; i < 205; ++i)
    made.push_back(world.make_job({{"name", "job " + std::to_string(i)}}));
  std::vector<std::int64_t> seen;
  std::string token;
  int pages = 0;
  do {
    const Json page = world.get("/api/2.2/jobs/list?limit=100&expand_tasks=true" +
                                (token.empty() ? "" : "&page_token=" + token));
    for (const Json& job : page["jobs"]) seen.push_back(job["job_id"].get<std::int64_t>());
    CHECK(page["has_more"] == page.contains("next_page_token"));
    token = dbplan::text_at(page, "next_page_token");
    ++pages;
  } while (!token.empty());
  std::ranges::reverse(made);
  CHECK(pages == 3);
  CHECK(seen == made);
  CHECK(world.get("/api/2.2/jobs/list?name=JOB+7")["jobs"].is_null());
  CHECK(world.get("/api/2.2/jobs/list?name=JOB 7")["jobs"].size() == 1);
  world.get("/api/2.2/jobs/list?limit=101");
  CHECK(world.status == 400);
}

TEST_CASE("server jobs: more than 100 tasks come in pages that do not overlap") {
  JobsWorld world;
  Json tasks = Json::array();
  for (int i = 0; i < 150; ++i) tasks.push_back(simple_task("t" + std::to_string(1000 + i)));
  const auto id = world.make_job({{"name", "wide"}, {"tasks", tasks}});
  const Json first = world.job(id);
  CHECK(first["settings"]["tasks"].size() == 100);
  const Json second = world.get("/api/2.2/jobs/get?job_id=" + std::to_string(id) +
                                "&page_token=" + dbplan::text_at(first, "next_page_token"));
  CHECK(second["settings"]["tasks"].size() == 50);
  CHECK(second["settings"]["tasks"][0]["task_key"] == "t1100");
  CHECK_FALSE(second.contains("next_page_token"));
  CHECK(world.get("/api/2.2/jobs/list?expand_tasks=true")["jobs"][0]["has_more"] == true);
  world.get("/api/2.1/jobs/get?job_id=" + std::to_string(id));
  CHECK(world.status == 400);
}

TEST_CASE("server jobs: a missing job is a 400 that clients can tell") {
  JobsWorld world;
  const Json answer = world.job(7);
  CHECK(world.status == 400);
  CHECK(world.error_code(answer) == "INVALID_PARAMETER_VALUE");
  CHECK(answer["message"] == "Job 7 does not exist.");
}

TEST_CASE("server jobs: settings that contradict themselves are refused") {
  JobsWorld world;
  Json self = simple_task("a");
  self["depends_on"] = Json::array({{{"task_key", "a"}}});
  Json stray = simple_task("a");
  stray["depends_on"] = Json::array({{{"task_key", "b"}}});
  Json two_clusters = simple_task("a");
  two_clusters["job_cluster_key"] = "k";
  const Json bad_cron = {{"quartz_cron_expression", "0 0 * * *"}, {"timezone_id", "UTC"}};
  const Json bad_zone = {{"quartz_cron_expression", "0 0 2 * * ?"}, {"timezone_id", "Mars"}};
  for (const Json& settings :
       std::vector<Json>{{{"tasks", Json::array({self})}},
                         {{"tasks", Json::array({stray})}},
                         {{"tasks", Json::array({two_clusters})}},
                         {{"tasks", {simple_task("a"), simple_task("a")}}},
                         {{"max_concurrent_runs", 1001}},
                         {{"git_source", {{"git_url", "x"}}}},
                         {{"schedule", bad_cron}},
                         {{"schedule", bad_zone}},
                         {{"continuous", Json::object()}, {"trigger", Json::object()}}}) {
    CAPTURE(settings.dump());
    world.post("/api/2.2/jobs/create", settings);
    CHECK(world.status == 400);
  }
  CHECK(world.get("/api/2.2/jobs/list")["jobs"].is_null());
}

TEST_CASE("server jobs: a job has one owner, and admins above") {
  JobsWorld world;
  const auto id = world.make_job({{"name", "j"}});
  const std::string path = "/api/2.0/permissions/jobs/" + std::to_string(id);
  const Json list = world.get(path);
  CHECK(list["object_type"] == "job");
  CHECK(list["object_id"] == "/jobs/" + std::to_string(id));
  CHECK(list["access_control_list"][0]["user_name"] == "me@example.com");
  CHECK(list["access_control_list"][0]["all_permissions"][0]["permission_level"] == "IS_OWNER");
  CHECK(list["access_control_list"][0]["all_permissions"][0]["inherited"] == false);
  CHECK(list["access_control_list"][1]["all_permissions"][0]["inherited"] == true);
  const Json viewer = {{"group_name", "users"}, {"permission_level", "CAN_VIEW"}};
  const auto put = [&](const Json& entries) {
    return world.send("PUT", path, dbplan::canonical({{"access_control_list", entries}})).status;
  };
  CHECK(put(Json::array({viewer})) == 400);
  CHECK(put({viewer, {{"user_name", "me@example.com"}, {"permission_level", "IS_OWNER"}}}) == 200);
  CHECK(put({{{"user_name", "me@example.com"}, {"permission_level", "CAN_FLY"}}}) == 400);
  const Json manager = {{"user_name", "You@example.com"}, {"permission_level", "CAN_MANAGE"}};
  world.send("PATCH", path, dbplan::canonical({{"access_control_list", Json::array({manager})}}));
  CHECK(world.get(path)["access_control_list"].size() == 4);
}

TEST_CASE("server schedules: a schedule fires when it is due, and not while paused") {
  JobsWorld world;
  world.import_notebook("/Users/me@example.com/nb");
  const std::string cluster = world.make_cluster();
  Json settings = {{"name", "j"}, {"tasks", Json::array({world.task("a", cluster)})}};
  settings["schedule"] = {{"quartz_cron_expression", "0 1 12 * * ?"}, {"timezone_id", "UTC"}};
  const auto job = world.make_job(settings);
  const auto runs = [&] {
    return world.get("/api/2.2/jobs/runs/list?job_id=" + std::to_string(job));
  };
  world.now += 56'999;
  world.workspace->look();
  CHECK_FALSE(runs().contains("runs"));
  world.now += 1;
  world.workspace->look();
  REQUIRE(runs().contains("runs"));
  CHECK(runs()["runs"][0]["trigger"] == "PERIODIC");
  settings["schedule"]["pause_status"] = "PAUSED";
  world.post("/api/2.2/jobs/reset", {{"job_id", job}, {"new_settings", settings}});
  world.end_task("a", "SUCCESS");
  world.now += 24LL * 3600 * 1000;
  world.workspace->look();
  CHECK(runs()["runs"].size() == 1);
}

TEST_CASE("server schedules: a periodic trigger counts from when it was set") {
  JobsWorld world;
  world.import_notebook("/Users/me@example.com/nb");
  Json settings = {{"name", "j"}, {"tasks", Json::array({world.task("a", world.make_cluster())})}};
  settings["trigger"]["periodic"] = {{"interval", 2}, {"unit", "HOURS"}};
  const auto job = world.make_job(settings);
  world.now += 2LL * 3600 * 1000 - 1;
  world.workspace->look();
  CHECK(world.host->running.empty());
  world.now += 1;
  world.workspace->look();
  CHECK(world.host->running.size() == 1);
  world.post("/api/2.2/jobs/delete", {{"job_id", job}});
  world.now += 10LL * 3600 * 1000;
  world.workspace->look();
  CHECK(world.host->running.size() == 1);
}
