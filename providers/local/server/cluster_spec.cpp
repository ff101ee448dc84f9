#include "providers/local/server/cluster_spec.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>

#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::size_t kMaxTags = 45;
constexpr int kHeapPerNodeMb = 768;
constexpr int kHeapBaseMb = 512;

// Set by the server for every cluster; a notebook's cluster must not move its own folders.
constexpr std::array<std::string_view, 10> kOwnConf = {"spark.master",
                                                       "spark.app.name",
                                                       "spark.local.dir",
                                                       "spark.driver.memory",
                                                       "spark.sql.warehouse.dir",
                                                       "spark.driver.host",
                                                       "spark.driver.bindAddress",
                                                       "spark.executor.memory",
                                                       "spark.sql.extensions",
                                                       "spark.sql.catalog.spark_catalog"};

void fill(Json& object, const char* key, Json value) {
  if (!object.contains(key)) object[key] = std::move(value);
}

Result<> check_size(const Json& spec) {
  const bool fixed = spec.contains("num_workers");
  const Json& autoscale = at_or_null(spec, "autoscale");
  if (fixed && !autoscale.is_null())
    return invalid("Exactly one of num_workers and autoscale can be given");
  if (fixed && (!spec["num_workers"].is_number_integer() || spec["num_workers"] < 0))
    return invalid("num_workers must be a number of at least 0");
  if (autoscale.is_object() && int_at(autoscale, "min_workers") > int_at(autoscale, "max_workers"))
    return invalid("autoscale: min_workers must not be above max_workers");
  return {};
}

Result<> check_clouds(const Json& spec) {
  const auto clouds = spec.contains("aws_attributes") + spec.contains("azure_attributes") +
                      spec.contains("gcp_attributes");
  if (clouds > 1) return invalid("Only one of aws, azure and gcp attributes can be given");
  return {};
}

void fill_cloud(Json& cluster) {
  if (cluster.contains("azure_attributes")) {
    Json& attributes = cluster["azure_attributes"];
    fill(attributes, "availability", "ON_DEMAND_AZURE");
    fill(attributes, "first_on_demand", 1);
    fill(attributes, "spot_bid_max_price", -1);
    return;
  }
  if (cluster.contains("gcp_attributes")) {
    Json& attributes = cluster["gcp_attributes"];
    fill(attributes, "first_on_demand", 1);
    fill(attributes, "use_preemptible_executors", false);
    return;
  }
  fill(cluster, "aws_attributes", Json::object());
  Json& attributes = cluster["aws_attributes"];
  fill(attributes, "availability", "SPOT_WITH_FALLBACK");
  fill(attributes, "first_on_demand", 1);
  fill(attributes, "spot_bid_price_percent", 100);
  fill(attributes, "zone_id", "auto");
}

void fill_nodes(Json& cluster, const ComputeNames& names) {
  if (cluster.contains("instance_pool_id")) {
    fill(cluster, "driver_instance_pool_id", cluster["instance_pool_id"]);
    if (const auto type = names.node_type_of_pool(text_at(cluster, "instance_pool_id")))
      fill(cluster, "node_type_id", *type);
  }
  fill(cluster, "node_type_id", "local.standard");
  fill(cluster, "driver_node_type_id", cluster["node_type_id"]);
}

std::string data_security_mode(const Json& spec) {
  const std::string mode = text_at(spec, "data_security_mode", "DATA_SECURITY_MODE_AUTO");
  if (mode == "DATA_SECURITY_MODE_STANDARD") return "USER_ISOLATION";
  return mode.starts_with("DATA_SECURITY_MODE_") ? "SINGLE_USER" : mode;
}

int machine_cores() { return std::max(1U, std::thread::hardware_concurrency()); }

int machine_memory_mb() {
  return static_cast<int>(sysconf(_SC_PHYS_PAGES) / 1024 * sysconf(_SC_PAGE_SIZE) / 1024);
}

std::map<std::string, std::string> texts(const Json& object) {
  std::map<std::string, std::string> result;
  if (object.is_object())
    for (const auto& [key, value] : object.items())
      result[key] = value.is_string() ? value.get<std::string>() : value.dump();
  return result;
}

}  // namespace

Result<> check_cluster_spec(const Json& spec, const ComputeNames& names) {
  if (text_at(spec, "spark_version").empty())
    return invalid("Missing required field: spark_version");
  TRY_VOID(check_size(spec));
  TRY_VOID(check_clouds(spec));
  TRY_VOID(names.check(spec));
  if (spec.contains("instance_pool_id")) {
    for (const char* key : {"node_type_id", "driver_node_type_id"})
      if (!text_at(spec, key).empty())
        return invalid(fmt::format("{} cannot be given together with instance_pool_id", key));
  } else if (text_at(spec, "node_type_id").empty() && text_at(spec, "policy_id").empty()) {
    return invalid("Missing required field: node_type_id (or instance_pool_id)");
  }
  const std::int64_t minutes = int_at(spec, "autotermination_minutes");
  if (minutes != 0 && (minutes < 10 || minutes > 10000))
    return invalid("autotermination_minutes must be 0 or between 10 and 10000");
  if (at_or_null(spec, "custom_tags").size() > kMaxTags)
    return invalid("A cluster can have at most 45 custom tags");
  return {};
}

Json effective_job_cluster(const Json& spec, const ComputeNames& names) {
  Json cluster = spec;
  cluster.erase("apply_policy_default_values");
  fill(cluster, "enable_elastic_disk", false);
  fill(cluster, "enable_local_disk_encryption", false);
  cluster["data_security_mode"] = data_security_mode(spec);
  if (!cluster.contains("autoscale")) fill(cluster, "num_workers", 0);
  fill_nodes(cluster, names);
  fill_cloud(cluster);
  return cluster;
}

Json effective_cluster(const Json& spec, const std::string& creator, const ComputeNames& names) {
  Json cluster = effective_job_cluster(spec, names);
  fill(cluster, "cluster_name", "");
  fill(cluster, "autotermination_minutes", 0);
  if (cluster["data_security_mode"] == "SINGLE_USER") fill(cluster, "single_user_name", creator);
  const bool photon = text_at(cluster, "spark_version").find("-photon-") != std::string::npos;
  fill(cluster, "runtime_engine", photon ? "PHOTON" : "STANDARD");
  if (at_or_null(cluster, "workload_type").is_object()) {
    Json& clients = cluster["workload_type"]["clients"];
    if (clients.is_null()) clients = Json::object();
    fill(clients, "jobs", true);
    fill(clients, "notebooks", true);
  }
  return cluster;
}

std::int64_t nodes_of(const Json& effective) {
  const Json& autoscale = at_or_null(effective, "autoscale");
  return 1 + (autoscale.is_object() ? int_at(autoscale, "max_workers")
                                    : int_at(effective, "num_workers"));
}

ClusterShape shape_of(const std::string& id, const Json& effective) {
  ClusterShape shape{.id = id, .name = text_at(effective, "cluster_name")};
  const std::int64_t nodes = nodes_of(effective);
  const Json& conf = at_or_null(effective, "spark_conf");
  // A single node uses all cores of its machine: that is what local[*] asks for.
  const bool all = text_at(conf, "spark.master").starts_with("local[*");
  shape.cores =
      all ? machine_cores() : static_cast<int>(std::min<std::int64_t>(machine_cores(), nodes));
  const std::int64_t heap = kHeapBaseMb + kHeapPerNodeMb * std::min<std::int64_t>(nodes, 64);
  shape.heap_mb =
      static_cast<int>(std::min<std::int64_t>(heap, std::max(1024, machine_memory_mb() / 3)));
  shape.spark_conf = texts(conf);
  for (const std::string_view key : kOwnConf) shape.spark_conf.erase(std::string(key));
  shape.environment = texts(at_or_null(effective, "spark_env_vars"));
  return shape;
}

std::string shape_note(const Json& effective, const ClusterShape& shape) {
  return fmt::format("asked for {} node(s) of {}; given {} core(s) and {} MB of heap here",
                     nodes_of(effective), text_at(effective, "node_type_id"), shape.cores,
                     shape.heap_mb);
}

Json node_types() {
  Json types = Json::array();
  const auto add = [&](std::string_view id, std::string_view category, int cores, int memory) {
    const Json instance = {{"instance_type_id", id}};
    types.push_back({{"node_type_id", id},
                     {"instance_type_id", id},
                     {"description", id},
                     {"category", category},
                     {"memory_mb", memory},
                     {"num_cores", static_cast<double>(cores)},
                     {"num_gpus", 0},
                     {"is_deprecated", false},
                     {"is_hidden", false},
                     {"support_cluster_tags", true},
                     {"node_instance_type", instance}});
  };
  add("local.standard", "General Purpose", machine_cores(), machine_memory_mb());
  add("i3.xlarge", "Storage Optimized", 4, 31232);
  add("m5d.large", "General Purpose", 2, 8192);
  add("m5d.xlarge", "General Purpose", 4, 16384);
  add("Standard_DS3_v2", "General Purpose", 4, 14336);
  add("n2-highmem-4", "Memory Optimized", 4, 32768);
  return {{"node_types", std::move(types)}};
}

Json spark_versions() {
  Json versions = Json::array();
  for (const std::string_view version : {"17.3", "16.4", "15.4"})
    versions.push_back(
        {{"key", fmt::format("{}.x-scala2.13", version)},
         {"name", fmt::format("{} LTS (the Spark of this machine, Scala 2.13)", version)}});
  return {{"versions", std::move(versions)}};
}

}  // namespace dbplan::local
