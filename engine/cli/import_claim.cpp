#include "engine/cli/import_claim.hpp"

#include <algorithm>
#include <ostream>

#include "engine/apply/apply.hpp"
#include "engine/ledger/lock.hpp"
#include "engine/model/stamp.hpp"

namespace dbplan {
namespace {

bool is_stamp(const FieldChange& field, const Kind& kind) {
  if (kind.stamp_field.empty() || !field.path.starts_with(kind.stamp_field)) return false;
  if (field.path.size() > kind.stamp_field.size())
    return field.path == std::string(kind.stamp_field) + "." + std::string(kStampTag) ||
           field.path.find("=" + std::string(kStampTag) + "]") != std::string::npos;
  return !field.live && field.desired && field.desired->size() == 1;  // there was no tag at all
}

bool edit_restarts(const Kind& kind, const Prepared& prepared, const Address& address) {
  const LiveResource* live = prepared.live.find(address);
  if (kind.resize.path.empty() || !live) return false;
  const std::string state = text_at(live->body, kind.state_field);
  return state != "TERMINATED" && state != "TERMINATING" && state != "STOPPED";
}

/// What would change beside the stamp.
std::string differences(const Change& change) {
  if (!change.blocked.empty()) return change.blocked;
  if (change.action == Action::Create) return "it would be created";
  std::string paths;
  for (const FieldChange& field : change.fields)
    if (field.acts() && !is_stamp(field, *change.kind))
      paths += (paths.empty() ? "" : ", ") + field.path;
  if (paths.empty() && change.action != Action::Keep && change.action != Action::Update)
    return "the plan would " + std::string(action_name(change.action)) + " it";
  return paths;
}

}  // namespace

Claim make_claim(const Prepared& prepared, const std::set<Address>& addresses) {
  Claim claim;
  claim.plan = prepared.plan;
  claim.plan.changes.clear();
  for (const Change& change : prepared.plan.changes) {
    if (!addresses.contains(change.address)) continue;
    if (const std::string what = differences(change); !what.empty()) {
      claim.differs.push_back(change.address.text() + ": " + what);
      continue;
    }
    Change& done = claim.plan.changes.emplace_back(change);
    const bool stamps = std::ranges::any_of(change.fields, &FieldChange::acts);
    if (stamps && !edit_restarts(*change.kind, prepared, change.address)) {
      claim.stamped.insert(change.address);
    } else {
      done.action = Action::Keep;
      claim.remembered.insert(change.address);
    }
  }
  return claim;
}

Result<std::vector<std::string>> carry_out_claim(Session& session, Prepared& prepared,
                                                 const Claim& claim) {
  Provider& provider = *prepared.workspace.provider;
  const LockOptions options{
      .base = prepared.ledger.serial + 1,
      .intent = {},
      .interrupted = [&session] { return session.interrupted->load(); },
      .notice = [&](const std::string& text) { *session.err << text << "\n"
                                                            << std::flush; }};
  const auto lock = TRY(
      Lock::acquire(prepared.desired.root_path, provider, *session.clock,
                    this_holder(prepared.workspace.identity.user_name, session.machine), options));
  if (lock->waited()) {
    TRY_VOID(lock->release());
    return fail(Error::Code::Conflict,
                "another run worked on this deployment meanwhile; nothing was claimed, import "
                "again");
  }
  ApplyHooks hooks{.clock = *session.clock, .threads = session.parallelism};
  hooks.may_go_on = [&] { return !session.interrupted->load() && lock->held(); };
  const auto outcomes = apply_plan(claim.plan, prepared.desired, prepared.live, prepared.ledger,
                                   provider, session.kinds, hooks);
  session.finish();
  adopt_kept(claim.plan, prepared.desired, prepared.live, session.clock->now(), prepared.ledger);
  auto done = remember_echoes(claim.plan, prepared.desired, prepared.ledger, provider,
                              session.kinds, session.parallelism);
  if (lock->held())
    if (auto written = write_ledger(prepared.ledger, provider); !written) done = written;
  TRY_VOID(lock->release());
  TRY_VOID(done);
  std::vector<std::string> failed;
  for (const StepOutcome& outcome : outcomes)
    if (outcome.result != StepOutcome::Result::Done)
      failed.push_back(outcome.address.text() + ": " + outcome.text);
  return failed;
}

}  // namespace dbplan
