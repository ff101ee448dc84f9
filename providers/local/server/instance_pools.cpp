#include <fmt/format.h>

#include "engine/base/digest.hpp"
#include "providers/local/server/compute_records.hpp"
#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::string_view kKind = "instance_pools";
constexpr const char* kNoun = "Instance pool";

// What an edit takes; the rest stays as it was created. Source: Instance Pools API 2.0.
constexpr const char* kEditable[] = {"instance_pool_name",
                                     "min_idle_instances",
                                     "max_capacity",
                                     "idle_instance_autotermination_minutes",
                                     "custom_tags",
                                     "remote_disk_throughput",
                                     "total_initial_remote_disk_size"};

Result<> check(Store& store, const Json& body, const std::string& id) {
  const std::string name = text_at(body, "instance_pool_name");
  if (name.empty() || name.size() > 100)
    return invalid("instance_pool_name must have 1 to 100 characters");
  if (text_at(body, "node_type_id").empty()) return invalid("node_type_id is required");
  if (name_is_taken(store, kKind, "instance_pool_name", name, id))
    return invalid("Instance pool with name " + name + " already exists");
  return {};
}

Json view(const std::string& id, const Json& record) {
  Json shown = record["body"];
  shown["instance_pool_id"] = id;
  shown["state"] = "ACTIVE";
  shown["stats"] = {
      {"idle_count", 0}, {"used_count", 0}, {"pending_idle_count", 0}, {"pending_used_count", 0}};
  shown["status"] = Json::object();
  shown["default_tags"] = {{"Vendor", "Databricks"},
                           {"DatabricksInstancePoolId", id},
                           {"DatabricksInstancePoolCreatorId", text_at(record, "creator")}};
  return shown;
}

Result<Answer> create(Store& store, const Call& call) {
  TRY_VOID(check(store, call.json, ""));
  Json body = call.json;
  body.emplace("enable_elastic_disk", true);
  body.emplace("idle_instance_autotermination_minutes", 60);
  body.emplace("min_idle_instances", 0);
  const int number = next_number(store, kKind);
  const std::string id = fmt::format("0101-{:06}-pool-{}", number,
                                     sha256_hex("pool " + std::to_string(number)).substr(0, 8));
  store.put(kKind, id, canonical({{"body", body}, {"creator", call.user}}));
  return answer({{"instance_pool_id", id}});
}

Result<Answer> edit(Store& store, const Call& call) {
  const std::string id = text_at(call.json, "instance_pool_id");
  Json record = TRY(find_record(store, kKind, id, kNoun));
  TRY_VOID(check(store, call.json, id));
  if (call.json["node_type_id"] != record["body"]["node_type_id"])
    return invalid("node_type_id of an instance pool cannot be changed");
  for (const char* field : kEditable) {
    record["body"].erase(field);
    if (call.json.contains(field)) record["body"][field] = call.json[field];
  }
  record["body"].emplace("idle_instance_autotermination_minutes", 60);
  record["body"].emplace("min_idle_instances", 0);
  store.put(kKind, id, canonical(record));
  return Answer{};
}

Result<Answer> remove(Store& store, const Call& call) {
  const std::string id = text_at(call.json, "instance_pool_id");
  TRY(find_record(store, kKind, id, kNoun));
  store.remove(kKind, id);
  return Answer{};
}

Result<Answer> list(Store& store) {
  Json pools = Json::array();
  for (const auto& [id, text] : store.all(kKind))
    pools.push_back(view(id, parse_json(text).value_or(Json())));
  return pools.empty() ? Answer{} : answer({{"instance_pools", std::move(pools)}});
}

Result<Answer> get(Store& store, const Call& call) {
  const std::string id = call.query_text("instance_pool_id");
  return answer(view(id, TRY(find_record(store, kKind, id, kNoun))));
}

}  // namespace

void add_instance_pool_routes(Router& router, Store& store) {
  const auto add = [&](std::string_view method, const char* name, auto handler) {
    router.add(method, {"2.0"}, std::string("instance-pools/") + name,
               [&store, handler](Call& call) { return handler(store, call); });
  };
  add("POST", "create", create);
  add("POST", "edit", edit);
  add("POST", "delete", remove);
  add("GET", "get", get);
  add("GET", "list", [](Store& kept, Call&) { return list(kept); });
}

}  // namespace dbplan::local
