#include "providers/local/server/warehouses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "providers/local/server/object_records.hpp"
#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::size_t kMaxName = 99;
constexpr std::size_t kMaxTags = 44;
constexpr std::int64_t kMaxMinClusters = 30;
constexpr std::int64_t kMaxClusters = 40;
constexpr std::int64_t kShortestStop = 10;
constexpr std::int64_t kMaxPage = 1000;
constexpr Millis kMinute = 60'000;
constexpr std::array<std::string_view, 11> kSizes = {"2X-Small", "X-Small",  "Small",    "Medium",
                                                     "Large",    "X-Large",  "2X-Large", "3X-Large",
                                                     "4X-Large", "5X-Large", "6X-Large"};
constexpr std::array<std::string_view, 2> kTypes = {"CLASSIC", "PRO"};
constexpr const char* kSettings[] = {
    "name",           "cluster_size",         "auto_stop_mins",
    "channel",        "enable_photon",        "enable_serverless_compute",
    "tags",           "min_num_clusters",     "max_num_clusters",
    "warehouse_type", "instance_profile_arn", "spot_instance_policy"};

void fill(Json& object, const char* key, Json value) {
  if (!object.contains(key)) object[key] = std::move(value);
}

template <std::size_t N>
bool among(const std::array<std::string_view, N>& all, const std::string& word) {
  return std::ranges::find(all, word) != all.end();
}

void fill_defaults(Json& warehouse) {
  fill(warehouse, "auto_stop_mins", 120);
  fill(warehouse, "min_num_clusters", 1);
  fill(warehouse, "max_num_clusters", int_at(warehouse, "min_num_clusters", 1));
  fill(warehouse, "enable_photon", true);
  fill(warehouse, "enable_serverless_compute", false);
  fill(warehouse, "spot_instance_policy", "COST_OPTIMIZED");
  fill(warehouse, "warehouse_type", "CLASSIC");
  fill(warehouse, "channel", {{"name", "CHANNEL_NAME_CURRENT"}});
  fill(warehouse, "tags", Json::object());
}

Result<> check_clusters(const Json& warehouse) {
  const std::int64_t least = int_at(warehouse, "min_num_clusters", 1);
  const std::int64_t most = int_at(warehouse, "max_num_clusters", least);
  if (least < 1 || least > kMaxMinClusters)
    return invalid("min_num_clusters must be between 1 and 30");
  if (most < least || most > kMaxClusters)
    return invalid("max_num_clusters must be between min_num_clusters and 40");
  return {};
}

Result<> check(const Json& warehouse) {
  const std::string name = text_at(warehouse, "name");
  if (name.empty()) return invalid("Missing required field: name");
  if (name.size() > kMaxName) return invalid("name must be shorter than 100 characters");
  if (!among(kSizes, text_at(warehouse, "cluster_size")))
    return invalid(
        fmt::format("cluster_size: '{}' is none, it must be \"2X-Small\" to \"6X-Large\"",
                    text_at(warehouse, "cluster_size")));
  const std::int64_t minutes = int_at(warehouse, "auto_stop_mins", 120);
  if (minutes != 0 && minutes < kShortestStop)
    return invalid("auto_stop_mins must be 0 or at least 10");
  TRY_VOID(check_clusters(warehouse));
  const std::string type = text_at(warehouse, "warehouse_type", "CLASSIC");
  if (!among(kTypes, type)) return invalid("warehouse_type must be CLASSIC or PRO, not " + type);
  if (at_or_null(warehouse, "enable_serverless_compute") == true && type != "PRO")
    return invalid("enable_serverless_compute needs warehouse_type PRO");
  if (at_or_null(at_or_null(warehouse, "tags"), "custom_tags").size() > kMaxTags)
    return invalid("A warehouse can have less than 45 tags");
  return {};
}

class Warehouses {
 public:
  Warehouses(Store& store, WallClock now, const std::string& url)
      : records_(store, kWarehouseKind), now_(std::move(now)) {
    const std::string address = url.substr(std::min(url.find("://") + 3, url.size()));
    host_ = address.substr(0, address.find(':'));
    const auto colon = address.find(':');
    port_ = colon == std::string::npos ? 443 : std::atoi(address.c_str() + colon + 1);
  }

  Result<Answer> create(const Call& call) {
    Json settings = Json::object();
    take(settings, call.json);
    TRY_VOID(check(settings));
    TRY_VOID(check_free(text_at(settings, "name"), {}));
    fill_defaults(settings);
    const std::int64_t number = records_.next_number();
    const std::string id = made_up_hex("warehouse " + std::to_string(number), 16);
    records_.save(id, {{"settings", std::move(settings)},
                       {"creator", text_at(call.json, "creator_name", call.user)},
                       {"number", number},
                       {"running", true},
                       {"started", now_()}});
    return answer({{"id", id}});
  }

  /// What is left out stays as it was. One that runs is started anew, which takes no time here.
  Result<Answer> edit(const Call& call, const std::string& id) {
    Json record = TRY(named(id));
    Json settings = record["settings"];
    take(settings, call.json);
    TRY_VOID(check(settings));
    TRY_VOID(check_free(text_at(settings, "name"), id));
    record["settings"] = std::move(settings);
    record["running"] = running(record);
    record["started"] = now_();
    records_.save(id, record);
    return Answer{};
  }

  Result<Answer> set_running(const std::string& id, bool on) {
    Json record = TRY(named(id));
    if (on && !running(record)) record["started"] = now_();
    record["running"] = on;
    records_.save(id, record);
    return Answer{};
  }

  Result<Answer> get(const std::string& id) { return answer(view(id, TRY(named(id)))); }

  Result<Answer> remove(const std::string& id) {
    TRY(named(id));
    records_.remove(id);
    return Answer{};
  }

  Result<Answer> list(const Call& call) {
    std::int64_t size = call.query_int("page_size", kMaxPage);
    size = size <= 0 ? kMaxPage : std::min(size, kMaxPage);
    const std::int64_t after = call.query_int("page_token");
    Json shown = Json::array();
    std::int64_t last = 0;
    for (const auto& [number, entry] : by_number()) {
      if (number <= after) continue;
      if (std::ssize(shown) == size) {
        return answer(
            {{"warehouses", std::move(shown)}, {"next_page_token", std::to_string(last)}});
      }
      shown.push_back(view(entry.first, entry.second));
      last = number;
    }
    return shown.empty() ? Answer{} : answer({{"warehouses", std::move(shown)}});
  }

  /// What Terraform asks to learn the data source of a warehouse: a list, not an object.
  Result<Answer> data_sources() {
    Json sources = Json::array();
    for (const auto& [number, entry] : by_number()) {
      const Json& settings = at_or_null(entry.second, "settings");
      sources.push_back({{"id", made_up_hex("data source " + entry.first, 32)},
                         {"name", text_at(settings, "name")},
                         {"warehouse_id", entry.first},
                         {"type", "databricks_internal"},
                         {"syntax", "sql"},
                         {"paused", 0},
                         {"view_only", false}});
    }
    return answer(sources);
  }

 private:
  static void take(Json& settings, const Json& given) {
    for (const char* key : kSettings)
      if (!at_or_null(given, key).is_null()) settings[key] = given[key];
  }

  std::map<std::int64_t, std::pair<std::string, Json>> by_number() const {
    std::map<std::int64_t, std::pair<std::string, Json>> sorted;
    for (auto& [id, record] : records_.all()) {
      const std::int64_t number = int_at(record, "number");
      sorted[number] = {id, record};
    }
    return sorted;
  }

  Result<Json> named(const std::string& id) const {
    Json record = records_.find(id);
    if (record.is_null()) return missing("SQL warehouse " + id + " does not exist");
    return record;
  }

  Result<> check_free(const std::string& name, const std::string& own_id) const {
    const std::string holder = records_.named("name", name);
    if (holder.empty() || holder == own_id) return {};
    return invalid(fmt::format("SQL warehouse with name `{}` already exists", name));
  }

  /// Nothing asks a warehouse here, so it is idle since its start.
  bool running(const Json& record) const {
    if (at_or_null(record, "running") != true) return false;
    const std::int64_t minutes = int_at(at_or_null(record, "settings"), "auto_stop_mins");
    return minutes == 0 || now_() - int_at(record, "started") < minutes * kMinute;
  }

  Json view(const std::string& id, const Json& record) const {
    Json warehouse = at_or_null(record, "settings");
    const bool runs = running(record);
    const std::string path = "/sql/1.0/warehouses/" + id;
    warehouse["id"] = id;
    warehouse["creator_name"] = text_at(record, "creator");
    warehouse["state"] = runs ? "RUNNING" : "STOPPED";
    warehouse["num_clusters"] = runs ? int_at(warehouse, "min_num_clusters", 1) : 0;
    warehouse["num_active_sessions"] = 0;
    warehouse["health"] = Json::object();
    if (runs) warehouse["health"]["status"] = "HEALTHY";
    warehouse["odbc_params"] = {
        {"hostname", host_}, {"path", path}, {"port", port_}, {"protocol", "https"}};
    warehouse["jdbc_url"] =
        fmt::format("jdbc:spark://{}:{}/default;transportMode=http;ssl=1;AuthMech=3;httpPath={};",
                    host_, port_, path);
    return warehouse;
  }

  ObjectRecords records_;
  WallClock now_;
  std::string host_;
  int port_ = 0;
};

/// "ID" or "ID/edit".
std::pair<std::string, std::string> id_and_verb(const std::string& rest) {
  const auto slash = std::min(rest.find('/'), rest.size());
  return {rest.substr(0, slash), slash < rest.size() ? rest.substr(slash + 1) : ""};
}

std::unexpected<Error> no_such_route(const Call& call) {
  return refuse(404, "ENDPOINT_NOT_FOUND",
                "No API found for '" + call.method + " " + call.path + "'");
}

}  // namespace

void add_warehouse_routes(Router& router, Store& store, const WallClock& now,
                          const std::string& url) {
  const auto all = std::make_shared<Warehouses>(store, now, url);
  const std::string path = "/api/2.0/sql/warehouses";
  router.add("POST", path, [all](Call& call) { return all->create(call); });
  router.add("GET", path, [all](Call& call) { return all->list(call); });
  const auto by_id = [&](std::string_view method, auto handler) {
    router.add(method, path + "/*", [handler](Call& call) -> Result<Answer> {
      const auto [id, verb] = id_and_verb(call.rest);
      return handler(call, id, verb);
    });
  };
  by_id("GET", [all](Call& call, const std::string& id, const std::string& verb) -> Result<Answer> {
    return verb.empty() ? all->get(id) : Result<Answer>(no_such_route(call));
  });
  by_id("DELETE",
        [all](Call& call, const std::string& id, const std::string& verb) -> Result<Answer> {
          return verb.empty() ? all->remove(id) : Result<Answer>(no_such_route(call));
        });
  by_id("POST",
        [all](Call& call, const std::string& id, const std::string& verb) -> Result<Answer> {
          if (verb == "edit") return all->edit(call, id);
          if (verb == "start" || verb == "stop") return all->set_running(id, verb == "start");
          return no_such_route(call);
        });
  router.add("GET", "/api/2.0/preview/sql/data_sources",
             [all](Call&) { return all->data_sources(); });
}

}  // namespace dbplan::local
