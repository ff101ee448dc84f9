#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "providers/local/server/clusters.hpp"
#include "providers/local/server/faults.hpp"
#include "providers/local/server/jobs.hpp"
#include "providers/local/server/permissions.hpp"
#include "providers/local/server/request_log.hpp"
#include "providers/local/server/router.hpp"
#include "providers/local/server/runs.hpp"
#include "providers/local/server/schedules.hpp"
#include "providers/local/server/users.hpp"
#include "providers/local/server/workspace_tree.hpp"

namespace dbplan::local {

/// What a workspace is made of.
struct WorkspaceParts {
  std::unique_ptr<Store> store;
  std::unique_ptr<NotebookHost> host;
  ServerLog& log;                          // outlives the workspace
  std::filesystem::path request_log = {};  // empty: none
  std::string owner;
  std::string token = {};  // the owner's; empty: the one of last time, or a new one
  std::string url;
  WallClock now = epoch_ms;
  RandomHex random = random_hex;
  /// Time stands still between requests: what is due is looked up with each of them.
  bool by_request = false;
  /// A copy of another workspace as it was, to be read only.
  bool past = false;
};

/// The workspace without its HTTP: answers calls, runs jobs, fires schedules. One mutex guards all
/// of it: calls are short, and what takes time happens in the notebook host. Thread-safe.
class Workspace {
 public:
  explicit Workspace(WorkspaceParts parts);
  ~Workspace();  // as stop()

  /// Never throws. A call that waits returns when it has something to say or stop() is called.
  Answer handle(Call& call);
  /// Begins to move runs and schedules in a thread of its own. Without it, a call that changes
  /// something moves them.
  void start();
  /// Does once what that thread does all the time: what is due now.
  void look();
  /// Ends every run and process.
  void stop();
  std::string token_of_owner();
  /// Faults and latency from now on: see Faults::set().
  Result<> set_faults(const Json& wanted);

 private:
  void add_routes();
  void add_public_routes();
  void add_fault_routes();
  Answer answer_now(Call& call, std::string& fault);
  Answer answer_as_before(Call& call);
  void keep_past(const Call& call);
  Answer dispatch(Call& call, std::unique_lock<std::mutex>& lock);
  Result<Answer> route(Call& call);
  void move_on();
  void keep_moving();
  void look_locked();
  Millis next_check() const;
  Json summary();

  WorkspaceParts parts_;
  RequestLog requests_;
  std::mutex mutex_;
  std::atomic<Millis> latency_ = 0;
  std::condition_variable run_ended_;
  Users users_;
  WorkspaceTree tree_;
  Clusters clusters_;
  Jobs jobs_;
  Permissions permissions_;
  Runs runs_;
  Schedules schedules_;
  Router router_;
  Faults faults_;
  std::unique_ptr<Store> before_;  // the store before the last write, while faults want it
  bool stopping_ = false;          // guarded by mutex_

  // Apart from the mutex above, so that the host may wake from anywhere.
  std::mutex wake_mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
  std::thread thread_;
};

}  // namespace dbplan::local
