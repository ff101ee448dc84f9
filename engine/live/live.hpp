#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/model/address.hpp"

namespace dbplan {

/// One thing of ours as it is on the server now.
struct LiveResource {
  std::string id;
  Json body;   // null for carried kinds
  Json facts;  // creator, times, object_id, modified_at: for people and for the ledger
  /// Notebooks: SHA-256 of the text; what the ledger says when the server shows that nothing
  /// has been modified since our import.
  std::string content_hash = {};
  /// Notebooks: the text, where it had to be downloaded.
  std::optional<std::string> content = {};
  std::optional<Address> carrier = {};  // schedules: the job
  std::optional<Address> owner = {};    // permissions: whose they are
};

/// What makes a change dangerous now: runs that it would meet.
struct Evidence {
  int active_runs = 0;
  bool more_active = false;               // there were more than one page shows
  std::int64_t since = 0;                 // epoch milliseconds: when the oldest active run started
  std::vector<std::string> run_ids = {};  // of the active runs that were counted
  int past_runs = 0;                      // only asked for what is deleted or replaced
  bool more_past = false;
  bool unknown = false;  // the server did not tell
};

/// Asks about the runs of one job, or on one cluster.
struct EvidenceQuestion {
  Address address;       // jobs.* or clusters.*
  std::string id;        // the server's
  bool history = false;  // also how many runs it has had
};

/// What the server has now of this deployment.
struct Live {
  /// Also holds addresses that the spec no longer has. Absent: gone, or never there.
  std::map<Address, LiveResource> found;
  /// Further objects that carry the stamp of an address in `found` (a clone, a late effect).
  std::map<Address, std::vector<LiveResource>> doubles;
  /// Notebooks whose path moved: the old path, still there.
  std::map<Address, std::string> left_behind;
  /// Have the name or path that the spec wants, lie outside the root path and are not known to be
  /// ours.
  std::set<Address> foreign;
  /// Found because the spec adopts them, not by id or stamp.
  std::set<Address> adopted = {};
  /// Why an adoption is not possible, as a phrase.
  std::map<Address, std::string> not_adoptable = {};
  /// Of jobs and clusters that a plan changes; see evidence.hpp.
  std::map<Address, Evidence> evidence = {};
  /// When the server was looked at; the epoch: unknown.
  std::chrono::sys_seconds observed_at = {};
  /// By kind: how many pages its list had when it was read to the end.
  std::map<std::string, int> pages = {};

  const LiveResource* find(const Address& address) const {
    const auto resource = found.find(address);
    return resource == found.end() ? nullptr : &resource->second;
  }
};

}  // namespace dbplan
