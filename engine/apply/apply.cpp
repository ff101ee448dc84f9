#include "engine/apply/apply.hpp"

#include <algorithm>
#include <mutex>
#include <set>

#include "engine/apply/books.hpp"
#include "engine/apply/clearing.hpp"
#include "engine/apply/effects.hpp"
#include "engine/apply/steps.hpp"
#include "engine/live/observers.hpp"

namespace dbplan {
namespace {

constexpr std::chrono::seconds kCheckpoint{10};

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

class Executor {
 public:
  Executor(const Plan& plan, const Desired& desired, const Live& live, Ledger& ledger,
           Provider& provider, const ApplyHooks& hooks)
      : plan_(plan),
        desired_(desired),
        live_(live),
        provider_(provider),
        hooks_(hooks),
        books_(plan, desired, live, ledger, hooks.clock) {}

  std::vector<StepOutcome> run(const std::vector<std::string>& kind_order) {
    const auto first = what_is_in_the_way(plan_, desired_, live_);
    run_stage(clearing_steps(first));
    if (auto made = make_folders(); !made) return refuse(made.error());
    for (const Stage& stage : schedule_steps(plan_, desired_, first, kind_order)) {
      const bool removes = stage.steps.front().verb == Step::Verb::Remove;
      if (removes && failed_) {
        for (const Step& step : stage.steps)
          tell({step.change->address, step.change->action, StepOutcome::Result::NotTried,
                "something that may still use it could not be updated"});
        continue;
      }
      run_stage(stage);
    }
    return std::move(outcomes_);
  }

 private:
  void run_stage(const Stage& stage) {
    const auto work = [&](std::size_t i) { return run_step(stage.steps[i]); };
    const auto results = run_tasks(stage.tasks, work, hooks_.may_go_on, hooks_.threads);
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i] != TaskResult::Done) failed_ = true;
      if (results[i] != TaskResult::NotTried) continue;
      const bool stopped = hooks_.may_go_on && !hooks_.may_go_on();
      const StepOutcome outcome{
          stage.steps[i].change->address, stage.steps[i].change->action,
          StepOutcome::Result::NotTried,
          stopped ? "the apply was stopped" : "something that it depends on failed"};
      tell(outcome);
      tell_carried(stage.steps[i], outcome);
    }
  }

  bool run_step(const Step& step) {
    if (hooks_.started) {
      const std::scoped_lock guard(mutex_);
      hooks_.started(step.change->address, step.change->action);
    }
    const Result<> done = perform_step(step, desired_, live_, provider_, hooks_, books_);
    const std::scoped_lock guard(mutex_);
    StepOutcome outcome{step.change->address, step.change->action, StepOutcome::Result::Done, {}};
    if (!done) {
      outcome.result = StepOutcome::Result::Failed;
      outcome.text = done.error().message;
    }
    // A replacement is two steps and one change, told with the second.
    const bool is_half =
        done && outcome.action == Action::Replace && half_done_.insert(outcome.address).second;
    if (!is_half) tell(outcome);
    if (!is_half) tell_carried(step, outcome);
    if (hooks_.checkpoint && hooks_.clock.steady() - stored_at_ > kCheckpoint) {
      stored_at_ = hooks_.clock.steady();
      books_.store_with(hooks_.checkpoint);
    }
    return done.has_value();
  }

  /// Notebooks and files need their folders; one call each makes the parents, too.
  Result<> make_folders() {
    std::set<std::string> folders;
    for (const Change& change : plan_.changes) {
      const Resource* resource = desired_.find(change.address);
      if (!resource || change.action == Action::Keep || change.action == Action::Release) continue;
      const bool is_new = change.action == Action::Create || change.action == Action::Replace;
      const std::string path = text_at(resource->body, "path");
      if (resource->content && is_new) folders.insert(parent_of(path));
      for (const auto& [name, bytes] : resource->files)
        folders.insert(parent_of(file_path(path, name)));
    }
    for (const std::string& folder : folders) {
      auto made = provider_.make_folder(folder);
      if (!made) return fail(std::move(made.error()).in("cannot create the folder " + folder));
    }
    return {};
  }

  /// Nothing else is tried.
  std::vector<StepOutcome> refuse(const Error& error) {
    std::set<Address> told;
    for (const StepOutcome& outcome : outcomes_) told.insert(outcome.address);
    for (const Change& change : plan_.changes)
      if (change.action != Action::Keep && !told.contains(change.address))
        tell({change.address, change.action, StepOutcome::Result::NotTried, error.message});
    return std::move(outcomes_);
  }

  /// What travelled in the request of `step` shares its fate.
  void tell_carried(const Step& step, StepOutcome outcome) {
    for (const Change* change : books_.carried_changes(step.target)) {
      if (change == step.change || change->action == Action::Keep) continue;
      outcome.address = change->address;
      outcome.action = change->action;
      tell(outcome);
    }
  }

  void tell(const StepOutcome& outcome) {
    outcomes_.push_back(outcome);
    if (hooks_.finished) hooks_.finished(outcome);
  }

  const Plan& plan_;
  const Desired& desired_;
  const Live& live_;
  Provider& provider_;
  const ApplyHooks& hooks_;
  Books books_;
  std::mutex mutex_;  // guards outcomes_, half_done_, stored_at_ and the hooks
  std::vector<StepOutcome> outcomes_;
  std::set<Address> half_done_;  // replacements whose first step is done
  Clock::Steady stored_at_ = hooks_.clock.steady();
  bool failed_ = false;
};

}  // namespace

std::vector<StepOutcome> apply_plan(const Plan& plan, const Desired& desired, const Live& live,
                                    Ledger& ledger, Provider& provider,
                                    std::span<const Kind* const> kinds, const ApplyHooks& hooks) {
  ledger.bundle = desired.bundle;
  ledger.target = desired.target;
  ledger.root_path = desired.root_path;
  std::vector<std::string> kind_order;
  for (const Kind* kind : kinds) kind_order.emplace_back(kind->name);
  return Executor(plan, desired, live, ledger, provider, hooks).run(kind_order);
}

}  // namespace dbplan
