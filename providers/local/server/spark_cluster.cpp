#include "providers/local/server/spark_cluster.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/base/json.hpp"
#include "providers/local/server/notebook_files.hpp"

namespace dbplan::local {
namespace {

constexpr Millis kStartLimit = 180'000;
constexpr Millis kStopPatience = 5'000;
constexpr Millis kLookAgain = 50;
constexpr Millis kDrainPatience = 60'000;
constexpr Millis kAnswerPatience = 60'000;

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream stream{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

Json fork_request(const NotebookRun& run, const std::filesystem::path& out,
                  const SparkSettings& settings) {
  return {{"run", run.run},
          {"out", out.string()},
          {"source", source_file(out, run).string()},
          {"path", run.path},
          {"language", run.language},
          {"format", run.format},
          {"parameters", run.parameters},
          {"api", {{"url", settings.url}, {"token", run.token}}},
          {"context",
           {{"job_id", run.job_id},
            {"job_run_id", run.job_run_id},
            {"task_run_id", run.run},
            {"task_key", run.task_key},
            {"cluster_id", run.cluster_id},
            {"user", run.user},
            {"host", settings.url}}},
          {"files", (settings.workspace / "files").string()}};
}

}  // namespace

SparkCluster::SparkCluster(const SparkSettings& settings, ClusterShape shape, Emit emit)
    : settings_(settings),
      shape_(std::move(shape)),
      emit_(std::move(emit)),
      folder_(settings.workspace / "clusters" / shape_.id) {}

void SparkCluster::begin() {
  start_limit_ = epoch_ms() + kStartLimit;
  if (const auto launched = launch(); !launched) fail_cluster(launched.error().message);
}

Result<> SparkCluster::launch() {
  if (std::string trouble = settings_.runtime.trouble(); !trouble.empty())
    return fail(Error::Code::Unavailable, std::move(trouble));
  const std::string arguments = cluster_arguments(shape_, folder_, settings_.workspace);
  TRY_VOID(prepare_cluster(settings_.workspace, folder_, arguments));
  jvm_ = Talker(TRY(Process::start(settings_.runtime.java(folder_, shape_))));
  python_ = Talker(TRY(Process::start(settings_.runtime.fork_server(folder_, shape_))));
  return {};
}

void SparkCluster::stop() {
  if (stopping_) return;
  stopping_ = true;
  // Before it is ready there is nothing to end in order, and it does not listen yet.
  kill_at_ = announced_ ? epoch_ms() + kStopPatience : epoch_ms();
  for (auto& [id, active] : runs_)
    if (active.stage == Stage::Running) kill_process_group(active.pid);
  jvm_.hang_up();
  python_.hang_up();
}

void SparkCluster::fail_cluster(std::string why) {
  if (!stopping_) why_ = std::move(why);
  stop();
}

void SparkCluster::start_run(const NotebookRun& run) {
  Active& active = runs_[run.run];
  active.run = run;
  active.out = settings_.workspace / "runs" / run.run;
  if (const auto written = write_source(active.out, run); !written) {
    active.trouble = written.error().message;
    return clean_up(active);
  }
  jvm_.say("attach " + run.run);
}

void SparkCluster::cancel_run(const std::string& run) {
  Active* active = find(run);
  if (active == nullptr || active->cancelled) return;
  active->cancelled = true;
  // In the first two stages the answer that comes decides; there is nothing to end before it.
  if (active->stage != Stage::Running) return;
  jvm_.say("cancel " + run);
  kill_process_group(active->pid);
}

SparkCluster::Active* SparkCluster::find(std::string_view run) {
  const auto found = runs_.find(run);
  return found == runs_.end() ? nullptr : &found->second;
}

void SparkCluster::turn(Millis now) {
  if (gone_) return;
  jvm_.exchange([this](std::string_view line) { take_jvm_line(line); });
  python_.exchange([this](std::string_view line) { take_python_line(line); });
  check_ends(now);
  if (!gone_) check_answers(now);
  if (!gone_) check_draining(now);
}

void SparkCluster::check_ready() {
  if (!jvm_ready_ || !python_ready_ || announced_ || stopping_) return;
  announced_ = true;
  start_limit_ = 0;
  emit_({.kind = HostEvent::Kind::ClusterReady, .id = shape_.id});
}

void SparkCluster::take_jvm_line(std::string_view line) {
  const std::vector<std::string> words = words_of(line);
  if (words.empty()) return;
  if (words[0] == "ready") {
    jvm_ready_ = true;
    return check_ready();
  }
  const bool refused = words[0] == "error" && words.size() > 2;
  Active* active = find(words.size() > 1 ? words[refused ? 2 : 1] : "");
  if (active == nullptr) return;
  if (words[0] == "attached" && words.size() == 4 && active->stage == Stage::Attaching)
    return fork_run(*active, words[2], words[3]);
  if (refused && words[1] == "attach") {
    active->trouble = "the cluster did not take the notebook: " + std::string(line);
    return clean_up(*active);
  }
  const bool detached = words[0] == "detached" || (refused && words[1] == "detach");
  if (detached && active->stage == Stage::Detaching) {
    active->stage = Stage::Draining;
    active->patience = epoch_ms() + kDrainPatience;
    jvm_.say("jobs " + active->run.run);
  }
  if (words[0] == "jobs" && words.size() == 3 && active->stage == Stage::Draining) {
    if (words[2] == "0") return end_run(active->run.run);
    active->next_look = epoch_ms() + kLookAgain;
  }
}

void SparkCluster::take_python_line(std::string_view line) {
  const Json message = parse_json(line).value_or(Json());
  if (message.contains("ready")) {
    python_ready_ = true;
    return check_ready();
  }
  if (Active* active = find(text_at(message, "forked"));
      active && active->stage == Stage::Forking) {
    active->pid = static_cast<pid_t>(int_at(message, "pid"));
    active->stage = Stage::Running;
    emit_({.kind = HostEvent::Kind::RunStarted, .id = active->run.run});
    if (!active->cancelled) return;
    jvm_.say("cancel " + active->run.run);
    return kill_process_group(active->pid);
  }
  if (Active* active = find(text_at(message, "exited"));
      active && active->stage == Stage::Running) {
    active->status = static_cast<int>(int_at(message, "status"));
    return clean_up(*active);
  }
  if (message.contains("error"))
    if (Active* active = find(text_at(message, "run")); active && active->stage == Stage::Forking) {
      active->trouble = "no process could be started: " + text_at(message, "error");
      clean_up(*active);
    }
}

void SparkCluster::fork_run(Active& active, const std::string& port, const std::string& secret) {
  if (active.cancelled) return clean_up(active);
  Json request = fork_request(active.run, active.out, settings_);
  request["port"] = std::atoi(port.c_str());
  request["secret"] = secret;
  active.stage = Stage::Forking;
  python_.say(canonical(request));
}

/// The process is gone: now what Spark still does for it, and the session.
void SparkCluster::clean_up(Active& active) {
  active.stage = Stage::Detaching;
  active.answer_by = 0;
  jvm_.say("cancel " + active.run.run);
  jvm_.say("detach " + active.run.run);
}

/// A JVM that takes no notebook, or does not let go of one, is of no more use: its cluster fails,
/// and the next run starts it anew.
void SparkCluster::check_answers(Millis now) {
  if (stopping_) return;
  for (auto& [id, active] : runs_) {
    const bool attaching = active.stage == Stage::Attaching;
    if (!attaching && active.stage != Stage::Detaching) {
      active.answer_by = 0;
      continue;
    }
    if (active.answer_by == 0) active.answer_by = now + kAnswerPatience;
    if (now < active.answer_by) continue;
    return fail_cluster(fmt::format(
        "The Java process of the cluster did not {} run {} within {} seconds; see jvm.log",
        attaching ? "take" : "let go of", id, kAnswerPatience / 1000));
  }
}

void SparkCluster::check_draining(Millis now) {
  for (auto& [id, active] : runs_) {
    if (active.stage != Stage::Draining || active.next_look == 0 || now < active.next_look)
      continue;
    if (now > active.patience)
      return fail_cluster(fmt::format("Spark jobs of run {} did not end after it was over", id));
    active.next_look = 0;
    jvm_.say("jobs " + id);
  }
}

RunOutcome SparkCluster::outcome_of(const Active& active) const {
  if (active.cancelled) return {.state = "CANCELED"};
  if (!active.trouble.empty()) return {.state = "LOST", .error = active.trouble};
  if (auto outcome = read_result(active.out)) return std::move(*outcome);
  const int status = active.status;
  return {
      .state = "LOST",
      .error = WIFSIGNALED(status)
                   ? fmt::format("the notebook's process was ended by signal {}", WTERMSIG(status))
                   : fmt::format("the notebook's process ended with status {} and no result",
                                 WEXITSTATUS(status))};
}

void SparkCluster::end_run(const std::string& run) {
  const auto found = runs_.find(run);
  HostEvent event{.kind = HostEvent::Kind::RunEnded, .id = run};
  event.outcome = outcome_of(found->second);
  runs_.erase(found);
  emit_(std::move(event));
}

/// Why a process that nobody ended is gone: how, and what it said last.
std::string SparkCluster::death_of(std::string_view name, const Talker& process,
                                   std::string_view log) const {
  const std::string said = last_lines(folder_ / log);
  return fmt::format(
      "The {} process of the cluster ended with {}; {}", name, process.how_it_ended(),
      said.empty() ? fmt::format("{} is empty", log) : fmt::format("{} ends with: {}", log, said));
}

void SparkCluster::check_ends(Millis now) {
  const bool jvm_gone = jvm_.gone();
  const bool python_gone = python_.gone();
  if (!stopping_ && (jvm_gone || python_gone))
    fail_cluster(jvm_gone ? death_of("Java", jvm_, "jvm.log")
                          : death_of("Python", python_, "python.log"));
  if (!stopping_ && start_limit_ != 0 && now > start_limit_)
    fail_cluster("The cluster was not ready within three minutes; see jvm.log and python.log");
  if (!stopping_) return;
  if (kill_at_ != 0 && now >= kill_at_) {
    jvm_.kill();
    python_.kill();
  }
  if (!jvm_gone || !python_gone) return;
  for (auto& [id, active] : runs_) {
    // The fork server ends them with itself; this is for one that was killed.
    if (active.stage == Stage::Running) kill_process_group(active.pid);
    HostEvent event{.kind = HostEvent::Kind::RunEnded, .id = id};
    event.outcome.state = active.cancelled ? "CANCELED" : "LOST";
    if (!active.cancelled) event.outcome.error = why_.empty() ? "The cluster was terminated" : why_;
    emit_(std::move(event));
  }
  runs_.clear();
  gone_ = true;
  emit_({.kind = HostEvent::Kind::ClusterEnded, .id = shape_.id, .text = why_});
}

void SparkCluster::add_polls(std::vector<pollfd>& polls) const {
  jvm_.add_polls(polls);
  python_.add_polls(polls);
}

Millis SparkCluster::next_turn() const {
  Millis next = 0;
  const auto consider = [&next](Millis when) {
    if (when != 0) next = next == 0 ? when : std::min(next, when);
  };
  if (stopping_)
    consider(kill_at_);
  else
    consider(start_limit_);
  for (const auto& [id, active] : runs_)
    consider(active.stage == Stage::Draining ? active.next_look : active.answer_by);
  return next;
}

}  // namespace dbplan::local
