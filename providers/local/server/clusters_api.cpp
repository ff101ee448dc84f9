#include "providers/local/server/clusters_api.hpp"

#include <algorithm>

#include "providers/local/server/cluster_spec.hpp"
#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::int64_t kMaxPage = 100;
constexpr std::size_t kMaxToken = 64;

Json view(const Cluster& cluster, bool with_spec) {
  Json result = cluster.effective;
  result["cluster_id"] = cluster.id;
  result["cluster_source"] = cluster.source;
  result["creator_user_name"] = cluster.creator;
  result["state"] = cluster.state;
  result["state_message"] = cluster.state_message;
  result["start_time"] = cluster.start_time;
  result["last_restarted_time"] = cluster.last_restarted_time;
  result["last_state_loss_time"] = 0;
  result["disk_spec"] = Json::object();
  result["init_scripts_safe_mode"] = false;
  result["default_tags"] = {{"Vendor", "Databricks"},
                            {"Creator", cluster.creator},
                            {"ClusterName", text_at(cluster.effective, "cluster_name")},
                            {"ClusterId", cluster.id}};
  if (cluster.terminated_time != 0) result["terminated_time"] = cluster.terminated_time;
  if (!cluster.termination_reason.is_null())
    result["termination_reason"] = cluster.termination_reason;
  if (cluster.state == "RUNNING") {
    result["cluster_cores"] = static_cast<double>(cluster.given.cores);
    result["cluster_memory_mb"] = cluster.given.heap_mb;
    result["jdbc_port"] = 10000;
    result["spark_context_id"] = cluster.spark_context_id();
  }
  if (with_spec) result["spec"] = cluster.spec;
  return result;
}

Result<Cluster*> named(Clusters& clusters, const std::string& id) {
  if (id.empty()) return invalid("Missing required field: cluster_id");
  Cluster* cluster = clusters.find(id);
  if (cluster == nullptr) return invalid("Cluster " + id + " does not exist");
  return cluster;
}

Result<Cluster*> named(Clusters& clusters, const Call& call) {
  return named(clusters, text_at(call.json, "cluster_id"));
}

Result<Answer> create(Clusters& clusters, Call& call) {
  const std::string token = text_at(call.json, "idempotency_token");
  if (token.size() > kMaxToken) return invalid("idempotency_token is longer than 64 characters");
  if (const Cluster* known = clusters.find_by_token(token))
    return answer({{"cluster_id", known->id}});
  TRY_VOID(check_cluster_spec(call.json, clusters.names()));
  return answer({{"cluster_id", clusters.create(call.json, call.user, "API").id}});
}

Result<> may_change(const Cluster& cluster) {
  if (cluster.source == "JOB")
    return invalid("Cluster " + cluster.id + " was created by a job and cannot be changed");
  if (cluster.state != "RUNNING" && cluster.state != "TERMINATED")
    return wrong_state("Cluster " + cluster.id + " is in unexpected state " + cluster.state + ".");
  return {};
}

Result<Answer> edit(Clusters& clusters, Call& call) {
  Cluster* cluster = TRY(named(clusters, call));
  TRY_VOID(check_cluster_spec(call.json, clusters.names()));
  TRY_VOID(may_change(*cluster));
  clusters.edit(*cluster, call.json);
  return Answer{};
}

/// The part of the specification that `mask` names, replaced by what `given` says.
Result<Answer> update(Clusters& clusters, Call& call) {
  Cluster* cluster = TRY(named(clusters, call));
  TRY_VOID(may_change(*cluster));
  Json spec = cluster->spec;
  const Json& given = at_or_null(call.json, "cluster");
  std::string mask = text_at(call.json, "update_mask");
  while (!mask.empty()) {
    const auto comma = std::min(mask.find(','), mask.size());
    const std::string field = mask.substr(0, mask.substr(0, comma).find('.'));
    mask.erase(0, comma + 1);
    spec.erase(field);
    if (!at_or_null(given, field).is_null()) spec[field] = given[field];
  }
  TRY_VOID(check_cluster_spec(spec, clusters.names()));
  clusters.edit(*cluster, spec);
  return Answer{};
}

Result<Answer> resize(Clusters& clusters, Call& call) {
  Cluster* cluster = TRY(named(clusters, call));
  if (cluster->state != "RUNNING") return wrong_state("Cluster is not running");
  Json size = Json::object();
  for (const char* key : {"num_workers", "autoscale"})
    if (call.json.contains(key)) size[key] = call.json[key];
  if (size.size() != 1) return invalid("Exactly one of num_workers and autoscale must be given");
  Json spec = cluster->spec;
  spec.erase("num_workers");
  spec.erase("autoscale");
  spec.update(size);
  TRY_VOID(check_cluster_spec(spec, clusters.names()));
  clusters.resize(*cluster, size);
  return Answer{};
}

Result<Answer> get(Clusters& clusters, Call& call) {
  const Cluster* cluster = TRY(named(clusters, call.query_text("cluster_id")));
  return answer(view(*cluster, true));
}

bool wanted(const Cluster& cluster, const Call& call) {
  const auto among = [&](const char* key, const std::string& value) {
    const auto values = call.query_all(key);
    return values.empty() || std::ranges::find(values, value) != values.end();
  };
  if (!among("filter_by.cluster_sources", cluster.source)) return false;
  if (!among("filter_by.cluster_states", cluster.state)) return false;
  if (!among("filter_by.policy_id", text_at(cluster.effective, "policy_id"))) return false;
  if (call.query.contains("filter_by.is_pinned"))
    return call.query_flag("filter_by.is_pinned") == cluster.pinned;
  return true;
}

/// By name unless another field is named, ascending unless told otherwise.
void sort(std::vector<const Cluster*>& found, const Call& call) {
  const bool name = call.query_text("sort_by.field") == "CLUSTER_NAME";
  const auto key = [name](const Cluster* cluster) {
    return name ? text_at(cluster->effective, "cluster_name") : cluster->id;
  };
  std::ranges::stable_sort(found, {}, key);
  if (call.query_text("sort_by.direction") == "DESC") std::ranges::reverse(found);
}

Result<Answer> list(Clusters& clusters, Call& call) {
  std::vector<const Cluster*> found;
  for (const Cluster* cluster : clusters.all())
    if (wanted(*cluster, call)) found.push_back(cluster);
  const bool sorted = !call.query_text("sort_by.field").empty();
  std::ranges::reverse(found);  // newest first
  if (sorted) sort(found, call);
  std::int64_t size = call.query_int("page_size", kMaxPage);
  size = size <= 0 ? kMaxPage : std::min(size, kMaxPage);
  // The token is the id of the last one shown: an insert or removal meanwhile shifts nothing.
  const std::string after = call.query_text("page_token");
  auto first = found.begin();
  if (sorted && !after.empty()) {
    first = std::ranges::find(found, after, &Cluster::id);
    if (first == found.end()) return invalid("page_token: its cluster is gone");
    ++first;
  }
  while (!sorted && !after.empty() && first != found.end() && (*first)->id >= after) ++first;
  Json shown = Json::array();
  for (; first != found.end() && std::ssize(shown) < size; ++first)
    shown.push_back(view(**first, false));
  if (shown.empty()) return Answer{};
  Json result = Json::object();
  if (first != found.end()) result["next_page_token"] = shown.back()["cluster_id"];
  result["clusters"] = std::move(shown);
  return answer(result);
}

Result<Answer> permanent_delete(Clusters& clusters, Call& call) {
  Cluster* cluster = TRY(named(clusters, call));
  if (cluster->pinned)
    return invalid("Cluster " + cluster->id + " is pinned: unpin the cluster first");
  clusters.remove(*cluster);
  return Answer{};
}

Result<Answer> events(Clusters& clusters, Call& call) {
  const Cluster* cluster = TRY(named(clusters, call));
  Json events = cluster->events;
  const std::size_t count = events.size();
  if (text_at(call.json, "order", "DESC") == "DESC") std::reverse(events.begin(), events.end());
  const std::int64_t limit = int_at(call.json, "page_size", int_at(call.json, "limit", 50));
  while (limit > 0 && std::ssize(events) > limit) events.erase(events.size() - 1);
  return answer({{"events", std::move(events)}, {"total_count", count}});
}

/// What was asked for and what this machine gave, for people and `workspace status`.
Result<Answer> local_view(Clusters& clusters, Call&) {
  Json shown = Json::array();
  for (const Cluster* cluster : clusters.all())
    shown.push_back(
        {{"cluster_id", cluster->id},
         {"cluster_name", text_at(cluster->effective, "cluster_name")},
         {"state", cluster->state},
         {"state_message", cluster->state_message},
         {"requested", cluster->spec},
         {"given", {{"cores", cluster->given.cores}, {"heap_mb", cluster->given.heap_mb}}}});
  return answer({{"clusters", std::move(shown)}});
}

}  // namespace

void add_cluster_routes(Router& router, Clusters& clusters) {
  const auto add = [&](std::string_view method, std::string_view path, auto handler) {
    router.add(method, {"2.0", "2.1"}, path,
               [&clusters, handler](Call& call) { return handler(clusters, call); });
  };
  const auto act = [&](std::string_view path, auto action) {
    add("POST", path, [action](Clusters& all, Call& call) -> Result<Answer> {
      Cluster* cluster = TRY(named(all, call));
      action(all, *cluster);
      return Answer{};
    });
  };
  add("POST", "clusters/create", create);
  add("POST", "clusters/edit", edit);
  add("POST", "clusters/update", update);
  add("POST", "clusters/resize", resize);
  add("GET", "clusters/get", get);
  add("GET", "clusters/list", list);
  add("POST", "clusters/permanent-delete", permanent_delete);
  add("POST", "clusters/events", events);
  act("clusters/start", [](Clusters& all, Cluster& cluster) { all.start(cluster); });
  act("clusters/restart", [](Clusters& all, Cluster& cluster) { all.restart(cluster); });
  act("clusters/delete", [](Clusters& all, Cluster& cluster) {
    all.terminate(cluster, "USER_REQUEST", "Terminated by a user");
  });
  act("clusters/pin", [](Clusters& all, Cluster& cluster) { all.set_pinned(cluster, true); });
  act("clusters/unpin", [](Clusters& all, Cluster& cluster) { all.set_pinned(cluster, false); });
  add("GET", "clusters/list-node-types",
      [](Clusters&, Call&) -> Result<Answer> { return answer(node_types()); });
  add("GET", "clusters/spark-versions",
      [](Clusters&, Call&) -> Result<Answer> { return answer(spark_versions()); });
  router.add("GET", "/api/local/clusters",
             [&clusters](Call& call) { return local_view(clusters, call); });
}

}  // namespace dbplan::local
