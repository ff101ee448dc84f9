#include "engine/spec/compute.hpp"

namespace dbplan {
namespace {

/// With `when` set, `field` is decided by it and not sent, save for its member `kept`.
struct Decided {
  std::string_view when, field, kept = {};
};
// Sources: the Clusters API; a pool refuses what it decides itself.
constexpr Decided kDecided[] = {
    {"autoscale", "num_workers"},
    {"instance_pool_id", "node_type_id"},
    {"instance_pool_id", "driver_node_type_id"},
    {"instance_pool_id", "enable_elastic_disk"},
    {"instance_pool_id", "aws_attributes", "instance_profile_arn"},
    {"instance_pool_id", "azure_attributes"},
    {"instance_pool_id", "gcp_attributes", "google_service_account"},
};

// What dbplan sends for a cluster of its own that does not say when to stop: without it the API
// lets it run for ever.
constexpr int kAutoTermination = 60;

void drop_decided(Json& cluster) {
  for (const Decided& rule : kDecided) {
    const auto field = cluster.find(rule.field);
    if (!cluster.contains(rule.when) || field == cluster.end()) continue;
    const Json kept = rule.kept.empty() ? Json() : at_or_null(*field, rule.kept);
    if (kept.is_null())
      cluster.erase(field);
    else
      *field = Json::object({{std::string(rule.kept), kept}});
  }
}

bool is_single_node(const Json& cluster) {
  if (at_or_null(cluster, "is_single_node") == Json(true)) return true;
  const Json& conf = at_or_null(cluster, "spark_conf");
  return text_at(conf, "spark.databricks.cluster.profile") == "singleNode" &&
         text_at(conf, "spark.master").starts_with("local") &&
         text_at(at_or_null(cluster, "custom_tags"), "ResourceClass") == "SingleNode";
}

class Completion {
 public:
  explicit Completion(Reporter& report) : report_(report) {}

  /// `node`: where the cluster is written, for the warning; may be null.
  void cluster(Json& body, const Node* node, Place place) {
    if (!body.is_object()) return;
    drop_decided(body);
    // A policy may decide what is missing.
    const bool is_open = !body.contains("policy_id");
    if (is_open && !body.contains("autoscale") && !body.contains("is_single_node"))
      body.emplace("num_workers", 0);
    if (const auto load = body.find("workload_type"); load != body.end() && load->is_object())
      if (const auto clients = load->find("clients");
          clients != load->end() && clients->is_object())
        for (const char* half : {"jobs", "notebooks"}) clients->emplace(half, true);
    if (is_open && at_or_null(body, "num_workers") == Json(0) && !is_single_node(body))
      warn(node, place);
  }

  void task(Json& body, const Node* node) {
    if (!body.is_object()) return;
    block(body, node, "new_cluster");
    const auto loop = body.find("for_each_task");
    if (loop == body.end() || !loop->is_object() || !loop->contains("task")) return;
    const Node* inner = node == nullptr ? nullptr : find_value(*node, "for_each_task");
    task((*loop)["task"], inner == nullptr ? nullptr : find_value(*inner, "task"));
  }

  void block(Json& body, const Node* node, std::string_view name) {
    const auto found = body.find(name);
    if (found == body.end()) return;
    const Member* member = node == nullptr ? nullptr : find_member(*node, name);
    cluster(*found, member == nullptr ? nullptr : member->value,
            member == nullptr ? Place{} : member->place);
  }

 private:
  void warn(const Node* node, Place place) {
    if (node != nullptr)
      if (const Member* workers = find_member(*node, "num_workers")) place = workers->place;
    report_.warning(
        place, "Cluster without workers",
        "A cluster with no workers runs Spark only if it is set up as a single node: spark_conf "
        "with \"spark.databricks.cluster.profile: singleNode\" and \"spark.master: local[*]\", and "
        "custom_tags with \"ResourceClass: SingleNode\". Add these, or num_workers.");
  }

  Reporter& report_;
};

// Items that were wrong are missing in the body; then places are given up.
template <class Work>
void each_item(Json& body, const Node& node, std::string_view list, const Work& work) {
  const auto items = body.find(list);
  if (items == body.end() || !items->is_array()) return;
  const Node* nodes = find_value(node, list);
  const bool aligned = nodes != nullptr && nodes->items.size() == items->size();
  for (std::size_t i = 0; i < items->size(); ++i)
    work((*items)[i], aligned ? nodes->items[i] : nullptr);
}

}  // namespace

void complete_compute(const Kind& kind, const Node& node, Json& body, Place owner,
                      Reporter& report) {
  Completion completion(report);
  if (kind.name == "clusters") {
    completion.cluster(body, &node, owner);
    if (!body.contains("policy_id")) body.emplace("autotermination_minutes", kAutoTermination);
  } else if (kind.name == "jobs") {
    each_item(body, node, "job_clusters", [&](Json& item, const Node* at) {
      if (item.is_object()) completion.block(item, at, "new_cluster");
    });
    each_item(body, node, "tasks", [&](Json& item, const Node* at) { completion.task(item, at); });
  }
}

}  // namespace dbplan
