#include "providers/local/server/workspace.hpp"

#include <algorithm>

#include "providers/local/server/cluster_policies.hpp"
#include "providers/local/server/clusters_api.hpp"
#include "providers/local/server/instance_pools.hpp"
#include "providers/local/server/jobs_api.hpp"
#include "providers/local/server/protected_types.hpp"
#include "providers/local/server/refusal.hpp"
#include "providers/local/server/runs_api.hpp"
#include "providers/local/server/secrets.hpp"
#include "providers/local/server/warehouses.hpp"
#include "providers/local/server/workspace_files.hpp"

namespace dbplan::local {
namespace {

// The wall clock may be set: what is due is looked up at least this often.
constexpr Millis kLongestSleep = 1000;

/// Raw uploads may well look like JSON.
bool carries_json(const Call& call) {
  return !call.multipart && !call.body.empty() &&
         call.path.find("/workspace-files/") == std::string::npos;
}

Result<> parse_body(Call& call) {
  if (!carries_json(call)) return {};
  auto body = parse_json(call.body);
  if (!body)
    return refuse(400, "MALFORMED_REQUEST", "Could not parse the request: " + body.error().message);
  if (body->is_null()) return {};
  if (!body->is_object())
    return refuse(400, "MALFORMED_REQUEST", "The request body must be a JSON object");
  call.json = std::move(*body);
  return {};
}

Answer refused(const Error& error) {
  return {.status = error.status == 0 ? 500 : error.status, .body = error_body(error)};
}

}  // namespace

Workspace::Workspace(WorkspaceParts parts)
    : parts_(std::move(parts)),
      requests_(parts_.request_log),
      users_(*parts_.store, parts_.owner, parts_.token, parts_.random),
      tree_(*parts_.store, parts_.now),
      clusters_(*parts_.store, *parts_.host, parts_.now, parts_.past),
      jobs_(*parts_.store, parts_.now),
      permissions_(*parts_.store),
      runs_({*parts_.store, jobs_, clusters_, tree_, *parts_.host, users_, parts_.log, parts_.now,
             parts_.url},
            parts_.past),
      schedules_(jobs_, runs_, parts_.log, parts_.now) {
  tree_.add_home(users_.owner());
  add_routes();
  add_fault_routes();
  add_public_routes();
  parts_.store->commit();
  parts_.host->listen([this] {
    const std::lock_guard lock(wake_mutex_);
    woken_ = true;
    wake_.notify_one();
  });
}

Workspace::~Workspace() { stop(); }

void Workspace::add_routes() {
  users_.add_routes(router_);
  add_workspace_routes(router_, tree_);
  add_cluster_routes(router_, clusters_);
  add_job_routes(router_, jobs_, permissions_);
  add_run_routes(router_, runs_, jobs_);
  add_notebook_run_routes(router_, runs_, parts_.now);
  add_secret_routes(router_, *parts_.store, parts_.now);
  add_instance_pool_routes(router_, *parts_.store, users_, [this](const std::string& pool) {
    return clusters_.nodes_from_pool(pool);
  });
  add_cluster_policy_routes(router_, *parts_.store, parts_.now);
  add_warehouse_routes(router_, *parts_.store, parts_.now, parts_.url);
  add_protected_types(permissions_, {jobs_, clusters_, tree_, *parts_.store});
  permissions_.add_routes(router_);
  router_.add("GET", "/api/local/summary",
              [this](Call&) -> Result<Answer> { return answer(summary()); });
}

/// What clients ask before they have a token.
void Workspace::add_public_routes() {
  router_.add("GET", "/.well-known/databricks-config", [this](Call&) -> Result<Answer> {
    return answer({{"oidc_endpoint", parts_.url + "/oidc"},
                   {"workspace_id", users_.workspace_id()},
                   {"cloud", "AWS"},
                   {"host_type", "workspace"}});
  });
  router_.add("GET", "/", [](Call&) -> Result<Answer> {
    return Answer{.body = "dbplan local workspace\n", .content_type = "text/plain"};
  });
}

Answer Workspace::handle(Call& call) {
  if (const Millis pause = latency_; pause > 0 && !call.path.starts_with("/api/local/"))
    std::this_thread::sleep_for(std::chrono::milliseconds(pause));
  std::string fault;
  const Answer reply = answer_now(call, fault);
  requests_.add(call, reply.status, fault);
  return reply;
}

Answer Workspace::answer_now(Call& call, std::string& fault) {
  std::unique_lock lock(mutex_);
  if (parts_.by_request) look_locked();
  const FaultRule* rule = faults_.strike(call);
  if (rule == nullptr) {
    keep_past(call);
    return dispatch(call, lock);
  }
  fault = rule->fault;
  if (fault == "stale") return answer_as_before(call);
  const FaultRule met = *rule;  // a call that waits may see other rules
  if (!met.effect) return struck(met, {});
  keep_past(call);
  return struck(met, dispatch(call, lock));
}

Answer Workspace::dispatch(Call& call, std::unique_lock<std::mutex>& lock) {
  const bool reads = call.method == "GET" || call.method == "HEAD";
  while (true) {
    if (stopping_)
      return refused(
          {.message = "the workspace stops", .detail = "TEMPORARILY_UNAVAILABLE", .status = 503});
    const Result<Answer> result = route(call);
    if (!reads) move_on();
    parts_.store->commit();
    if (const std::string failure = parts_.store->take_failure(); !failure.empty()) {
      parts_.log.line("the database cannot be written: " + failure);
      if (!reads)
        return refused({.message = "the workspace database cannot be written: " + failure,
                        .detail = "INTERNAL_ERROR",
                        .status = 500});
    }
    if (!result) return refused(result.error());
    if (!result->again) return *result;
    const Millis left = call.deadline - parts_.now();
    // The time of the workspace may stand still; who waits does not.
    if (run_ended_.wait_for(lock, std::chrono::milliseconds(std::max<Millis>(left, 1))) ==
        std::cv_status::timeout)
      call.deadline = parts_.now();
  }
}

Result<Answer> Workspace::route(Call& call) {
  const Route* found = router_.find(call);
  const bool is_public = call.path == "/" || call.path == "/.well-known/databricks-config";
  if (!is_public) {
    call.user = users_.who(call.authorization);
    if (call.user.empty())
      return refuse(401, "UNAUTHENTICATED",
                    "Credential was not sent or was of an unsupported type for this API.");
  }
  if (found == nullptr)
    return refuse(404, "ENDPOINT_NOT_FOUND",
                  "No API found for '" + call.method + " " + call.path + "'");
  if (call.json.empty()) TRY_VOID(parse_body(call));
  try {
    return (*found)(call);
  } catch (const Json::exception& error) {
    // A body of the right form with a value of the wrong one: only the parser's library throws.
    return refuse(400, "MALFORMED_REQUEST",
                  std::string("Could not parse the request: ") + error.what());
  }
}

void Workspace::move_on() {
  if (runs_.pump()) run_ended_.notify_all();
  const std::lock_guard lock(wake_mutex_);
  woken_ = true;  // what was asked for may be due earlier than what the thread waits for
  wake_.notify_one();
}

void Workspace::start() {
  if (parts_.by_request) return;
  thread_ = std::thread([this] { keep_moving(); });
}

void Workspace::look() {
  const std::lock_guard lock(mutex_);
  look_locked();
}

void Workspace::look_locked() {
  schedules_.fire_due();
  clusters_.end_idle([this](const std::string& id) { return runs_.busy(id); });
  if (runs_.pump()) run_ended_.notify_all();
  parts_.store->commit();
  if (const std::string failure = parts_.store->take_failure(); !failure.empty())
    parts_.log.line("the database cannot be written: " + failure);
}

void Workspace::keep_moving() {
  while (true) {
    Millis pause = kLongestSleep;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      look_locked();
      if (const Millis next = next_check(); next != 0)
        pause = std::clamp<Millis>(next - parts_.now(), 1, kLongestSleep);
    }
    std::unique_lock lock(wake_mutex_);
    wake_.wait_for(lock, std::chrono::milliseconds(pause), [this] { return woken_; });
    woken_ = false;
  }
}

Millis Workspace::next_check() const {
  Millis next = 0;
  for (const Millis when : {schedules_.next(), clusters_.next_check(), runs_.next_check()})
    if (when != 0) next = next == 0 ? when : std::min(next, when);
  return next;
}

void Workspace::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    run_ended_.notify_all();
  }
  {
    const std::lock_guard lock(wake_mutex_);
    woken_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  parts_.host->shut_down();
  const std::lock_guard lock(mutex_);
  // What the host has to say about ends of processes: they are kept, not acted upon.
  runs_.pump();
  parts_.store->commit();
}

std::string Workspace::token_of_owner() {
  const std::lock_guard lock(mutex_);
  return users_.token_of(users_.owner());
}

/// For `workspace status`: what is going on and what comes next.
Json Workspace::summary() {
  Json active = Json::array();
  for (const std::int64_t id : runs_.ids()) {
    if (!runs_.active(id)) continue;
    const Json view = runs_.view(id);
    active.push_back({{"run_id", id},
                      {"run_name", at_or_null(view, "run_name")},
                      {"state", at_or_null(at_or_null(view, "state"), "life_cycle_state")},
                      {"start_time", at_or_null(view, "start_time")}});
  }
  Json due = Json::array();
  for (const auto& [id, when] : schedules_.due())
    if (const Job* job = jobs_.find(id))
      due.push_back({{"job_id", id}, {"name", text_at(job->settings, "name")}, {"at", when}});
  return {{"workspace_id", users_.workspace_id()},
          {"now", parts_.now()},
          {"user", users_.owner()},
          {"jobs", jobs_.count()},
          {"active_runs", std::move(active)},
          {"schedules", std::move(due)},
          {"trouble", parts_.host->trouble()}};
}

}  // namespace dbplan::local
