#include <doctest/doctest.h>

#include <filesystem>

#include "engine/base/digest.hpp"
#include "engine/model/notebook.hpp"
#include "tests/unit/server_fixture.hpp"

using dbplan::Json;
using dbplan::local::LocalWorld;

namespace {

const std::string kHome = "/Workspace/Users/me@example.com";

struct FilesWorld : LocalWorld {
  Json import(const std::string& path, const std::string& text, Json more) {
    more["path"] = path;
    more["content"] = dbplan::base64_encode(text);
    return post("/api/2.0/workspace/import", more);
  }
  Json status_of(const std::string& path) {
    return get("/api/2.0/workspace/get-status?path=" + path);
  }
  std::string text_of(const std::string& path, const std::string& format = "SOURCE") {
    return send("GET",
                "/api/2.0/workspace/export?direct_download=true&path=" + path + "&format=" + format)
        .body;
  }
  int put_file(const std::string& path, const std::string& text, bool overwrite) {
    return send("POST",
                "/api/2.0/workspace-files/import-file" + path +
                    (overwrite ? "?overwrite=true" : "?overwrite=false"),
                text)
        .status;
  }
};

}  // namespace

TEST_CASE("server files: a notebook keeps its id and gets a later time when it is overwritten") {
  FilesWorld world;
  const Json first = world.import(kHome + "/nb", "print(1)\n", {{"language", "PYTHON"}});
  CHECK(dbplan::int_at(first, "object_id") > (std::int64_t{1} << 53));
  const Json before = world.status_of(kHome + "/nb");
  // The same millisecond: it must not look as if nothing had happened.
  const Json second =
      world.import(kHome + "/nb", "print(2)\n", {{"language", "PYTHON"}, {"overwrite", true}});
  CHECK(second["object_id"] == first["object_id"]);
  CHECK(world.status_of(kHome + "/nb")["modified_at"] > before["modified_at"]);
  CHECK(before["language"] == "PYTHON");
  CHECK(before["object_type"] == "NOTEBOOK");
}

TEST_CASE("server files: exported source has its header and no newline at its end") {
  FilesWorld world;
  world.import(kHome + "/nb", "a = 1\r\n\r\n# COMMAND ----------\n\n\nb = 2\n\n",
               {{"language", "PYTHON"}});
  CHECK(world.text_of(kHome + "/nb") ==
        "# Databricks notebook source\na = 1\n\n# COMMAND ----------\n\nb = 2");
}

TEST_CASE("server files: /Workspace is an alias, and answers keep the spelling of the question") {
  FilesWorld world;
  world.import(kHome + "/nb", "x", {{"language", "PYTHON"}});
  CHECK(world.status_of("/Users/me@example.com/nb")["path"] == "/Users/me@example.com/nb");
  CHECK(world.status_of(kHome + "/nb")["path"] == kHome + "/nb");
  CHECK(world.status_of("//Workspace//Users/me@example.com/nb")["path"] ==
        "/Users/me@example.com/nb");
  const Json listed = world.get("/api/2.0/workspace/list?path=" + kHome);
  CHECK(listed["objects"][0]["path"] == kHome + "/nb");
  CHECK(world.get("/api/2.0/workspace/list?path=/Shared") == Json::object());
}

TEST_CASE("server files: create-if-absent has exactly one winner") {
  FilesWorld world;
  CHECK(world.put_file(kHome + "/lock.1", R"({"a": 1})", false) == 200);
  CHECK(world.put_file(kHome + "/lock.1", R"({"a": 2})", false) == 409);
  CHECK(world.send("GET", "/api/2.0/workspace-files" + kHome + "/lock.1").body == R"({"a": 1})");
  CHECK(world.put_file(kHome + "/lock.1", R"({"a": 3})", true) == 200);
  CHECK(world.put_file(kHome + "/none/lock.1", "x", false) == 404);
}

TEST_CASE("server files: import-file and AUTO make notebooks of what looks like one") {
  FilesWorld world;
  CHECK(world.put_file(kHome + "/a.py", "# Databricks notebook source\nx = 1\n", false) == 200);
  CHECK(world.status_of(kHome + "/a")["object_type"] == "NOTEBOOK");
  CHECK(world.put_file(kHome + "/a.py", "# Databricks notebook source\nx = 1\n", false) == 400);
  CHECK(world.put_file(kHome + "/module.py", "x = 1\n", false) == 200);
  CHECK(world.status_of(kHome + "/module.py")["object_type"] == "FILE");
  world.import(kHome + "/q.sql", "-- Databricks notebook source\nSELECT 1", {{"format", "AUTO"}});
  CHECK(world.status_of(kHome + "/q")["language"] == "SQL");
  world.import(kHome + "/raw.py", "# Databricks notebook source\n", {{"format", "RAW"}});
  CHECK(world.status_of(kHome + "/raw.py")["object_type"] == "FILE");
}

TEST_CASE("server files: Jupyter notebooks go in and come out in both forms") {
  FilesWorld world;
  const std::string notebook =
      R"({"cells":[{"cell_type":"markdown","source":["# Title"]},)"
      R"({"cell_type":"code","source":["x = 1\n","y = 2"]}],"metadata":{},"nbformat":4})";
  world.import(kHome + "/j.ipynb", notebook, {{"format", "AUTO"}});
  CHECK(world.status_of(kHome + "/j")["language"] == "PYTHON");
  CHECK(world.text_of(kHome + "/j") ==
        "# Databricks notebook source\n# MAGIC %md\n# MAGIC # Title\n\n"
        "# COMMAND ----------\n\nx = 1\ny = 2");
  const std::string exported = world.text_of(kHome + "/j", "JUPYTER");
  CHECK(exported != notebook);  // the service writes it anew, with metadata of its own
  CHECK(exported.find("application/vnd.databricks.v1+cell") != std::string::npos);
  CHECK(dbplan::notebook_hash(exported, "JUPYTER", "PYTHON") ==
        dbplan::notebook_hash(notebook, "JUPYTER", "PYTHON"));
  world.import(kHome + "/s",
               "# DBTITLE 1,One\nx = 1\n# COMMAND ----------\n# MAGIC %md\n# MAGIC hello",
               {{"language", "PYTHON"}});
  const Json cells = dbplan::parse_json(world.text_of(kHome + "/s", "JUPYTER")).value()["cells"];
  CHECK(cells[0]["source"] == "x = 1");
  CHECK(cells[0]["metadata"]["application/vnd.databricks.v1+cell"]["title"] == "One");
  CHECK(cells[1]["cell_type"] == "markdown");
  CHECK(cells[1]["source"] == "hello");
}

TEST_CASE("server files: refusals have the codes that clients look for") {
  FilesWorld world;
  const Json python = {{"language", "PYTHON"}};
  CHECK(world.error_code(world.import(kHome + "/no/nb", "x", python)) == "RESOURCE_DOES_NOT_EXIST");
  CHECK(world.status == 404);
  world.import(kHome + "/nb", "x", python);
  CHECK(world.error_code(world.import(kHome + "/nb", "x", python)) == "RESOURCE_ALREADY_EXISTS");
  CHECK(world.status == 400);
  CHECK(world.error_code(
            world.import(kHome + "/nb", "x", {{"format", "RAW"}, {"overwrite", true}})) ==
        "INVALID_PARAMETER_VALUE");
  CHECK(world.error_code(world.import(kHome + "/other", "x", Json::object())) ==
        "INVALID_PARAMETER_VALUE");
  CHECK(world.error_code(world.import(kHome + "/other", "x", {{"format", "DBC"}})) ==
        "FEATURE_DISABLED");
  CHECK(world.error_code(world.status_of(kHome + "/nothing")) == "RESOURCE_DOES_NOT_EXIST");
  world.import(kHome + "/big", std::string(10 * 1024 * 1024 + 1, 'x'), python);
  CHECK(world.status == 400);
}

TEST_CASE("server files: folders are made with their parents, and only empty ones go easily") {
  FilesWorld world;
  world.post("/api/2.0/workspace/mkdirs", {{"path", kHome + "/a/b"}});
  world.post("/api/2.0/workspace/mkdirs", {{"path", kHome + "/a/b"}});
  CHECK(world.status == 200);
  world.import(kHome + "/a/b/nb", "x", {{"language", "PYTHON"}});
  CHECK(world.error_code(world.post("/api/2.0/workspace/mkdirs",
                                    {{"path", kHome + "/a/b/nb/c"}})) == "RESOURCE_ALREADY_EXISTS");
  CHECK(world.error_code(world.post("/api/2.0/workspace/delete", {{"path", kHome + "/a"}})) ==
        "DIRECTORY_NOT_EMPTY");
  world.post("/api/2.0/workspace/delete", {{"path", kHome + "/a"}, {"recursive", true}});
  CHECK(world.status == 200);
  world.status_of(kHome + "/a/b/nb");
  CHECK(world.status == 404);
}

TEST_CASE("server files: what was stored survives a restart, and ids are not given twice") {
  const auto file =
      std::filesystem::temp_directory_path() / ("dbplan-store-" + dbplan::random_hex(8) + ".db");
  std::int64_t removed = 0;
  {
    LocalWorld world(file);
    world.import_notebook(kHome + "/nb", "kept = 1");
    world.import_notebook(kHome + "/gone");
    removed = dbplan::int_at(world.get("/api/2.0/workspace/get-status?path=" + kHome + "/gone"),
                             "object_id");
    world.post("/api/2.0/workspace/delete", {{"path", kHome + "/gone"}});
    const std::string cluster = world.make_cluster();
    world.run(world.make_job({{"name", "j"}, {"tasks", Json::array({world.task("a", cluster)})}}));
  }
  {
    LocalWorld world(file);
    const std::string text =
        world.send("GET", "/api/2.0/workspace/export?direct_download=true&path=" + kHome + "/nb")
            .body;
    CHECK(text == "# Databricks notebook source\nkept = 1");
    world.import_notebook(kHome + "/new");
    CHECK(dbplan::int_at(world.get("/api/2.0/workspace/get-status?path=" + kHome + "/new"),
                         "object_id") > removed);
    CHECK(world.get("/api/2.2/jobs/list")["jobs"][0]["settings"]["name"] == "j");
    CHECK(world.get("/api/2.1/clusters/list")["clusters"][0]["state"] == "TERMINATED");
  }
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
}

TEST_CASE("server files: an active run whose server died has failed, not vanished") {
  const auto file =
      std::filesystem::temp_directory_path() / ("dbplan-store-" + dbplan::random_hex(8) + ".db");
  std::int64_t id = 0;
  {
    LocalWorld world(file);
    world.import_notebook("/Users/me@example.com/nb");
    const std::string cluster = world.make_cluster();
    id = world.run(
        world.make_job({{"name", "j"}, {"tasks", Json::array({world.task("a", cluster)})}}));
    CHECK(world.how(id) == "RUNNING");
  }
  {
    LocalWorld world(file);
    CHECK(world.how(id) == "INTERNAL_ERROR FAILED");
    CHECK(world.how(id, "a") == "INTERNAL_ERROR FAILED");
  }
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
}

TEST_CASE("server: who calls is checked before anything else") {
  LocalWorld world;
  CHECK(world.send("GET", "/api/2.2/jobs/list", {}, "wrong").status == 401);
  CHECK(world.send("GET", "/no/such/route", {}, "wrong").status == 401);
  CHECK(world.error_code(world.get("/no/such/route")) == "ENDPOINT_NOT_FOUND");
  CHECK(world.send("GET", "/.well-known/databricks-config", {}, "").status == 200);
  const Json other = world.post("/api/local/users", {{"user", "you@example.com"}});
  const auto me =
      world.send("GET", "/api/2.0/preview/scim/v2/Me", {}, dbplan::text_at(other, "token"));
  CHECK(dbplan::parse_json(me.body).value()["userName"] == "you@example.com");
  CHECK(me.headers.at("X-Databricks-Org-Id").size() == 16);
}

TEST_CASE("server: a body that cannot be understood is refused, whatever it is") {
  LocalWorld world;
  for (const char* body : {"{", "[1]", "\"x\"", "12345678901234567890123", "{\"job_id\": {}}",
                           "{\"tasks\": 7}", "{\"tasks\": [7]}", "{\"name\": [], \"tags\": 3}"}) {
    CAPTURE(body);
    for (const char* path :
         {"/api/2.2/jobs/create", "/api/2.2/jobs/run-now", "/api/2.1/clusters/create",
          "/api/2.2/jobs/runs/submit", "/api/2.0/workspace/import", "/api/2.0/secrets/put",
          "/api/2.2/jobs/reset", "/api/2.2/jobs/update", "/api/local/notebook-runs"}) {
      CAPTURE(path);
      CHECK(world.send("POST", path, body).status < 500);
    }
  }
}

TEST_CASE("server: secrets are kept, listed without their values, and removed") {
  LocalWorld world;
  world.post("/api/2.0/secrets/scopes/create", {{"scope", "s"}});
  CHECK(world.error_code(world.post("/api/2.0/secrets/scopes/create", {{"scope", "s"}})) ==
        "RESOURCE_ALREADY_EXISTS");
  world.post("/api/2.0/secrets/put", {{"scope", "s"}, {"key", "k"}, {"string_value", "canary"}});
  const Json listed = world.get("/api/2.0/secrets/list?scope=s");
  CHECK(listed["secrets"][0]["key"] == "k");
  CHECK(dbplan::canonical(listed).find("canary") == std::string::npos);
  CHECK(world.get("/api/2.0/secrets/get?scope=s&key=k")["value"] ==
        dbplan::base64_encode("canary"));
  CHECK(world.get("/api/2.0/secrets/acls/get?scope=s&principal=me@example.com")["permission"] ==
        "MANAGE");
  world.post("/api/2.0/secrets/delete", {{"scope", "s"}, {"key", "k"}});
  world.get("/api/2.0/secrets/get?scope=s&key=k");
  CHECK(world.status == 404);
}
