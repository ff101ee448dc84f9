#include "tests/support/spec_check.hpp"

using namespace dbplan;
using namespace dbplan::test;

namespace {

LoadedSpecs job(const std::string& items) {
  return load_text("resources:\n  jobs:\n    a:\n      permissions: " + items + "\n");
}

Json entry(const std::string& field, const std::string& name, const std::string& level) {
  return {{field, name}, {"permission_level", level}};
}

Json list_of(const LoadedSpecs& loaded, const std::string& key) {
  return loaded.at("permissions", key).body["access_control_list"];
}

}  // namespace

TEST_CASE("permissions: of a job are a part of it that follows it") {
  const auto loaded = load_text(R"(
resources:
  jobs:
    nightly:
      name: n
      permissions:
        - {level: CAN_VIEW, group_name: users}
        - {level: IS_OWNER, user_name: me@example.com}
        - {level: CAN_MANAGE_RUN, service_principal_name: app}
)");
  check_clean(loaded);
  const Resource& part = loaded.at("permissions", "jobs.nightly");
  REQUIRE(part.owner);
  CHECK(part.owner->text() == "jobs.nightly");
  CHECK(part.depends_on == std::vector<Address>{{"jobs", "nightly"}});
  CHECK(part.where.line == 7);
  CHECK(part.body["access_control_list"] ==
        Json::array({entry("group_name", "users", "CAN_VIEW"),
                     entry("user_name", "me@example.com", "IS_OWNER"),
                     entry("service_principal_name", "app", "CAN_MANAGE_RUN")}));
  CHECK(loaded.at("jobs", "nightly").body == Json{{"name", "n"}});
}

TEST_CASE("permissions: an empty list is one too, and without a block there is none") {
  CHECK(list_of(job("[]"), "jobs.a") == Json::array());
  CHECK(load_text("resources: {jobs: {a: {}}}\n").desired.resources.size() == 1);
}

TEST_CASE("permissions: one principal, once, with a level of that kind") {
  check_one(job("[{level: CAN_VIEW}]"), "Missing field at 5: {", "user_name");
  check_one(job("[{group_name: g}]"), "Missing field at 5: {", "CAN_MANAGE_RUN");
  check_one(job("[{level: CAN_VIEW, group_name: g, user_name: u}]"),
            "Conflicting fields at 5: user_name", "one principal");
  check_one(job("[{level: CAN_VIEW, user_name: A@example.com}, {level: CAN_MANAGE, user_name: "
                "a@example.com}]"),
            "Duplicate principal at 5: a@example.com", "Each has one");
  check_one(job("[{level: CAN_RESTART, group_name: g}]"), "Unknown value at 5: CAN_RESTART",
            "CAN_MANAGE, CAN_MANAGE_RUN, CAN_VIEW or IS_OWNER");
  check_one(job("[{level: CAN_VEIW, group_name: g}]"), "Unknown value at 5: CAN_VEIW",
            "\"CAN_VIEW\"");
  check_one(job("[{lvel: CAN_VIEW, group_name: g}]"), "Unknown field at 5: lvel", "\"level\"");
  check_one(job("[{level: IS_OWNER, group_name: g}]"), "Wrong owner at 5: g", "group");
  check_one(job("[{level: IS_OWNER, user_name: u}, {level: IS_OWNER, user_name: v}]"),
            "Two owners at 5: v", "one owner");
  check_one(job("{level: CAN_VIEW}"), "Wrong type at 5: {", "a list");
  check_one(job("[x]"), "Wrong type at 5: x", "a map");
}

TEST_CASE("permissions: what has none says so, and they are no kind of their own") {
  check_one(load_text("resources: {jobs: {j: {}}, schedules: {s: {job: j, permissions: [], "
                      "periodic: {interval: 1, unit: DAYS}}}}\n"),
            "No permissions at 2: permissions", "schedule");
  check_one(load_text("resources: {permissions: {x: {}}}\n"),
            "Not a kind of its own at 2: permissions", "\"permissions\"");
  check_one(load_text("resources: {secrets: {x: {}}}\n"), "Not a kind of its own at 2: secrets",
            "\"secrets\"");
}

TEST_CASE("permissions: those of the spec reach every resource, in its own words") {
  const auto loaded = load_text(R"(
permissions:
  - {level: CAN_VIEW, group_name: readers}
  - {level: CAN_RUN, group_name: runners}
  - {level: CAN_MANAGE, user_name: me@example.com}
resources:
  jobs:
    a: {permissions: [{level: CAN_MANAGE, group_name: readers}]}
  clusters:
    c: {spark_version: x, num_workers: 1}
  secret_scopes:
    s: {name: scope}
targets:
  dev:
    permissions: [{level: CAN_MANAGE, group_name: runners}]
)");
  check_clean(loaded);
  CHECK(list_of(loaded, "jobs.a") ==
        Json::array({entry("group_name", "readers", "CAN_MANAGE"),
                     entry("group_name", "runners", "CAN_MANAGE"),
                     entry("user_name", "me@example.com", "CAN_MANAGE")}));
  CHECK(list_of(loaded, "clusters.c") ==
        Json::array({entry("group_name", "runners", "CAN_MANAGE"),
                     entry("group_name", "readers", "CAN_ATTACH_TO"),
                     entry("user_name", "me@example.com", "CAN_MANAGE")}));
  CHECK(list_of(loaded, "folders.root").size() == 3);
  CHECK(loaded.at("folders", "root").body["path"] == loaded.desired.root_path);
  CHECK(loaded.at("secret_acls", "s.readers").body["permission"] == "READ");
  CHECK(loaded.at("secret_acls", "s.runners").body["permission"] == "MANAGE");
}

TEST_CASE("permissions: what lies below the root folder inherits those of the spec") {
  const auto loaded = load_files(
      {{"dbplan.yml",
        "bundle: {name: b}\npermissions: [{level: CAN_RUN, group_name: g}]\n"
        "resources: {notebooks: {in: {source: a.sql}, out: {source: b.sql, path: /Shared/b}, "
        "own: {source: c.sql, permissions: [{level: CAN_READ, group_name: h}]}}}\n"},
       {"a.sql", "-- Databricks notebook source\nSELECT 1\n"},
       {"b.sql", "-- Databricks notebook source\nSELECT 1\n"},
       {"c.sql", "-- Databricks notebook source\nSELECT 1\n"}});
  check_clean(loaded);
  CHECK(loaded.desired.find({"permissions", "notebooks.in"}) == nullptr);
  CHECK(list_of(loaded, "notebooks.out") == Json::array({entry("group_name", "g", "CAN_RUN")}));
  CHECK(list_of(loaded, "notebooks.own") == Json::array({entry("group_name", "h", "CAN_READ")}));
}

TEST_CASE("permissions: a level of the spec is one of three") {
  check_one(load_text("permissions: [{level: CAN_RESTART, group_name: g}]\n"),
            "Unknown value at 2: CAN_RESTART", "CAN_MANAGE, CAN_RUN or CAN_VIEW");
}

TEST_CASE("permissions: variables and references are filled in") {
  const auto loaded = load_text(R"(
variables: {group: {default: team}}
resources:
  jobs:
    a: {name: n, permissions: [{level: CAN_VIEW, group_name: "${var.group}"}]}
    b: {permissions: [{level: CAN_VIEW, group_name: "${resources.jobs.a.name}"}]}
)");
  check_clean(loaded);
  CHECK(list_of(loaded, "jobs.a") == Json::array({entry("group_name", "team", "CAN_VIEW")}));
  CHECK(list_of(loaded, "jobs.b") == Json::array({entry("group_name", "n", "CAN_VIEW")}));
  CHECK(loaded.at("permissions", "jobs.b").depends_on ==
        std::vector<Address>{{"jobs", "a"}, {"jobs", "b"}});
}

TEST_CASE("secrets: a scope's permissions and keys are resources of their own") {
  const auto loaded = load_text(R"(
resources:
  secret_scopes:
    vault:
      name: team-vault
      permissions: [{level: WRITE, group_name: team}]
      secrets: {TOKEN: {env: SERVICE_TOKEN}}
)");
  check_clean(loaded);
  CHECK(loaded.at("secret_acls", "vault.team").body ==
        Json{{"scope", "team-vault"}, {"principal", "team"}, {"permission", "WRITE"}});
  const Resource& secret = loaded.at("secrets", "vault.TOKEN");
  CHECK(secret.body == Json{{"scope", "team-vault"}, {"key", "TOKEN"}, {"env", "SERVICE_TOKEN"}});
  CHECK(secret.depends_on == std::vector<Address>{{"secret_scopes", "vault"}});
  CHECK(loaded.at("secret_scopes", "vault").body == Json{{"name", "team-vault"}});
}

TEST_CASE("secrets: a value in a spec is refused without being shown") {
  const auto loaded =
      load_text("resources: {secret_scopes: {v: {name: s, secrets: {\n  TOKEN: canary}}}}\n");
  check_one(loaded, "Wrong secret at 0: ", "Line 3: \"TOKEN\"");
  CHECK(loaded.problems[0].source_line.empty());
  CHECK(loaded.problems[0].detail.find("canary") == std::string::npos);
  check_one(load_text("resources: {secret_scopes: {v: {name: s, secrets: {'a b': {env: X}}}}}\n"),
            "Invalid key at 2: 'a b'", "128");
  check_one(load_text("resources: {jobs: {j: {secrets: {}}}}\n"), "Unknown field at 2: secrets",
            "job");
}
