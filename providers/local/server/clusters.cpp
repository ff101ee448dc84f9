#include "providers/local/server/clusters.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/digest.hpp"
#include "providers/local/server/cluster_spec.hpp"

namespace dbplan::local {
namespace {

constexpr std::string_view kKind = "clusters";
constexpr std::size_t kMaxEvents = 100;
constexpr std::size_t kKeptJobClusters = 30;
constexpr Millis kMinute = 60'000;

Json reason(std::string_view code, std::string_view type, std::string_view text) {
  Json result = {{"code", code}, {"type", type}};
  if (!text.empty()) result["parameters"] = {{"databricks_error_message", text}};
  return result;
}

Json record_of(const Cluster& cluster) {
  return {{"spec", cluster.spec},
          {"effective", cluster.effective},
          {"creator", cluster.creator},
          {"source", cluster.source},
          {"state", cluster.state},
          {"state_message", cluster.state_message},
          {"termination_reason", cluster.termination_reason},
          {"idempotency_token", cluster.idempotency_token},
          {"pinned", cluster.pinned},
          {"start_time", cluster.start_time},
          {"terminated_time", cluster.terminated_time},
          {"last_restarted_time", cluster.last_restarted_time},
          {"events", cluster.events}};
}

Cluster cluster_of(const std::string& id, const Json& record) {
  return {.id = id,
          .spec = at_or_null(record, "spec"),
          .effective = at_or_null(record, "effective"),
          .creator = text_at(record, "creator"),
          .source = text_at(record, "source"),
          .state = text_at(record, "state"),
          .state_message = text_at(record, "state_message"),
          .termination_reason = at_or_null(record, "termination_reason"),
          .idempotency_token = text_at(record, "idempotency_token"),
          .pinned = at_or_null(record, "pinned") == true,
          .start_time = int_at(record, "start_time"),
          .terminated_time = int_at(record, "terminated_time"),
          .last_restarted_time = int_at(record, "last_restarted_time"),
          .events = at_or_null(record, "events")};
}

}  // namespace

Clusters::Clusters(Store& store, NotebookHost& host, WallClock now, bool past)
    : store_(store), host_(host), names_(store), now_(std::move(now)) {
  load(past);
}

void Clusters::load(bool past) {
  count_ = std::atoll(store_.get("settings", "cluster_count").value_or("0").c_str());
  for (const auto& [id, body] : store_.all(kKind)) {
    Cluster cluster = cluster_of(id, parse_json(body).value_or(Json()));
    if (past) {
      cluster.given = shape_of(id, cluster.effective);
    } else if (cluster.active()) {
      // Its processes ended with the server that had started them.
      cluster.state = "TERMINATED";
      cluster.state_message = "The local workspace was stopped";
      cluster.termination_reason =
          reason("COMMUNICATION_LOST", "CLOUD_FAILURE", cluster.state_message);
      cluster.terminated_time = now_();
      save(cluster);
    }
    clusters_.emplace(id, std::move(cluster));
  }
}

Cluster* Clusters::find(const std::string& id) {
  const auto found = clusters_.find(id);
  return found == clusters_.end() || found->second.doomed ? nullptr : &found->second;
}

Cluster* Clusters::find_by_token(const std::string& token) {
  if (token.empty()) return nullptr;
  for (auto& [id, cluster] : clusters_)
    if (cluster.idempotency_token == token && !cluster.doomed) return &cluster;
  return nullptr;
}

std::vector<const Cluster*> Clusters::all() const {
  std::vector<const Cluster*> result;
  for (const auto& [id, cluster] : clusters_)
    if (!cluster.doomed) result.push_back(&cluster);
  return result;
}

std::string Clusters::new_id() {
  store_.put("settings", "cluster_count", std::to_string(++count_));
  // The service's form: a counter where it has a time, and eight letters that look random.
  const std::string digest = sha256_hex("cluster " + std::to_string(count_));
  return fmt::format("0101-{:06}-{}", count_, digest.substr(0, 8));
}

Cluster& Clusters::create(const Json& spec, const std::string& creator, const std::string& source) {
  const std::string id = new_id();
  Cluster cluster{.id = id, .spec = spec, .creator = creator, .source = source};
  cluster.idempotency_token = text_at(spec, "idempotency_token");
  for (const char* key : {"idempotency_token", "libraries", "clone_from", "cluster_id"})
    cluster.spec.erase(key);
  cluster.effective = effective_cluster(cluster.spec, creator, names_);
  Cluster& added = clusters_.emplace(id, std::move(cluster)).first->second;
  note(added, "CREATING");
  begin(added);
  if (source == "JOB") drop_old_job_clusters();
  return added;
}

void Clusters::edit(Cluster& cluster, const Json& spec) {
  cluster.spec = spec;
  for (const char* key : {"idempotency_token", "libraries", "cluster_id"}) cluster.spec.erase(key);
  cluster.effective = effective_cluster(cluster.spec, cluster.creator, names_);
  note(cluster, "EDITED");
  if (cluster.state == "RUNNING")
    restart(cluster);
  else
    save(cluster);
}

void Clusters::resize(Cluster& cluster, const Json& size) {
  for (Json* spec : {&cluster.spec, &cluster.effective}) {
    spec->erase("num_workers");
    spec->erase("autoscale");
    spec->update(size);
  }
  note(cluster, "RESIZING");
  cluster.last_activity = now_();
  // Spark in one process has no workers to add: what was given stays until a restart, and the
  // message says so.
  cluster.state_message =
      shape_note(cluster.effective, cluster.given) + " (the size here changes with a restart)";
  note(cluster, "UPSIZE_COMPLETED");
  save(cluster);
}

void Clusters::start(Cluster& cluster) {
  if (cluster.active()) return;
  note(cluster, "STARTING");
  begin(cluster);
}

void Clusters::begin(Cluster& cluster) {
  cluster.state = "PENDING";
  cluster.termination_reason = nullptr;
  cluster.terminated_time = 0;
  cluster.start_time = now_();
  cluster.given = shape_of(cluster.id, cluster.effective);
  cluster.state_message = "Starting: " + shape_note(cluster.effective, cluster.given);
  cluster.processes = true;
  save(cluster);
  host_.start_cluster(cluster.given);
}

void Clusters::restart(Cluster& cluster) {
  if (cluster.state != "RUNNING") return;
  note(cluster, "RESTARTING");
  cluster.state = "RESTARTING";
  cluster.state_message = "Restarting";
  cluster.last_restarted_time = now_();
  save(cluster);
  host_.stop_cluster(cluster.id);
}

void Clusters::terminate(Cluster& cluster, std::string_view code, std::string_view message) {
  if (!cluster.active() || cluster.state == "TERMINATING") return;
  note(cluster, "TERMINATING");
  cluster.state = "TERMINATING";
  cluster.state_message = message;
  cluster.termination_reason = reason(code, "SUCCESS", {});
  save(cluster);
  host_.stop_cluster(cluster.id);
}

void Clusters::remove(Cluster& cluster) {
  const std::string id = cluster.id;
  terminate(cluster, "USER_REQUEST", "Deleted");
  store_.remove(kKind, id);
  cluster.doomed = true;
  if (!cluster.processes) clusters_.erase(id);
}

void Clusters::set_pinned(Cluster& cluster, bool pinned) {
  cluster.pinned = pinned;
  note(cluster, pinned ? "PINNED" : "UNPINNED");
  save(cluster);
}

void Clusters::touch(const std::string& id) {
  if (Cluster* cluster = find(id)) cluster->last_activity = now_();
}

void Clusters::take(const HostEvent& event) {
  const auto found = clusters_.find(event.id);
  if (found == clusters_.end()) return;
  if (event.kind == HostEvent::Kind::ClusterReady) ready(found->second);
  if (event.kind == HostEvent::Kind::ClusterEnded) ended(found->second, event.text);
}

void Clusters::ready(Cluster& cluster) {
  // A cluster that was told to stop meanwhile goes on stopping.
  if (cluster.state != "PENDING" && cluster.state != "RESTARTING") return;
  cluster.state = "RUNNING";
  cluster.state_message = shape_note(cluster.effective, cluster.given);
  cluster.last_activity = now_();
  note(cluster, "RUNNING");
  save(cluster);
}

void Clusters::ended(Cluster& cluster, const std::string& why) {
  cluster.processes = false;
  if (cluster.doomed) {
    clusters_.erase(std::string(cluster.id));
    return;
  }
  if (cluster.state == "RESTARTING" && why.empty()) {
    begin(cluster);
    cluster.state = "RESTARTING";
    save(cluster);
    return;
  }
  if (cluster.state != "TERMINATING") {
    const bool starting = cluster.state == "PENDING" || cluster.state == "RESTARTING";
    cluster.state_message = why.empty() ? "The processes of the cluster ended" : why;
    cluster.termination_reason =
        reason(starting ? "SPARK_STARTUP_FAILURE" : "DRIVER_UNEXPECTED_FAILURE", "SERVICE_FAULT",
               cluster.state_message);
  }
  cluster.state = "TERMINATED";
  cluster.terminated_time = now_();
  save(cluster);
}

void Clusters::end_idle(const std::function<bool(const std::string&)>& busy) {
  for (auto& [id, cluster] : clusters_) {
    const Millis minutes = int_at(cluster.effective, "autotermination_minutes");
    if (cluster.state != "RUNNING" || minutes == 0 || cluster.source == "JOB") continue;
    if (busy(id)) cluster.last_activity = now_();
    if (now_() - cluster.last_activity < minutes * kMinute) continue;
    terminate(cluster, "INACTIVITY", fmt::format("Inactive for {} minutes", minutes));
  }
}

std::int64_t Clusters::nodes_from_pool(const std::string& pool) const {
  std::int64_t count = 0;
  for (const auto& [id, cluster] : clusters_) {
    if (cluster.state != "RUNNING") continue;
    if (text_at(cluster.effective, "driver_instance_pool_id") == pool) ++count;
    if (text_at(cluster.effective, "instance_pool_id") == pool)
      count += nodes_of(cluster.effective) - 1;
  }
  return count;
}

Millis Clusters::next_check() const {
  Millis next = 0;
  for (const auto& [id, cluster] : clusters_) {
    const Millis minutes = int_at(cluster.effective, "autotermination_minutes");
    if (cluster.state != "RUNNING" || minutes == 0 || cluster.source == "JOB") continue;
    const Millis due = cluster.last_activity + minutes * kMinute;
    next = next == 0 ? due : std::min(next, due);
  }
  return next;
}

void Clusters::drop_old_job_clusters() {
  std::vector<std::string> ended;
  for (const auto& [id, cluster] : clusters_)
    if (cluster.source == "JOB" && !cluster.active()) ended.push_back(id);
  // Ids count up, so the first are the oldest.
  for (std::size_t i = 0; i + kKeptJobClusters < ended.size(); ++i) {
    store_.remove(kKind, ended[i]);
    clusters_.erase(ended[i]);
  }
}

void Clusters::note(Cluster& cluster, std::string_view type) {
  Json event = {{"cluster_id", cluster.id}, {"timestamp", now_()}, {"type", type}};
  event["details"] = Json::object();
  if (cluster.events.size() >= kMaxEvents) cluster.events.erase(0);
  cluster.events.push_back(std::move(event));
}

void Clusters::save(const Cluster& cluster) {
  if (!cluster.doomed) store_.put(kKind, cluster.id, canonical(record_of(cluster)));
}

}  // namespace dbplan::local
