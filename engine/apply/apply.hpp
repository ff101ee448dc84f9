#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/clock.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/live/live.hpp"
#include "engine/plan/plan.hpp"
#include "engine/provider.hpp"

namespace dbplan {

/// What became of one address.
struct StepOutcome {
  enum class Result { Done, Failed, NotTried };
  Address address;
  Action action = Action::Keep;
  Result result = Result::NotTried;
  std::string text;  // why it failed or was not tried
};

struct ApplyHooks {
  Clock& clock;
  std::size_t threads = 8;  // how many steps at once
  /// Called from several threads, one call at a time.
  std::function<void(const Address&, Action)> started;
  std::function<void(const StepOutcome&)> finished;
  /// Asked before every mutating call; false ends the apply (lock lost, or interrupted).
  std::function<bool()> may_go_on;
  /// Called now and then with the ledger as it stands, to be stored.
  std::function<void(Ledger&)> checkpoint;
};

/// Carries out the plan: folders first, then creates and updates in dependency order, independent
/// ones at once, then deletes in the reverse order. Every step is one API call. A failed step
/// stops what depends on it. `ledger` is brought up to date with every step that was done.
/// `kinds` in their order: later ones may need earlier ones, so deletes go backwards.
/// REQUIRES: plan = make_plan(desired, live, ledger), not blocked.
std::vector<StepOutcome> apply_plan(const Plan& plan, const Desired& desired, const Live& live,
                                    Ledger& ledger, Provider& provider,
                                    std::span<const Kind* const> kinds, const ApplyHooks& hooks);

/// Brings the ledger up to date with what is kept: entries of a lost ledger, converged bodies.
/// Returns whether anything changed.
bool adopt_kept(const Plan& plan, const Desired& desired, const Live& live,
                std::chrono::sys_seconds now, Ledger& ledger);

/// Reads back what the server made of the changed addresses and remembers ids and echoes: one
/// listing per kind and folder.
Result<> remember_echoes(const Plan& plan, const Desired& desired, Ledger& ledger,
                         Provider& provider, std::span<const Kind* const> kinds,
                         std::size_t threads);

}  // namespace dbplan
