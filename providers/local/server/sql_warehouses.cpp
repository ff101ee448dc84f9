#include <fmt/format.h>

#include <algorithm>

#include "engine/base/digest.hpp"
#include "providers/local/server/compute_records.hpp"
#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::string_view kKind = "sql_warehouses";
constexpr const char* kNoun = "SQL warehouse";

constexpr const char* kSizes[] = {"2X-Small", "X-Small",  "Small",    "Medium",  "Large",
                                  "X-Large",  "2X-Large", "3X-Large", "4X-Large"};

Result<> check(Store& store, const Json& body, const std::string& id) {
  const std::string name = text_at(body, "name");
  if (name.empty() || name.size() >= 100) return invalid("name must have 1 to 99 characters");
  const std::string size = text_at(body, "cluster_size");
  if (std::ranges::find(kSizes, size) == std::end(kSizes))
    return invalid("cluster_size is none of 2X-Small ... 4X-Large: " + size);
  const auto stop = int_at(body, "auto_stop_mins", 120);
  if (stop != 0 && stop < 10) return invalid("auto_stop_mins must be 0 or at least 10");
  const auto least = int_at(body, "min_num_clusters", 1);
  const auto most = int_at(body, "max_num_clusters", least);
  if (least < 1 || least > 30 || most < least || most > 40)
    return invalid(
        "min_num_clusters must be 1 to 30, max_num_clusters at least that and at most 40");
  if (name_is_taken(store, kKind, "name", name, id))
    return invalid("SQL warehouse with name `" + name + "` already exists");
  return {};
}

Json filled(Json body) {
  body.emplace("auto_stop_mins", 120);
  body.emplace("min_num_clusters", 1);
  body.emplace("max_num_clusters", body["min_num_clusters"]);
  body.emplace("enable_photon", true);
  body.emplace("enable_serverless_compute", false);
  body.emplace("spot_instance_policy", "COST_OPTIMIZED");
  body.emplace("channel", Json{{"name", "CHANNEL_NAME_CURRENT"}});
  body.emplace("warehouse_type", "CLASSIC");
  return body;
}

Json view(const std::string& id, const Json& record) {
  Json shown = record["body"];
  const bool running = text_at(record, "state") == "RUNNING";
  shown["id"] = id;
  shown["state"] = record["state"];
  shown["creator_name"] = record["creator"];
  shown["num_clusters"] = running ? shown["min_num_clusters"] : Json(0);
  shown["num_active_sessions"] = 0;
  shown["size"] = shown["cluster_size"];
  shown["health"] = {{"status", "HEALTHY"}};
  shown["odbc_params"] = {{"hostname", "127.0.0.1"},
                          {"path", "/sql/1.0/warehouses/" + id},
                          {"port", 443},
                          {"protocol", "https"}};
  shown["jdbc_url"] = "jdbc:spark://127.0.0.1:443/default;httpPath=/sql/1.0/warehouses/" + id;
  return shown;
}

Result<Answer> create(Store& store, const Call& call) {
  TRY_VOID(check(store, call.json, ""));
  const int number = next_number(store, kKind);
  const std::string id = sha256_hex("warehouse " + std::to_string(number)).substr(0, 16);
  store.put(kKind, id,
            canonical({{"body", filled(call.json)}, {"creator", call.user}, {"state", "RUNNING"}}));
  return answer({{"id", id}});
}

Result<Answer> list(Store& store) {
  Json warehouses = Json::array();
  for (const auto& [id, text] : store.all(kKind))
    warehouses.push_back(view(id, parse_json(text).value_or(Json())));
  return warehouses.empty() ? Answer{} : answer({{"warehouses", std::move(warehouses)}});
}

Result<Answer> get(Store& store, const Call& call) {
  return answer(view(call.rest, TRY(find_record(store, kKind, call.rest, kNoun))));
}

Result<Answer> remove(Store& store, const Call& call) {
  TRY(find_record(store, kKind, call.rest, kNoun));
  store.remove(kKind, call.rest);
  return Answer{};
}

/// POST <id>/edit, <id>/start, <id>/stop.
Result<Answer> change(Store& store, const Call& call) {
  const std::size_t slash = call.rest.rfind('/');
  const std::string id = call.rest.substr(0, slash);
  const std::string verb = slash == std::string::npos ? "" : call.rest.substr(slash + 1);
  Json record = TRY(find_record(store, kKind, id, kNoun));
  if (verb == "edit") {
    Json body = call.json;
    body.erase("id");
    TRY_VOID(check(store, body, id));
    record["body"] = filled(std::move(body));
  } else if (verb == "start" || verb == "stop") {
    record["state"] = verb == "start" ? "RUNNING" : "STOPPED";
  } else {
    return refuse(404, "ENDPOINT_NOT_FOUND", "No API found for 'POST " + call.path + "'");
  }
  store.put(kKind, id, canonical(record));
  return Answer{};
}

}  // namespace

void add_warehouse_routes(Router& router, Store& store) {
  const auto bind = [&store](auto handler) {
    return [&store, handler](Call& call) { return handler(store, call); };
  };
  router.add("POST", {"2.0"}, "sql/warehouses", bind(create));
  router.add("GET", {"2.0"}, "sql/warehouses", bind([](Store& kept, Call&) { return list(kept); }));
  router.add("GET", {"2.0"}, "sql/warehouses/*", bind(get));
  router.add("DELETE", {"2.0"}, "sql/warehouses/*", bind(remove));
  router.add("POST", {"2.0"}, "sql/warehouses/*", bind(change));
}

}  // namespace dbplan::local
