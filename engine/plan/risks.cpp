#include "engine/plan/risks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/base/clock.hpp"
#include "engine/base/quartz.hpp"
#include "engine/base/text.hpp"
#include "engine/plan/field_risks.hpp"

namespace dbplan {
namespace {

using Level = Risk::Level;

constexpr std::chrono::minutes kSoon{60};

bool is_running(const Change& change, const Live& live) {
  const LiveResource* resource = live.find(change.address);
  return resource && !change.kind->state_field.empty() &&
         text_at(resource->body, change.kind->state_field) == "RUNNING";
}

bool changes_fields(const Change& change) {
  return std::ranges::any_of(change.fields,
                             [](const FieldChange& f) { return f.acts() && f.top != "lifecycle"; });
}

std::string count_text(int count, bool more, std::string_view noun) {
  if (more) return fmt::format("{}+ {}s", count, noun);
  return counted(static_cast<std::size_t>(count), noun);
}

/// The labels of one change.
class Assessor {
 public:
  Assessor(Change& change, const Desired& desired, const Live& live)
      : change_(change), desired_(desired), live_(live) {}

  void assess() {
    switch (change_.action) {
      case Action::Keep:
        return;
      case Action::Delete:
        if (change_.carrier)
          add("R06", Level::Medium, "the job no longer starts by itself");
        else if (!change_.owner)
          add("R01", Level::High, what_is_lost());
        active_runs(Level::High);
        return;
      case Action::Replace:
        add("R02", Level::High, "it gets a new identity; " + what_is_lost());
        break;
      case Action::Update:
        if (is_running(change_, live_) && changes_fields(change_))
          add("R03", Level::Medium, "it is running: this edit restarts it");
        break;
      default:
        break;
    }
    active_runs(change_.notebook ? Level::High : Level::Medium);
    schedule();
    if (change_.is_drift() && change_.action != Action::Create)
      add("R13", Level::Medium, "undoes a change that was made in the workspace");
    for (const FieldChange& field : change_.fields)
      if (field.acts())
        for (Risk& risk : field_risks(change_, field)) change_.risks.push_back(std::move(risk));
    if (has_hidden_text(change_))
      add("R20", Level::High,
          "its text holds characters that do not show, or that turn around "
          "what is read");
  }

 private:
  void add(const char* id, Level level, std::string message) {
    change_.risks.push_back({.id = id, .level = level, .message = std::move(message)});
  }

  std::string what_is_lost() const {
    const auto evidence = live_.evidence.find(change_.address);
    if (change_.address.kind == "jobs") {
      if (evidence == live_.evidence.end() || evidence->second.unknown)
        return "its run history and permissions are deleted with it";
      if (evidence->second.past_runs == 0) return "its permissions are deleted with it; no run yet";
      return "its history of " +
             count_text(evidence->second.past_runs, evidence->second.more_past, "run") +
             " and its permissions are deleted with it";
    }
    if (change_.address.kind == "clusters")
      return "its configuration and permissions are deleted for good";
    if (change_.address.kind == "secret_scopes") return "all secrets in it are deleted with it";
    return change_.action == Action::Replace ? "the old object is deleted"
                                             : "it is deleted in the workspace";
  }

  /// The jobs whose runs a change would meet: its own, or of those that run the notebook.
  void active_runs(Level level) {
    active_runs_of(change_.address, "", level);
    if (change_.action != Action::Create)
      for (const Address& user : change_.used_by)
        if (change_.notebook) active_runs_of(user, user.text() + ": ", level);
  }

  void active_runs_of(const Address& address, const std::string& whose, Level level) {
    const auto found = live_.evidence.find(address);
    if (found == live_.evidence.end()) return;
    const Evidence& evidence = found->second;
    if (evidence.unknown)
      return add("R18", Level::Medium,
                 whose + "whether runs are active could not be read: not checked");
    if (evidence.active_runs == 0) return;
    const auto since = std::chrono::sys_seconds(std::chrono::seconds(evidence.since / 1000));
    add("R04", level,
        fmt::format("{}{} active since {}", whose,
                    count_text(evidence.active_runs, evidence.more_active, "run"), rfc3339(since)));
  }

  /// A job that fires soon meets what is being changed.
  void schedule() {
    if (change_.address.kind != "jobs" || change_.action == Action::Create) return;
    const Resource* resource = desired_.find(change_.address);
    if (!resource || live_.observed_at == std::chrono::sys_seconds()) return;
    const Json& block = at_or_null(resource->body, "schedule");
    if (!block.is_object() || text_at(block, "pause_status") == "PAUSED") return;
    const auto quartz = Quartz::parse(text_at(block, "quartz_cron_expression"));
    if (!quartz) return;
    const auto next = quartz->next(live_.observed_at, text_at(block, "timezone_id"));
    if (!next || *next - live_.observed_at > kSoon) return;
    const auto minutes =
        std::chrono::duration_cast<std::chrono::minutes>(*next - live_.observed_at);
    add("R05", Level::Low,
        fmt::format("its schedule fires at {}, in {} min", rfc3339(*next), minutes.count()));
  }

  Change& change_;
  const Desired& desired_;
  const Live& live_;
};

bool is_disturbing(const Change& change) {
  return change.action == Action::Update || change.action == Action::Resize ||
         change.action == Action::Replace || change.action == Action::Delete;
}

}  // namespace

void assess(std::vector<Change>& changes, const Desired& desired, const Live& live) {
  for (Change& change : changes) Assessor(change, desired, live).assess();
}

std::vector<EvidenceQuestion> evidence_questions(const Plan& plan, const Live& live) {
  std::map<Address, EvidenceQuestion> questions;
  const auto ask = [&](const Address& address, bool history) {
    const LiveResource* found = live.find(address);
    if (!found || (address.kind != "jobs" && address.kind != "clusters")) return;
    auto [question, is_new] = questions.try_emplace(address);
    question->second = {address, found->id, history || (!is_new && question->second.history)};
  };
  for (const Change& change : plan.changes) {
    if (!is_disturbing(change)) continue;
    const bool lost = change.action == Action::Delete || change.action == Action::Replace;
    const bool idle_cluster = change.address.kind == "clusters" && !is_running(change, live);
    if (!idle_cluster) ask(change.carrier.value_or(change.address), lost && !change.carrier);
    if (change.notebook)
      for (const Address& user : change.used_by) ask(user, false);
  }
  std::vector<EvidenceQuestion> list;
  for (auto& [address, question] : questions) list.push_back(std::move(question));
  return list;
}

Result<> refuse_active_runs(const Live& live) {
  std::string running;
  for (const auto& [address, evidence] : live.evidence) {
    if (evidence.unknown)
      return fail(Error::Code::Conflict, "whether runs of " + address.text() +
                                             " are active could not be read; nothing was changed");
    if (evidence.active_runs == 0) continue;
    running += (running.empty() ? "" : "; ") + address.text() + " has " +
               count_text(evidence.active_runs, evidence.more_active, "active run") + " (" +
               fmt::format("{}", fmt::join(evidence.run_ids, ", ")) + ")";
  }
  if (running.empty()) return {};
  return fail(Error::Code::Conflict,
              "what this plan changes is running: " + running +
                  "; nothing was changed. Wait for the end, cancel, or leave "
                  "out --fail-on-active-runs");
}

}  // namespace dbplan
