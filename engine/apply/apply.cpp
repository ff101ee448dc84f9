#include "engine/apply/apply.hpp"

#include <algorithm>
#include <mutex>
#include <set>

#include "engine/apply/steps.hpp"
#include "engine/base/digest.hpp"
#include "engine/live/observers.hpp"
#include "engine/model/notebook.hpp"
#include "engine/model/stamp.hpp"
#include "engine/plan/wanted.hpp"

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
      : plan_(plan),
        desired_(desired),
        live_(live),
        ledger_(ledger),
        provider_(provider),
        hooks_(hooks) {
    for (const auto& [address, resource] : live.found) ids_[address] = resource.id;
    for (const Resource& resource : desired.resources) {
      if (!rules_.contains(resource.kind))
        rules_.emplace(resource.kind, index_rules(*resource.kind));
      if (resource.carrier) carried_[*resource.carrier].resources.push_back(&resource);
    }
    for (const Change& change : plan.changes)
      if (change.owner && change.action == Action::Create) announce(change);
    for (const Change& change : plan.changes)
      if (change.carrier) carried_[*change.carrier].changes.push_back(&change);
    for (const auto& [address, entry] : ledger.entries) {
      if (entry.carrier) carried_[*entry.carrier].remembered.push_back(address);
      if (entry.owner) carried_[*entry.owner].parts.push_back(address);
    }
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
  /// Permissions of what is created are set in a step of their own: an apply that is cut off before
  /// it leaves them to the next one, which knows by this that they never were.
  void announce(const Change& part) {
    LedgerEntry entry{.id = {}, .body = {}, .echo = {}};
    entry.owner = part.owner;
    ledger_.entries[part.address] = std::move(entry);
  }

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
    const Result<> done = perform(step);
    const std::scoped_lock guard(mutex_);
    StepOutcome outcome{step.change->address, step.change->action, StepOutcome::Result::Done, {}};
    if (!done) {
      outcome.result = StepOutcome::Result::Failed;
      outcome.text = done.error().message;
    }
    tell(outcome);
    tell_carried(step, outcome);
    if (hooks_.checkpoint && hooks_.clock.steady() - stored_at_ > kCheckpoint) {
      stored_at_ = hooks_.clock.steady();
      hooks_.checkpoint(ledger_);
    }
    return done.has_value();
  }

  Result<> perform(const Step& step) {
    const Kind& kind = step.target == step.change->address ? *step.change->kind
                                                           : *desired_.find(step.target)->kind;
    switch (step.verb) {
      case Step::Verb::Start:
        TRY_VOID(provider_.call(kind, kind.start, id_of(step), Json::object()));
        return note_started(step);
      case Step::Verb::Stop:
        TRY_VOID(provider_.call(kind, kind.stop, id_of(step), Json::object()));
        return note_started(step);
      case Step::Verb::Remove:
        return remove(step, kind);
      case Step::Verb::Release:
        return release(step, kind);
      default:
        break;
    }
    const Resource& resource = *desired_.find(step.target);
    if (resource.content) return import(step, resource);
    if (kind.in_tree) return put_in_tree(resource);
    if (resource.owner) return set_permissions(resource);
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

  /// A step that only starts or stops records nothing else.
  Result<> note_started(const Step& step) {
    const std::scoped_lock guard(mutex_);
    const auto entry = ledger_.entries.find(step.target);
    const Resource* resource = desired_.find(step.target);
    if (resource && entry != ledger_.entries.end()) entry->second.started = resource->started;
    return {};
  }

  /// What an earlier step of the same change created has its id from there.
  std::string id_of(const Step& step) {
    const std::scoped_lock guard(mutex_);
    return step.id.empty() ? ids_[step.target] : step.id;
  }

  Json body_of(const Resource& resource) {
    const std::scoped_lock guard(mutex_);
    return wanted_body(resource, desired_, [&](const ResourceReference& reference) {
      const auto id = ids_.find(reference.address);
      return id == ids_.end() ? std::nullopt : std::optional(id->second);
    });
  }

  /// A create is never repeated blindly: after an unclear answer the object is looked for.
  Result<std::string> create(const Resource& resource, const Json& body) {
    const std::string token = random_hex(16);
    auto id = provider_.create(*resource.kind, body, token);
    for (int attempt = 0; attempt < 2 && !id && may_be_created(id.error()); ++attempt) {
      auto found = find_created(resource, body);
      if (!found) id = fail(std::move(found.error()));
      if (found && *found) return **found;
      if (!found || (hooks_.may_go_on && !hooks_.may_go_on())) break;
      id = provider_.create(*resource.kind, body, token);
    }
    if (id || !may_be_created(id.error())) return id;
    note_unsettled();
    return fail(
        std::move(id.error()).in("unclear whether it was created; the next plan will look"));
  }

  /// Only what says that the request is wrong says that nothing was created: what was tried several
  /// times may have been done before it was refused.
  static bool may_be_created(const Error& error) {
    using enum Error::Code;
    return error.code != Invalid && error.code != Exists && error.code != Conflict &&
           error.code != NotFound;
  }

  void note_unsettled() {
    const std::scoped_lock guard(mutex_);
    ledger_.unsettled = true;
  }

  /// What an unclear create left: found by its stamp, or by its name where there are no tags.
  Result<std::optional<std::string>> find_created(const Resource& resource, const Json& body) {
    const Kind& kind = *resource.kind;
    const std::string stamp = stamp_of(desired_.root_path, resource.address);
    const Listing listing = TRY(provider_.list(kind, text_at(body, kind.parent_field)));
    for (const LiveObject& object : listing.objects) {
      const bool found = kind.stamp_field.empty()
                             ? text_at(object.body, kind.key_field) == text_at(body, kind.key_field)
                             : stamp_in(kind, object.body) == stamp;
      if (found) return object.id;
    }
    return std::nullopt;
  }

  /// A cluster between two states refuses edits until it has settled.
  Result<> update(const Kind& kind, const std::string& id, const Json& body) {
    const auto deadline = hooks_.clock.steady() + kStatePatience;
    for (;;) {
      const auto updated = provider_.update(kind, id, body);
      const bool unsettled =
          !updated && updated.error().detail == "INVALID_STATE" && !kind.state_field.empty();
      if (!unsettled || hooks_.clock.steady() > deadline) return updated;
      if (hooks_.may_go_on && !hooks_.may_go_on()) return updated;
      hooks_.clock.sleep(kStatePoll);
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
    // What the plan saw at that path, it meant to replace.
    const bool overwrite = step.verb != Step::Verb::Create || live_.find(resource.address);
    const auto imported =
        provider_.import_notebook(path, content, language, resource.format, overwrite);
    if (!imported) {
      const Error::Code code = imported.error().code;
      if (code != Error::Code::Unclear && code != Error::Code::Exists) return imported;
      const auto now = TRY(provider_.export_notebook(path, resource.format));
      const bool ours =
          now && notebook_hash(*now, resource.format, language) == notebook_hash(resource);
      if (!ours) return imported;
    }
    record(resource, path, resource.body);
    if (!step.change->old_id.empty()) {
      const std::scoped_lock guard(mutex_);
      ledger_.entries[resource.address].old_id = step.change->old_id;
    }
    return {};
  }

  /// Folders are made, files are sent: what did not change is not sent again.
  Result<> put_in_tree(const Resource& resource) {
    const std::string path = text_at(resource.body, "path");
    if (resource.files.empty()) {
      TRY_VOID(provider_.make_folder(path));
    } else {
      const LiveResource* live = live_.find(resource.address);
      const Json none = Json::object();
      const Json& there = live ? at_or_null(live->body, "files") : none;
      const Json& wanted = at_or_null(resource.body, "files");
      for (const auto& [name, bytes] : resource.files)
        if (at_or_null(there, name) != at_or_null(wanted, name))
          TRY_VOID(provider_.write_file(file_path(path, name), bytes, true));
      for (const auto& [name, hash] : there.items())
        if (!wanted.contains(name)) TRY_VOID(remove_one_file(file_path(path, name)));
    }
    record(resource, path, resource.body);
    return {};
  }

  Result<> set_permissions(const Resource& resource) {
    const std::string id = TRY(part_id(*resource.owner));
    const Json body = body_of(resource);
    TRY_VOID(provider_.update(*resource.kind, id, body));
    record(resource, id, body);
    return {};
  }

  /// How the Permissions API calls an object: things in the tree go by their number there.
  Result<std::string> part_id(const Address& owner) {
    const Kind& kind = *desired_.find(owner)->kind;
    std::string id;
    {
      const std::scoped_lock guard(mutex_);
      id = ids_[owner];
    }
    if (kind.in_tree) {
      const auto entry = TRY(provider_.entry(id));
      if (!entry) return fail(Error::Code::NotFound, id + " is not there any more");
      id = std::to_string(entry->object_id);
    }
    return std::string(kind.permission_object) + "/" + id;
  }

  Result<> remove(const Step& step, const Kind& kind) {
    if (step.change->owner)
      TRY_VOID(reset_permissions(step, kind));
    else if (kind.name == "files")
      TRY_VOID(remove_files(step));
    else if (kind.in_tree)
      TRY_VOID(provider_.remove_file(step.id));
    else
      TRY_VOID(provider_.remove(kind, step.id));
    const std::scoped_lock guard(mutex_);
    const auto entry = ledger_.entries.find(step.target);
    if (entry != ledger_.entries.end() && entry->second.old_id == step.id)
      entry->second.old_id.clear();
    if (entry != ledger_.entries.end() && entry->second.id == step.id) ledger_.entries.erase(entry);
    if (const auto carried = carried_.find(step.target); carried != carried_.end())
      for (const auto* gone : {&carried->second.remembered, &carried->second.parts})
        for (const Address& address : *gone)
          if (!desired_.find(address)) ledger_.entries.erase(address);
    return {};
  }

  /// Permissions cannot be deleted: they go back to whoever has to keep them.
  Result<> reset_permissions(const Step& step, const Kind& kind) {
    const Resource* owner = desired_.find(*step.change->owner);
    if (!owner) return {};
    return provider_.update(kind, step.id,
                            with_caller(Json::object(), *owner->kind, desired_.user_name));
  }

  Result<> remove_files(const Step& step) {
    const LiveResource* live = live_.find(step.target);
    if (!live) return {};
    for (const auto& [name, hash] : at_or_null(live->body, "files").items())
      TRY_VOID(remove_one_file(file_path(step.id, name)));
    return {};
  }

  /// A file that is a notebook by its content lost its extension when it was sent.
  Result<> remove_one_file(const std::string& path) {
    if (notebook_language(path) && !TRY(provider_.entry(path)))
      return provider_.remove_file(path.substr(0, path.rfind('.')));
    return provider_.remove_file(path);
  }

  /// The object stays as the server has it, without our stamp; an object without one is only
  /// forgotten.
  Result<> release(const Step& step, const Kind& kind) {
    const LiveResource& live = *live_.find(step.target);
    if (!stamp_in(kind, live.body).empty()) {
      Json body = storable(live.body, index_rules(kind));
      drop_stamp(kind, body);
      TRY_VOID(update(kind, step.id, body));
    }
    const std::scoped_lock guard(mutex_);
    std::erase_if(ledger_.entries, [&](const auto& entry) {
      return entry.first == step.target || entry.second.carrier == step.target ||
             entry.second.owner == step.target;
    });
    return {};
  }

  void record(const Resource& resource, const std::string& id, const Json& body) {
    const std::scoped_lock guard(mutex_);
    ids_[resource.address] = id;
    LedgerEntry& entry = ledger_.entries[resource.address];
    entry = {.id = id, .body = storable(body, rules_.at(resource.kind)), .echo = {}};
    entry.owner = resource.owner;
    entry.started = resource.started;
    entry.depends_on = resource.depends_on;
    entry.applied_at = rfc3339(hooks_.clock.now());
    if (resource.content) entry.content_hash = notebook_hash(resource);
    record_carried(resource.address, id);
  }

  /// With mutex_ held: what travelled in the request of `carrier`.
  void record_carried(const Address& carrier, const std::string& id) {
    const auto found = carried_.find(carrier);
    if (found == carried_.end()) return;
    for (const Address& address : found->second.remembered)
      if (const LedgerEntry* entry = ledger_.find(address); entry && entry->carrier == carrier)
        ledger_.entries.erase(address);
    for (const Resource* resource : found->second.resources) {
      LedgerEntry entry{.id = id, .body = {}, .echo = {}};
      entry.carrier = carrier;
      entry.depends_on = resource->depends_on;
      ledger_.entries[resource->address] = std::move(entry);
    }
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

  std::vector<StepOutcome> refuse_all(const Error& error) {
    for (const Change& change : plan_.changes)
      if (change.action != Action::Keep)
        tell({change.address, change.action, StepOutcome::Result::NotTried, error.message});
    return std::move(outcomes_);
  }

  /// What travelled in the request of `step` shares its fate.
  void tell_carried(const Step& step, StepOutcome outcome) {
    const auto found = carried_.find(step.target);
    if (found == carried_.end()) return;
    for (const Change* change : found->second.changes) {
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

  /// What travels in one resource's requests: in the spec, in the plan, in the ledger before.
  struct Carried {
    std::vector<const Resource*> resources;
    std::vector<const Change*> changes;
    std::vector<Address> remembered;
    std::vector<Address> parts;  // in the ledger before: its permissions
  };

  const Plan& plan_;
  const Desired& desired_;
  const Live& live_;
  Ledger& ledger_;
  Provider& provider_;
  const ApplyHooks& hooks_;
  std::mutex mutex_;  // guards ids_, ledger_, outcomes_, stored_at_ and the hooks
  std::map<Address, std::string> ids_;
  std::map<Address, Carried> carried_;     // by carrier; fixed from the start
  std::map<const Kind*, RuleNode> rules_;  // of every kind in the spec; fixed, too
  std::vector<StepOutcome> outcomes_;
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
