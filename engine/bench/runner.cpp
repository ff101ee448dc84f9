#include "engine/bench/runner.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/bench/load.hpp"
#include "engine/bench/preflight.hpp"
#include "engine/bench/watch.hpp"

namespace dbplan::bench {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kStopPoll{500};
/// How long a cancelled run may take to end before we give up on it.
constexpr milliseconds kCancelPatience{300'000};
/// An arm that fails this often in counted runs is broken: going on would only cost time.
constexpr std::size_t kMostFailures = 2;

struct Ended {
  Json run;
  bool timed_out = false;
  std::optional<Load> load;
};

class Session {
 public:
  Session(const Experiment& experiment, JobRunner& jobs, Clock& clock, const RunnerOptions& options)
      : experiment_(experiment), jobs_(jobs), clock_(clock), options_(options) {}

  Result<Comparison> run();

 private:
  Result<> all_slots();
  Result<> one_slot(const Slot& slot);
  Result<> reset(const Slot& slot, int attempt);
  Result<Sample> measure(const Slot& slot, int attempt);
  Result<std::string> exit_value(const Json& run);
  Result<Ended> start_and_wait(const Arm& arm, const std::string& token, std::int64_t timeout_ms);
  Result<Json> poll(const std::string& run_id, bool& timed_out, std::int64_t timeout_ms);
  Result<> stop(const std::string& run_id);
  Result<> look_again();
  bool enough_after(const Slot& slot) const;
  std::string token(const Slot& slot, int attempt, bool reset) const;
  void tell(Progress::Stage stage, const Slot& slot, const Sample* sample = nullptr);
  bool interrupted() const { return options_.interrupted && options_.interrupted(); }

  const Experiment& experiment_;
  JobRunner& jobs_;
  Clock& clock_;
  const RunnerOptions& options_;
  Comparison comparison_;
  Facts facts_;
  std::vector<Slot> slots_;
  std::size_t place_ = 0;
  std::size_t invalid_ = 0;
  std::vector<std::size_t> failures_;
};

Result<Comparison> Session::run() {
  facts_ = TRY(read_facts(experiment_, jobs_));
  comparison_.experiment = experiment_;
  comparison_.session = options_.session;
  comparison_.workspace = options_.workspace;
  comparison_.started = rfc3339(clock_.now());
  comparison_.job_ids = facts_.job_ids;
  comparison_.cluster_ids = facts_.cluster_ids;
  comparison_.clusters = compare_facts(experiment_, facts_);
  failures_.assign(experiment_.arms.size(), 0);
  slots_ = abba_schedule(experiment_.arms.size(), experiment_.warmups, experiment_.most);

  const bool differ = !comparison_.clusters->differences.empty();
  if (differ && experiment_.fairness == Experiment::Fairness::Strict) {
    comparison_.status = Comparison::Status::Unfair;
    comparison_.problem = "the clusters of the arms differ; nothing was run";
  } else {
    tell(Progress::Stage::Ready, slots_.front());
    Result<> done = all_slots();
    if (done) done = look_again();
    if (!done) {
      const bool stopped = done.error().code == Error::Code::Interrupted;
      comparison_.status = stopped ? Comparison::Status::Aborted : Comparison::Status::Partial;
      comparison_.problem = done.error().message;
    }
  }
  comparison_.ended = rfc3339(clock_.now());
  analyze(comparison_);
  tell(Progress::Stage::Done, slots_.back());
  return std::move(comparison_);
}

Result<> Session::all_slots() {
  for (const Slot& slot : slots_) {
    ++place_;
    TRY_VOID(one_slot(slot));
    if (enough_after(slot)) {
      comparison_.stop_reason = "ci_halfwidth";
      return {};
    }
  }
  comparison_.stop_reason = "repetitions";
  return {};
}

/// Looks at the width of the interval only, never at which way it points: stopping when a
/// difference shows would find differences that are not there.
bool Session::enough_after(const Slot& slot) const {
  const bool last_of_block = slot.number % experiment_.arms.size() == 0;
  return !slot.warmup && last_of_block && slot.block % 2 == 0 && slot.block >= experiment_.least &&
         slot.block < experiment_.most && narrow_enough(comparison_);
}

/// Runs the slot until it has a sample that counts; what was invalid stays on record.
Result<> Session::one_slot(const Slot& slot) {
  const Arm& arm = experiment_.arms[slot.arm];
  for (int attempt = 1;; ++attempt) {
    TRY_VOID(reset(slot, attempt));
    comparison_.samples.push_back(TRY(measure(slot, attempt)));
    const Sample& sample = comparison_.samples.back();
    tell(Progress::Stage::Ended, slot, &sample);
    if (sample.outcome == Outcome::Failed) {
      const std::size_t most = slot.warmup ? 1 : kMostFailures;
      if (++failures_[slot.arm] >= most)
        return fail(Error::Code::Conflict, fmt::format("arm {} fails: run {}: {}", arm.name,
                                                       sample.run_id, sample.reason));
    }
    if (sample.outcome != Outcome::Invalid) return {};
    if (++invalid_ > experiment_.max_invalid)
      return fail(Error::Code::Conflict,
                  fmt::format("{} runs were invalid, more than max_invalid allows; the last: run "
                              "{} of arm {}: {}",
                              invalid_, sample.run_id, arm.name, sample.reason));
  }
}

Result<> Session::reset(const Slot& slot, int attempt) {
  if (!experiment_.reset) return {};
  tell(Progress::Stage::Reset, slot);
  const Ended ended = TRY(start_and_wait(*experiment_.reset, token(slot, attempt, true), 0));
  if (succeeded(ended.run)) return {};
  return fail(Error::Code::Conflict,
              fmt::format("the reset job {} did not succeed: run {}: {}", experiment_.reset->job,
                          int_at(ended.run, "run_id"), ending(ended.run)));
}

Result<Sample> Session::measure(const Slot& slot, int attempt) {
  const Arm& arm = experiment_.arms[slot.arm];
  tell(Progress::Stage::Running, slot);
  const Ended ended = TRY(start_and_wait(arm, token(slot, attempt, false), experiment_.timeout_ms));
  Sample sample = read_sample(ended.run, experiment_, arm, ended.timed_out);
  sample.slot = slot;
  sample.attempt = attempt;
  sample.load = ended.load;
  if (sample.outcome != Outcome::Valid) return sample;
  if (sample.cluster_id != facts_.cluster_ids[slot.arm]) {
    sample.outcome = Outcome::Invalid;
    sample.reason = fmt::format("it ran on cluster {}, not on {}", sample.cluster_id,
                                facts_.cluster_ids[slot.arm]);
    return sample;
  }
  read_exit_value(TRY(exit_value(ended.run)), experiment_, sample);
  return sample;
}

/// The exit value of a run's only task; of several tasks an object with theirs by task key.
Result<std::string> Session::exit_value(const Json& run) {
  const std::vector<Json> tasks = executed_tasks(run);
  Json all = Json::object();
  for (const Json& task : tasks) {
    const std::string text = TRY(jobs_.output(std::to_string(int_at(task, "run_id"))));
    if (tasks.size() == 1) return text;
    const Result<Json> value = parse_json(text);
    all[text_at(task, "task_key")] = value ? *value : Json(text);
  }
  return canonical(all);
}

Result<Ended> Session::start_and_wait(const Arm& arm, const std::string& run_token,
                                      std::int64_t timeout_ms) {
  if (interrupted()) return fail(Error::Code::Interrupted, "interrupted");
  const std::optional<CpuTime> before = options_.cpu ? options_.cpu->read() : std::nullopt;
  const Clock::Steady begin = clock_.steady();
  const std::string run_id = TRY(jobs_.start(arm.job, arm.parameters, run_token));
  Ended ended;
  ended.run = TRY(poll(run_id, ended.timed_out, timeout_ms));
  const std::optional<CpuTime> after = options_.cpu ? options_.cpu->read() : std::nullopt;
  if (before && after) {
    const std::chrono::duration<double> seconds = clock_.steady() - begin;
    ended.load = load_between(*before, *after, seconds.count());
    comparison_.cores = after->cores;
  }
  return ended;
}

Result<Json> Session::poll(const std::string& run_id, bool& timed_out, std::int64_t timeout_ms) {
  Clock::Steady give_up = Clock::Steady::max();
  const auto look = [&](const Json&, milliseconds elapsed) -> Result<> {
    if (interrupted()) {
      TRY_VOID(stop(run_id));
      return fail(Error::Code::Interrupted,
                  fmt::format("interrupted; run {} was cancelled", run_id));
    }
    if (timeout_ms > 0 && elapsed.count() >= timeout_ms && !timed_out) {
      TRY_VOID(jobs_.cancel(run_id));
      timed_out = true;
      give_up = clock_.steady() + kCancelPatience;
    }
    if (clock_.steady() >= give_up)
      return fail(Error::Code::Unavailable,
                  fmt::format("run {} does not end, though it was cancelled", run_id));
    return {};
  };
  return watch_run(jobs_, clock_, run_id, {look, options_.interrupted});
}

/// Cancels the run and waits until it has ended, so that nothing is left running.
Result<> Session::stop(const std::string& run_id) {
  TRY_VOID(jobs_.cancel(run_id));
  const Clock::Steady give_up = clock_.steady() + kCancelPatience;
  while (clock_.steady() < give_up) {
    if (is_terminal(TRY(jobs_.run(run_id)))) return {};
    clock_.sleep(kStopPoll);
  }
  return fail(Error::Code::Unavailable,
              fmt::format("run {} does not end, though it was cancelled", run_id));
}

/// The clusters run now, so that what they were given can be compared too; and nobody may have
/// edited a job meanwhile.
Result<> Session::look_again() {
  const Facts after = TRY(read_facts(experiment_, jobs_));
  comparison_.clusters = compare_facts(experiment_, after);
  comparison_.problem = edited(experiment_, facts_, after);
  const bool differ = !comparison_.clusters->differences.empty();
  if (comparison_.problem.empty() && differ && experiment_.fairness == Experiment::Fairness::Strict)
    comparison_.problem = "the clusters of the arms differ";
  if (!comparison_.problem.empty()) comparison_.status = Comparison::Status::Unfair;
  return {};
}

std::string Session::token(const Slot& slot, int attempt, bool reset) const {
  return fmt::format("dbp1-{}-{}{}{}.{}", options_.session, slot.warmup ? "w" : "m", slot.number,
                     reset ? "r" : "", attempt);
}

void Session::tell(Progress::Stage stage, const Slot& slot, const Sample* sample) {
  if (!options_.progress) return;
  options_.progress({stage, &experiment_, slot, place_, slots_.size(), sample, &comparison_});
}

}  // namespace

Result<Comparison> run_experiment(const Experiment& experiment, JobRunner& jobs, Clock& clock,
                                  const RunnerOptions& options) {
  return Session(experiment, jobs, clock, options).run();
}

}  // namespace dbplan::bench
