#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"
#include "providers/local/server/compute_names.hpp"
#include "providers/local/server/notebook_host.hpp"
#include "providers/local/server/store.hpp"

namespace dbplan::local {

/// One cluster, as long as it is known.
struct Cluster {
  std::string id;
  Json spec;       // as the user gave it
  Json effective;  // with what the service fills in
  std::string creator;
  std::string source = "API";  // API or JOB
  std::string state = "PENDING";
  std::string state_message = {};
  Json termination_reason = nullptr;
  std::string idempotency_token = {};
  bool pinned = false;
  bool doomed = false;     // permanently deleted, but not yet gone
  bool processes = false;  // the host has it
  Millis start_time = 0;
  /// Another one after every start; derived from its time.
  std::int64_t spark_context_id() const { return (std::int64_t{1} << 60) + start_time; }
  Millis terminated_time = 0;
  Millis last_restarted_time = 0;
  Millis last_activity = 0;
  ClusterShape given = {};  // what the running cluster was given
  Json events = Json::array();

  bool active() const { return state != "TERMINATED" && state != "ERROR"; }
};

/// The clusters and their states. Transitions are asked for here and completed by events of the
/// host. Not thread-safe.
class Clusters {
 public:
  /// `past`: only looked at, with the states that the store has.
  Clusters(Store& store, NotebookHost& host, WallClock now, bool past = false);

  /// Null if there is none (a permanently deleted one is none).
  Cluster* find(const std::string& id);
  /// Null, or the cluster that was made with this token.
  Cluster* find_by_token(const std::string& token);
  /// By id, oldest first.
  std::vector<const Cluster*> all() const;

  /// Made and started. `name` and `source` JOB are those of clusters that belong to a run.
  Cluster& create(const Json& spec, const std::string& creator, const std::string& source);
  /// REQUIRES: RUNNING or TERMINATED.
  void edit(Cluster& cluster, const Json& spec);
  /// REQUIRES: RUNNING; `size` holds num_workers or autoscale.
  void resize(Cluster& cluster, const Json& size);
  void start(Cluster& cluster);
  void restart(Cluster& cluster);
  void terminate(Cluster& cluster, std::string_view code, std::string_view message);
  void remove(Cluster& cluster);
  void set_pinned(Cluster& cluster, bool pinned);
  void touch(const std::string& id);  // something runs on it now

  /// Takes a cluster event of the host.
  void take(const HostEvent& event);
  /// Ends clusters that were idle for longer than they may be.
  void end_idle(const std::function<bool(const std::string&)>& busy);
  const ComputeNames& names() const { return names_; }
  /// Nodes of the running clusters that take them from this pool.
  std::int64_t nodes_from_pool(const std::string& pool) const;
  /// When end_idle() has something to do next, or 0.
  Millis next_check() const;

 private:
  void begin(Cluster& cluster);
  void ready(Cluster& cluster);
  void ended(Cluster& cluster, const std::string& why);
  void note(Cluster& cluster, std::string_view type);
  void save(const Cluster& cluster);
  void load(bool past);
  void drop_old_job_clusters();
  std::string new_id();

  Store& store_;
  NotebookHost& host_;
  const ComputeNames names_;
  WallClock now_;
  std::map<std::string, Cluster> clusters_;
  std::int64_t count_ = 0;
};

}  // namespace dbplan::local
