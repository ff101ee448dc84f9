#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <ostream>
#include <set>
#include <sstream>
#include <utility>

#include "engine/apply/apply.hpp"
#include "engine/cli/prepare.hpp"
#include "engine/ledger/lock.hpp"
#include "engine/plan/plan_file.hpp"
#include "engine/plan/risks.hpp"
#include "engine/report/plan_json.hpp"

namespace dbplan {
namespace {

struct ApplyFlags {
  SpecFlags spec;
  bool auto_approve = false, json = false, force_lock = false, fail_on_active_runs = false;
  int lock_timeout = 120;
  bool saved = false;  // the plan was approved when it was saved
};

constexpr int kPartly = 2, kRefused = 3, kInterrupted = 130;

/// `apply plan.json`: the path names a saved plan, not a spec.
Result<std::optional<PlanSeal>> saved_plan(ApplyFlags& flags) {
  if (!flags.spec.path.ends_with(".json")) return std::nullopt;
  std::ifstream file(flags.spec.path);
  if (!file) return fail(Error::Code::NotFound, "there is no saved plan " + flags.spec.path);
  std::stringstream text;
  text << file.rdbuf();
  auto seal = read_plan_file(text.str());
  if (!seal) return fail(std::move(seal.error()).in("cannot apply " + flags.spec.path));
  flags.spec.plan_file = std::exchange(flags.spec.path, seal->spec_path);
  flags.spec.select = seal->select;
  flags.spec.destroy = seal->destroy;
  if (flags.spec.target.empty()) flags.spec.target = seal->target;
  return *seal;
}

/// Whether to go on: a saved plan or the flag says yes; a person is asked; a pipeline goes on
/// unless something is at high risk.
bool is_approved(Session& session, const Plan& plan, const ApplyFlags& flags) {
  if (flags.auto_approve || flags.saved) return true;
  if (session.in_is_terminal && session.out_is_terminal) {
    *session.err << "Apply these changes? Only \"yes\" is taken for yes: " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer == "yes") return true;
    *session.err << "Nothing was changed.\n";
    return false;
  }
  if (plan.highest_risk() < Risk::Level::High) return true;
  *session.err << "error: this plan carries a high risk (see Risks) and nobody can be asked here; "
                  "nothing was changed. Approve it with --auto-approve, or apply a saved plan\n";
  return false;
}

/// A plan that is blocked is an error.
Result<> show_plan(Session& session, const ApplyFlags& flags, const Prepared& prepared) {
  if (!flags.json)
    *session.out << plan_text(prepared.plan, frame_of(prepared), style_of(session)) << std::flush;
  if (!prepared.plan.blocked()) return {};
  return fail(Error::Code::Conflict,
              "the plan is blocked (see the lines with \"!\"); nothing was changed");
}

std::vector<Address> creations(const Plan& plan) {
  std::vector<Address> addresses;
  for (const Change& change : plan.changes)
    if (change.action == Action::Create || change.action == Action::Replace)
      addresses.push_back(change.address);
  return addresses;
}

/// Whether every change of `now` was already shown in `before`.
bool is_part_of(const Plan& now, const Plan& before) {
  std::set<std::pair<Address, Action>> shown;
  for (const Change& change : before.changes) shown.emplace(change.address, change.action);
  return std::ranges::all_of(now.changes, [&](const Change& change) {
    return change.action == Action::Keep || shown.contains({change.address, change.action});
  });
}

/// Somebody else may have worked while we waited: look again. A plan that does more than the
/// approved one is approved anew; a saved one must be made anew. False: it was not approved.
Result<bool> look_again(Session& session, const ApplyFlags& flags, Lock& lock, Prepared& prepared) {
  const Plan approved = prepared.plan;
  TRY_VOID(replan(session, flags.spec, prepared));
  if (flags.fail_on_active_runs) TRY_VOID(refuse_active_runs(prepared.live));
  if (is_part_of(prepared.plan, approved)) return true;
  if (flags.saved)
    return fail(Error::Code::Conflict,
                "the workspace was changed by another run meanwhile, and the plan is another one "
                "now; plan again");
  *session.err << "Another run changed the workspace meanwhile; the plan is now:\n" << std::flush;
  TRY_VOID(show_plan(session, flags, prepared));
  if (!is_approved(session, prepared.plan, flags)) return false;
  TRY_VOID(lock.announce(creations(prepared.plan)));
  return true;
}

ApplyHooks make_hooks(Session& session, Provider& provider, const Lock& lock,
                      const ApplyFlags& flags) {
  ApplyHooks hooks{.clock = *session.clock, .threads = session.parallelism};
  const TextStyle style = style_of(session);
  hooks.finished = [&session, style, quiet = flags.json](const StepOutcome& outcome) {
    (quiet ? *session.err : *session.out) << outcome_text(outcome, style) << std::endl;
  };
  hooks.may_go_on = [&session, &lock] { return !session.interrupted->load() && lock.held(); };
  hooks.checkpoint = [&session, &provider](Ledger& ledger) {
    if (auto written = write_ledger(ledger, provider); !written)
      *session.err << "warning: " << written.error().message << "\n";
  };
  return hooks;
}

/// Removes the folder and those in it that hold nothing; whether it is gone.
Result<bool> clear_folder(Provider& provider, const std::string& path) {
  bool empty = true;
  for (const FolderEntry& entry : TRY(provider.list_folder(path))) {
    const bool gone = entry.object_type == "DIRECTORY" && TRY(clear_folder(provider, entry.path));
    empty = empty && gone;
  }
  if (empty) TRY_VOID(provider.remove_file(path));
  return empty;
}

int exit_code(const Session& session, const std::vector<StepOutcome>& outcomes) {
  if (session.interrupted->load()) return kInterrupted;
  const auto count = [&](StepOutcome::Result result) {
    return std::ranges::count(outcomes, result, &StepOutcome::result);
  };
  const auto done = count(StepOutcome::Result::Done);
  if (done == static_cast<std::ptrdiff_t>(outcomes.size())) return 0;
  return done > 0 ? kPartly : 1;
}

bool all_done(const std::vector<StepOutcome>& outcomes) {
  return std::ranges::all_of(outcomes, [](const StepOutcome& outcome) {
    return outcome.result == StepOutcome::Result::Done;
  });
}

/// A predecessor died while it created: until an apply has ended well, every reading has to look
/// for what it may have left, whatever the spec names by then.
Result<> note_takeover(const Lock& lock, Ledger& ledger, Provider& provider) {
  if (lock.inherited().empty() || ledger.unsettled || !ledger.found) return {};
  ledger.unsettled = true;
  return write_ledger(ledger, provider);
}

/// Whether another run may have changed the workspace since the plan was made.
Result<bool> has_moved(const Lock& lock, const Prepared& prepared) {
  if (lock.waited()) return true;
  const auto now = TRY(read_ledger(prepared.desired.root_path, *prepared.workspace.provider));
  return now.ledger.serial != prepared.ledger.serial;
}

/// With the lock held: the plan that is carried out. False: it was not approved.
Result<bool> settle_plan(Session& session, const ApplyFlags& flags, Lock& lock,
                         Prepared& prepared) {
  TRY_VOID(note_takeover(lock, prepared.ledger, *prepared.workspace.provider));
  if (!TRY(has_moved(lock, prepared))) return true;
  return look_again(session, flags, lock, prepared);
}

/// From here on the workspace changes.
Result<> carry_out(Session& session, Prepared& prepared, const ApplyFlags& flags) {
  Provider& provider = *prepared.workspace.provider;
  LockOptions lock_options{
      .timeout = std::chrono::seconds(flags.lock_timeout),
      .force = flags.force_lock,
      .base = prepared.ledger.serial + 1,
      .intent = creations(prepared.plan),
      .interrupted = [&session] { return session.interrupted->load(); },
      .notice = [&](const std::string& text) { *session.err << text << std::endl; }};
  const auto lock = TRY(Lock::acquire(
      prepared.desired.root_path, provider, *session.clock,
      this_holder(prepared.workspace.identity.user_name, session.machine), lock_options));
  if (auto settled = settle_plan(session, flags, *lock, prepared); !settled || !*settled) {
    session.finish();
    TRY_VOID(lock->release());
    if (!settled) return fail(std::move(settled.error()));
    session.exit_code = kRefused;
    return {};
  }
  // This plan looked everywhere, if that was called for; what it found is settled when it is done.
  const bool was_unsettled = std::exchange(prepared.ledger.unsettled, false);
  Desired desired = prepared.desired;
  if (flags.spec.destroy) desired.resources.clear();
  const auto outcomes = apply_plan(prepared.plan, desired, prepared.live, prepared.ledger, provider,
                                   session.kinds, make_hooks(session, provider, *lock, flags));
  session.finish();
  if (was_unsettled && !all_done(outcomes)) prepared.ledger.unsettled = true;
  adopt_kept(prepared.plan, desired, prepared.live, session.clock->now(), prepared.ledger);
  auto echoed = remember_echoes(prepared.plan, desired, prepared.ledger, provider, session.kinds,
                                session.parallelism);
  if (!echoed)
    *session.err << "warning: cannot read back what was applied: " << echoed.error().message
                 << "\n";
  session.exit_code = exit_code(session, outcomes);
  const bool all_gone =
      flags.spec.destroy && session.exit_code == 0 && prepared.ledger.entries.empty();
  if (lock->held()) {
    auto stored = all_gone ? remove_ledger(prepared.desired.root_path, provider)
                           : write_ledger(prepared.ledger, provider);
    if (!stored)
      *session.err << "warning: " << stored.error().message
                   << "; the next plan goes on from stamps\n";
  }
  TRY_VOID(lock->release());
  if (all_gone) {
    auto cleared = clear_folder(provider, prepared.desired.root_path);
    if (!cleared)
      return fail(std::move(cleared.error())
                      .in("everything is deleted but folders of " + prepared.desired.root_path +
                          "; destroy again"));
  }
  if (flags.json)
    *session.out << pretty(outcomes_json(outcomes)) << "\n";
  else
    *session.out << apply_summary_text(outcomes);
  return {};
}

/// Whether a run that was cut off left something behind although all that it should do is done: its
/// lock, and of a destroy also the folders.
Result<bool> has_leftovers(const Prepared& prepared, bool destroy) {
  Provider& provider = *prepared.workspace.provider;
  const std::string& root = prepared.desired.root_path;
  if (destroy) return TRY(provider.entry(root)).has_value();
  return is_locked(root, provider);
}

Result<> apply_command(Session& session, ApplyFlags flags) {
  const auto saved = TRY(saved_plan(flags));
  flags.saved = saved.has_value();
  Prepared prepared = TRY(prepare(session, flags.spec));
  Provider& provider = *prepared.workspace.provider;
  if (saved) {
    const std::string why = stale_reason(
        *saved, seal_plan(provider.host(), prepared.plan, prepared.desired, prepared.live));
    if (!why.empty())
      return fail(Error::Code::Conflict,
                  "the saved plan is stale: " + why + "; nothing was changed, plan again");
  }
  TRY_VOID(show_plan(session, flags, prepared));
  if (flags.fail_on_active_runs) TRY_VOID(refuse_active_runs(prepared.live));
  Ledger kept = prepared.ledger;
  const bool ledger_current =
      prepared.plan.empty() &&
      !adopt_kept(prepared.plan, prepared.desired, prepared.live, session.clock->now(), kept);
  const bool nothing_at_all = prepared.plan.empty() && (ledger_current || flags.spec.destroy) &&
                              !TRY(has_leftovers(prepared, flags.spec.destroy));
  if (nothing_at_all) {
    if (flags.json) *session.out << pretty(outcomes_json({})) << "\n";
  } else if (!prepared.plan.empty() && !is_approved(session, prepared.plan, flags)) {
    session.exit_code = kRefused;
  } else {
    TRY_VOID(carry_out(session, prepared, flags));
  }
  print_receipt(session, provider);
  return {};
}

void add(CLI::App& app, Session& session, const char* name, const char* what, bool destroy) {
  auto flags = std::make_shared<ApplyFlags>();
  flags->spec.destroy = destroy;
  flags->spec.apply = true;
  CLI::App* command = app.add_subcommand(name, what);
  add_spec_flags(*command, flags->spec);
  add_select_flag(*command, flags->spec);
  command->add_flag("--auto-approve", flags->auto_approve, "do not ask, whatever the risk");
  command->add_flag("--json", flags->json, "print what was done as JSON");
  command->add_flag("--fail-on-active-runs", flags->fail_on_active_runs,
                    "refuse while a run of what would be changed is active");
  command->add_flag("--force-lock", flags->force_lock,
                    "take the deployment's lock whoever holds it");
  command->add_option("--lock-timeout", flags->lock_timeout, "seconds to wait for the lock")
      ->capture_default_str();
  command->callback([&session, flags] {
    if (auto done = apply_command(session, *flags); !done) report_error(session, done.error());
  });
}

}  // namespace

void add_apply_command(CLI::App& app, Session& session) {
  add(app, session, "apply", "Make the workspace what the spec says (or apply a saved plan.json)",
      false);
}

void add_destroy_command(CLI::App& app, Session& session) {
  add(app, session, "destroy", "Delete everything of this deployment", true);
}

}  // namespace dbplan
