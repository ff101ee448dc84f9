#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"
#include "providers/local/server/compute_names.hpp"
#include "providers/local/server/store.hpp"
#include "providers/local/server/times.hpp"

namespace dbplan::local {

/// One job as it is kept.
struct Job {
  std::int64_t id = 0;
  std::string creator;
  Millis created_time = 0;
  Millis changed_time = 0;  // of the settings: periodic triggers count from here
  Json settings;            // effective

  /// Who its runs run as.
  std::string run_as() const;

  // Answers of the list, made when first asked for: a list of 100 expanded jobs is the most
  // frequent large answer there is.
  mutable std::string expanded = {};
  mutable std::string brief = {};
};

/// The jobs. Not thread-safe.
class Jobs {
 public:
  Jobs(Store& store, WallClock now);

  Job* find(std::int64_t id);
  std::size_t count() const { return jobs_.size(); }
  /// Newest first, those made before job `before` (0: all), until `take` returns false.
  void newest(std::int64_t before, const std::function<bool(const Job&)>& take) const;
  /// `settings` are effective already.
  Job& create(Json settings, const std::string& creator);
  void change(Job& job, Json settings);
  void remove(std::int64_t id);
  const ComputeNames& names() const { return names_; }
  /// Called after a job was created, changed or (with null) removed.
  void on_change(std::function<void(std::int64_t, const Job*)> listener);

 private:
  void save(const Job& job);

  Store& store_;
  const ComputeNames names_;
  WallClock now_;
  std::map<std::int64_t, Job> jobs_;
  std::int64_t last_id_;
  std::vector<std::function<void(std::int64_t, const Job*)>> listeners_;
};

}  // namespace dbplan::local
