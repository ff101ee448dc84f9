// What a workspace does when it is asked to go wrong.

#include "providers/local/server/instant_host.hpp"
#include "providers/local/server/refusal.hpp"
#include "providers/local/server/workspace.hpp"

namespace dbplan::local {

void Workspace::add_fault_routes() {
  router_.add("GET", "/api/local/faults",
              [this](Call&) -> Result<Answer> { return answer(faults_.view()); });
  router_.add("PUT", "/api/local/faults", [this](Call& call) -> Result<Answer> {
    TRY_VOID(faults_.set(call.json));
    latency_ = faults_.latency();
    before_.reset();
    return answer(faults_.view());
  });
}

Result<> Workspace::set_faults(const Json& wanted) {
  const std::lock_guard lock(mutex_);
  TRY_VOID(faults_.set(wanted));
  latency_ = faults_.latency();
  before_.reset();
  return {};
}

/// Before a write: remembers all, if a read may be answered as if it had not been.
void Workspace::keep_past(const Call& call) {
  if (call.method == "GET" || call.method == "HEAD" || !faults_.want_past()) return;
  if (auto copy = parts_.store->copy())
    before_ = std::move(*copy);
  else
    parts_.log.line(copy.error().message);
}

/// A workspace on what the store held before the last write answers in place of this one.
Answer Workspace::answer_as_before(Call& call) {
  auto store = (before_ ? *before_ : *parts_.store).copy();
  if (!store) return {.status = 500, .body = error_body(store.error())};
  Workspace past({.store = std::move(*store),
                  .host = make_instant_host("RUNNING", parts_.now),
                  .log = parts_.log,
                  .owner = users_.owner(),
                  .url = parts_.url,
                  .now = parts_.now,
                  .past = true});
  return past.handle(call);
}

}  // namespace dbplan::local
