#include "providers/local/server/instance_pools.hpp"

#include <fmt/format.h>

#include "providers/local/server/compute_names.hpp"
#include "providers/local/server/object_records.hpp"
#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::size_t kMaxName = 100;
constexpr std::size_t kMaxTags = 45;
constexpr std::int64_t kMaxIdleMinutes = 10000;
constexpr const char* kEditable[] = {"instance_pool_name",
                                     "node_type_id",
                                     "min_idle_instances",
                                     "max_capacity",
                                     "custom_tags",
                                     "idle_instance_autotermination_minutes",
                                     "remote_disk_throughput",
                                     "total_initial_remote_disk_size"};

void fill(Json& object, const char* key, Json value) {
  if (!object.contains(key)) object[key] = std::move(value);
}

Result<> check(const Json& pool) {
  const std::string name = text_at(pool, "instance_pool_name");
  if (name.empty()) return invalid("Missing required field: instance_pool_name");
  if (name.size() > kMaxName) return invalid("instance_pool_name is longer than 100 characters");
  if (text_at(pool, "node_type_id").empty()) return invalid("Missing required field: node_type_id");
  const std::int64_t idle = int_at(pool, "min_idle_instances");
  if (idle < 0) return invalid("min_idle_instances must be at least 0");
  if (pool.contains("max_capacity") &&
      int_at(pool, "max_capacity") < std::max<std::int64_t>(idle, 1))
    return invalid("max_capacity must be at least 1 and not below min_idle_instances");
  const std::int64_t minutes = int_at(pool, "idle_instance_autotermination_minutes");
  if (minutes < 0 || minutes > kMaxIdleMinutes)
    return invalid("idle_instance_autotermination_minutes must be between 0 and 10000");
  if (at_or_null(pool, "custom_tags").size() > kMaxTags)
    return invalid("An instance pool can have at most 45 custom tags");
  if (pool.contains("aws_attributes") + pool.contains("azure_attributes") +
          pool.contains("gcp_attributes") >
      1)
    return invalid("Only one of aws, azure and gcp attributes can be given");
  return {};
}

void fill_defaults(Json& pool) {
  fill(pool, "enable_elastic_disk", true);
  fill(pool, "idle_instance_autotermination_minutes", 60);
  fill(pool, "min_idle_instances", 0);
  if (pool.contains("azure_attributes")) {
    fill(pool["azure_attributes"], "availability", "ON_DEMAND_AZURE");
    fill(pool["azure_attributes"], "spot_bid_max_price", -1.0);
  } else if (pool.contains("gcp_attributes")) {
    fill(pool["gcp_attributes"], "gcp_availability", "ON_DEMAND_GCP");
    fill(pool["gcp_attributes"], "local_ssd_count", 0);
    fill(pool, "max_capacity", 1000);
  } else {
    fill(pool, "aws_attributes", Json::object());
    fill(pool["aws_attributes"], "availability", "SPOT");
    fill(pool["aws_attributes"], "spot_bid_price_percent", 100);
    fill(pool["aws_attributes"], "zone_id", "auto");
  }
}

class Pools {
 public:
  Pools(Store& store, const Users& users, PoolUse use)
      : records_(store, kPoolKind), users_(users), use_(std::move(use)) {}

  Result<Answer> create(const Call& call) {
    Json settings = call.json;
    TRY_VOID(check(settings));
    TRY_VOID(check_free(settings, {}));
    settings.erase("instance_pool_id");
    fill_defaults(settings);
    const std::int64_t number = records_.next_number();
    const std::string id =
        fmt::format("0101-{:06}-pool-{}", number, made_up_hex("pool " + std::to_string(number), 8));
    records_.save(id, {{"settings", settings}, {"creator", call.user}});
    return answer({{"instance_pool_id", id}});
  }

  /// All that may change is replaced; the rest of the pool stays as it was made.
  Result<Answer> edit(const Call& call) {
    const std::string id = text_at(call.json, "instance_pool_id");
    Json record = TRY(named(id));
    Json settings = record["settings"];
    if (const std::string type = text_at(call.json, "node_type_id");
        !type.empty() && type != text_at(settings, "node_type_id"))
      return invalid("node_type_id of an instance pool cannot be changed");
    for (const char* key : kEditable) {
      settings.erase(key);
      if (!at_or_null(call.json, key).is_null()) settings[key] = call.json[key];
    }
    TRY_VOID(check(settings));
    TRY_VOID(check_free(settings, id));
    fill_defaults(settings);
    record["settings"] = std::move(settings);
    records_.save(id, record);
    return Answer{};
  }

  Result<Answer> get(const Call& call) {
    const std::string id = call.query_text("instance_pool_id");
    return answer(view(id, TRY(named(id))));
  }

  Result<Answer> list() {
    Json pools = Json::array();
    for (const auto& [id, record] : records_.all()) pools.push_back(view(id, record));
    return pools.empty() ? Answer{} : answer({{"instance_pools", std::move(pools)}});
  }

  Result<Answer> remove(const Call& call) {
    const std::string id = text_at(call.json, "instance_pool_id");
    TRY(named(id));
    records_.remove(id);
    return Answer{};
  }

 private:
  Result<Json> named(const std::string& id) const {
    if (id.empty()) return invalid("Missing required field: instance_pool_id");
    Json record = records_.find(id);
    if (record.is_null()) return missing("Can't find an instance pool with id: " + id);
    return record;
  }

  Result<> check_free(const Json& settings, const std::string& own_id) const {
    const std::string name = text_at(settings, "instance_pool_name");
    const std::string holder = records_.named("instance_pool_name", name);
    if (holder.empty() || holder == own_id) return {};
    return invalid(fmt::format("An instance pool with name '{}' already exists", name));
  }

  Json view(const std::string& id, const Json& record) const {
    Json pool = at_or_null(record, "settings");
    const std::string creator = text_at(record, "creator");
    pool["instance_pool_id"] = id;
    pool["default_tags"] = {{"Vendor", "Databricks"},
                            {"DatabricksInstancePoolCreatorId", users_.id_of(creator)},
                            {"DatabricksInstancePoolId", id}};
    pool["state"] = "ACTIVE";
    // No machine stands behind a pool: it is always as full as it should be.
    pool["stats"] = {{"used_count", use_(id)},
                     {"idle_count", int_at(pool, "min_idle_instances")},
                     {"pending_used_count", 0},
                     {"pending_idle_count", 0}};
    pool["status"] = Json::object();
    return pool;
  }

  ObjectRecords records_;
  const Users& users_;
  PoolUse use_;
};

}  // namespace

void add_instance_pool_routes(Router& router, Store& store, const Users& users, PoolUse use) {
  const auto pools = std::make_shared<Pools>(store, users, std::move(use));
  const auto add = [&](std::string_view method, std::string_view path, auto handler) {
    router.add(method, {"2.0"}, "instance-pools/" + std::string(path), handler);
  };
  add("POST", "create", [pools](Call& call) { return pools->create(call); });
  add("POST", "edit", [pools](Call& call) { return pools->edit(call); });
  add("POST", "delete", [pools](Call& call) { return pools->remove(call); });
  add("GET", "get", [pools](Call& call) { return pools->get(call); });
  add("GET", "list", [pools](Call&) { return pools->list(); });
}

}  // namespace dbplan::local
