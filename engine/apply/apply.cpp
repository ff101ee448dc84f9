#include "engine/apply/apply.hpp"

#include <algorithm>
#include <mutex>
#include <set>

#include "engine/apply/steps.hpp"
#include "engine/base/clock.hpp"
#include "engine/base/digest.hpp"
#include "engine/model/reference.hpp"
#include "engine/model/stamp.hpp"

namespace dbplan {
namespace {

constexpr std::chrono::seconds kCheckpoint{10};
constexpr std::chrono::milliseconds kStatePoll{500};
constexpr std::chrono::minutes kStatePatience{15};

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

class Executor {
 public:
  Executor(const Plan& plan, const Desired& desired, const Live& live, Ledger& ledger,
           Provider& provider, const ApplyHooks& hooks)
      : plan_(plan), desired_(desired), ledger_(ledger), provider_(provider), hooks_(hooks) {
    for (const auto& [address, resource] : live.found) ids_[address] = resource.id;
  }

  std::vector<StepOutcome> run(const std::vector<std::string>& kind_order) {
    if (auto made = make_folders(); !made) return refuse_all(made.error());
    for (const Stage& stage : schedule_steps(plan_, desired_, kind_order)) {
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
    const auto results = run_tasks(stage.tasks, work, hooks_.may_go_on);
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
    const Result<> done = perform(step);
    const std::scoped_lock guard(mutex_);
    StepOutcome outcome{step.change->address, step.change->action, StepOutcome::Result::Done, {}};
    if (!done) {
      outcome.result = StepOutcome::Result::Failed;
      outcome.text = done.error().message;
    }
    tell(outcome);
    tell_carried(step, outcome);
    if (hooks_.checkpoint && system_clock().steady() - stored_at_ > kCheckpoint) {
      stored_at_ = system_clock().steady();
      hooks_.checkpoint(ledger_);
    }
    return done.has_value();
  }

  Result<> perform(const Step& step) {
    const Kind& kind = step.target == step.change->address ? *step.change->kind
                                                           : *desired_.find(step.target)->kind;
    switch (step.verb) {
      case Step::Verb::Start:
        return provider_.call(kind, kind.start, step.id, Json::object());
      case Step::Verb::Stop:
        return provider_.call(kind, kind.stop, step.id, Json::object());
      case Step::Verb::Remove:
        return remove(step, kind);
      default:
        break;
    }
    const Resource& resource = *desired_.find(step.target);
    if (!kind.key_field.empty()) return import(step, resource);
    const Json body = body_of(resource);
    std::string id = step.id;
    if (step.verb == Step::Verb::Create)
      id = TRY(create(resource, body));
    else if (step.verb == Step::Verb::Resize)
      TRY_VOID(resize(resource, id, body));
    else
      TRY_VOID(update(kind, id, body));
    record(resource, id, body);
    return {};
  }

  Json body_of(const Resource& resource) {
    const std::scoped_lock guard(mutex_);
    Json body = substitute(resource.body, [&](const ResourceReference& reference) {
      const auto id = ids_.find(reference.address);
      return id == ids_.end() ? std::nullopt : std::optional(id->second);
    });
    if (!resource.kind->stamp_field.empty())
      body[std::string(resource.kind->stamp_field)][std::string(kStampTag)] =
          stamp_of(desired_.root_path, resource.address);
    return body;
  }

  /// A create is never repeated blindly: after an unclear answer the object is looked for.
  Result<std::string> create(const Resource& resource, const Json& body) {
    const std::string token = random_hex(16);
    auto id = provider_.create(*resource.kind, body, token);
    for (int attempt = 0; attempt < 2 && !id && id.error().code == Error::Code::Unclear;
         ++attempt) {
      if (const auto found = TRY(find_stamped(resource))) return *found;
      if (hooks_.may_go_on && !hooks_.may_go_on()) break;
      id = provider_.create(*resource.kind, body, token);
    }
    if (!id && id.error().code == Error::Code::Unclear)
      return fail(
          std::move(id.error()).in("unclear whether it was created; the next plan will look"));
    return id;
  }

  Result<std::optional<std::string>> find_stamped(const Resource& resource) {
    const std::string stamp = stamp_of(desired_.root_path, resource.address);
    for (const LiveObject& object : TRY(provider_.list(*resource.kind)))
      if (text_at(at_or_null(object.body, resource.kind->stamp_field), kStampTag) == stamp)
        return object.id;
    return std::nullopt;
  }

  /// A cluster between two states refuses edits until it has settled.
  Result<> update(const Kind& kind, const std::string& id, const Json& body) {
    const auto deadline = system_clock().steady() + kStatePatience;
    for (;;) {
      const auto updated = provider_.update(kind, id, body);
      const bool unsettled =
          !updated && updated.error().detail == "INVALID_STATE" && !kind.state_field.empty();
      if (!unsettled || system_clock().steady() > deadline) return updated;
      if (hooks_.may_go_on && !hooks_.may_go_on()) return updated;
      system_clock().sleep(kStatePoll);
    }
  }

  /// A cluster that stopped since the plan is edited instead: an edit of a stopped one restarts
  /// nothing.
  Result<> resize(const Resource& resource, const std::string& id, const Json& body) {
    const Kind& kind = *resource.kind;
    Json size = Json::object();
    for (const std::string_view field : kind.resize_fields)
      if (body.contains(field)) size[std::string(field)] = body[std::string(field)];
    const auto resized = provider_.call(kind, kind.resize, id, size);
    if (resized || resized.error().detail != "INVALID_STATE") return resized;
    const auto now = TRY(provider_.read(kind, id));
    if (now && text_at(now->body, kind.state_field) == "RUNNING") return resized;
    return update(kind, id, body);
  }

  Result<> import(const Step& step, const Resource& resource) {
    const std::string path = text_at(resource.body, "path");
    const std::string language = text_at(resource.body, "language");
    const std::string& content = *resource.content;
    const bool overwrite = step.verb != Step::Verb::Create;
    const auto imported =
        provider_.import_notebook(path, content, language, resource.format, overwrite);
    if (!imported) {
      const Error::Code code = imported.error().code;
      if (code != Error::Code::Unclear && code != Error::Code::Exists) return imported;
      const auto now = TRY(provider_.export_notebook(path, resource.format));
      if (!now || *now != content) return imported;  // neither an earlier attempt's effect
    }
    record(resource, path, resource.body);
    return {};
  }

  Result<> remove(const Step& step, const Kind& kind) {
    if (kind.key_field.empty())
      TRY_VOID(provider_.remove(kind, step.id));
    else
      TRY_VOID(provider_.remove_file(step.id));
    const std::scoped_lock guard(mutex_);
    const LedgerEntry* entry = ledger_.find(step.target);
    if (entry && entry->id == step.id) ledger_.entries.erase(step.target);
    std::erase_if(ledger_.entries, [&](const auto& other) {
      return other.second.carrier == step.target && !desired_.find(other.first);
    });
    return {};
  }

  void record(const Resource& resource, const std::string& id, const Json& body) {
    const std::scoped_lock guard(mutex_);
    ids_[resource.address] = id;
    LedgerEntry& entry = ledger_.entries[resource.address];
    entry = {.id = id, .body = storable(body, index_rules(*resource.kind)), .echo = {}};
    entry.depends_on = resource.depends_on;
    entry.applied_at = rfc3339(system_clock().now());
    if (resource.content) entry.content_hash = sha256_hex(*resource.content);
    record_carried(resource.address, id);
  }

  /// With mutex_ held: what travelled in the request of `carrier`.
  void record_carried(const Address& carrier, const std::string& id) {
    std::erase_if(ledger_.entries,
                  [&](const auto& other) { return other.second.carrier == carrier; });
    for (const Resource& resource : desired_.resources)
      if (resource.carrier == carrier) {
        LedgerEntry entry{.id = id, .body = {}, .echo = {}};
        entry.carrier = carrier;
        entry.depends_on = resource.depends_on;
        ledger_.entries[resource.address] = std::move(entry);
      }
  }

  /// Notebooks need their folders; one call each makes the parents, too.
  Result<> make_folders() {
    std::set<std::string> folders;
    for (const Change& change : plan_.changes)
      if (change.address.kind == "notebooks" &&
          (change.action == Action::Create || change.action == Action::Replace))
        folders.insert(parent_of(change.name));
    for (const std::string& folder : folders) {
      auto made = provider_.make_folder(folder);
      if (!made) return fail(std::move(made.error()).in("cannot create the folder " + folder));
    }
    return {};
  }

  std::vector<StepOutcome> refuse_all(const Error& error) {
    for (const Change& change : plan_.changes)
      if (change.action != Action::Keep)
        tell({change.address, change.action, StepOutcome::Result::NotTried, error.message});
    return std::move(outcomes_);
  }

  /// What travelled in the request of `step` shares its fate.
  void tell_carried(const Step& step, StepOutcome outcome) {
    for (const Change& change : plan_.changes) {
      if (change.carrier != step.target || &change == step.change || change.action == Action::Keep)
        continue;
      outcome.address = change.address;
      outcome.action = change.action;
      tell(outcome);
    }
  }

  void tell(const StepOutcome& outcome) {
    outcomes_.push_back(outcome);
    if (hooks_.finished) hooks_.finished(outcome);
  }

  const Plan& plan_;
  const Desired& desired_;
  Ledger& ledger_;
  Provider& provider_;
  const ApplyHooks& hooks_;
  std::mutex mutex_;  // guards ids_, ledger_, outcomes_, stored_at_ and the hooks
  std::map<Address, std::string> ids_;
  std::vector<StepOutcome> outcomes_;
  Clock::Steady stored_at_ = system_clock().steady();
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
