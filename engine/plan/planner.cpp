#include <algorithm>
#include <map>
#include <set>

#include "engine/model/stamp.hpp"
#include "engine/plan/compare.hpp"
#include "engine/plan/plan.hpp"
#include "engine/plan/risks.hpp"
#include "engine/plan/wanted.hpp"

namespace dbplan {
namespace {

/// Of more deletes than a reader goes through, none is compared with what is created.
constexpr std::size_t kMostCompared = 100;

class Planner {
 public:
  Planner(const Desired& desired, const Live& live, const Ledger& ledger,
          std::span<const Kind* const> kinds, const std::set<Address>& renewed)
      : desired_(desired), live_(live), ledger_(ledger), kinds_(kinds), renewed_(renewed) {
    for (const Kind* kind : kinds) rules_.emplace(kind, index_rules(*kind));
    for (const Resource& resource : desired.resources)
      if (resource.carrier) carried_[*resource.carrier] = resource.address;
    for (const auto& [address, entry] : ledger.entries)
      if (entry.carrier && !desired.find(address)) carried_.emplace(*entry.carrier, address);
  }

  Plan plan() {
    for (const Resource& resource : desired_.resources)
      if (resource.kind->home == Home::Server || resource.kind->home == Home::Part)
        plan_wanted(resource);
    for (const auto& [address, resource] : live_.found)
      if (!desired_.find(address)) plan_unwanted(address, resource);
    for (const Resource& resource : desired_.resources)
      if (resource.carrier) plan_carried(resource);
    for (const auto& [address, doubles] : live_.doubles)
      for (const LiveResource& twin : doubles) plan_double(address, twin);
    follow_owners();
    point_out_renames();
    std::ranges::stable_sort(plan_.changes, {}, &Change::address);
    plan_.bundle = desired_.bundle;
    plan_.target = desired_.target;
    plan_.root_path = desired_.root_path;
    plan_.ledger_found = ledger_.found;
    add_users();
    assess(plan_.changes, desired_, live_);
    return std::move(plan_);
  }

 private:
  Change start_change(const Resource& resource) const {
    const std::string name = text_at(resource.body, resource.kind->name_field);
    return {.address = resource.address,
            .kind = resource.kind,
            .action = Action::Keep,
            .reason = {},
            .id = {},
            .name = name,
            .where = resource.where,
            .fields = {},
            .carrier = resource.carrier,
            .depends_on = resource.depends_on,
            .owner = resource.owner};
  }

  void plan_wanted(const Resource& resource) {
    if (is_released(resource.owner)) return;
    Change change = start_change(resource);
    const LiveResource* live = live_.find(resource.address);
    const LedgerEntry* last = ledger_.find(resource.address);
    if (resource.release) return plan_release(std::move(change), live, last);
    if (const auto left = live_.left_behind.find(resource.address);
        left != live_.left_behind.end()) {
      change.action = Action::Replace;
      change.old_id = left->second;
      change.id = left->second;
      change.reason = "its path changed, and a path cannot be changed in place";
      if (live && is_foreign_text(resource, *live))
        change.blocked = "something exists at the new path already";
    } else if (!live) {
      plan_create(resource, last, change);
    } else if (resource.owner && !was_set(resource, *live, last)) {
      change.id = live->id;
      change.action = Action::Create;
      change.reason = "new in the spec";
    } else {
      change.id = live->id;
      if (resource.content)
        compare_notebook(resource, *live, last, change);
      else
        compare_bodies(resource, *live, last, change);
      compare_running(resource, *live, last, change);
      tell_origin(resource, *live, last, change);
    }
    if (change.action == Action::Replace && resource.prevent_destroy)
      change.blocked = "lifecycle.prevent_destroy forbids replacing it";
    plan_.changes.push_back(std::move(change));
  }

  /// What lies outside our root path and is not what we would put there, is somebody else's.
  bool is_foreign_text(const Resource& resource, const LiveResource& live) const {
    return live_.foreign.contains(resource.address) && live.content_hash != notebook_hash(resource);
  }

  /// Permissions are never absent. Those of an object whose creation was cut off before they were
  /// set are as the server makes them: nobody's but the caller's.
  bool was_set(const Resource& resource, const LiveResource& live, const LedgerEntry* last) const {
    if (last ? !last->body.is_null() : ledger_.find(*resource.owner) != nullptr) return true;
    const Resource* owner = desired_.find(*resource.owner);
    if (!owner) return true;
    const Json fresh = with_caller(Json::object(), *owner->kind, desired_.user_name);
    const Json& callers = fresh["access_control_list"];
    return std::ranges::any_of(
        at_or_null(live.body, "access_control_list"),
        [&](const Json& entry) { return std::ranges::find(callers, entry) == callers.end(); });
  }

  void plan_create(const Resource& resource, const LedgerEntry* last, Change& change) const {
    change.action = Action::Create;
    const bool owner_gone = resource.owner && !live_.find(*resource.owner);
    change.vanished = last != nullptr && !owner_gone;
    change.reason = last && owner_gone ? "what they belong to is created"
                    : last             ? "deleted in the workspace since the last apply"
                                       : "new in the spec";
    // What is created starts; wanted stopped, it is stopped right after.
    if (resource.started == false) change.started = false;
    if (const auto trouble = live_.not_adoptable.find(resource.address);
        trouble != live_.not_adoptable.end())
      change.blocked = trouble->second;
  }

  /// What is known of how it came to be at this address.
  void tell_origin(const Resource& resource, const LiveResource& live, const LedgerEntry* last,
                   Change& change) const {
    const bool acts = change.action != Action::Keep;
    if (acts && live_.foreign.contains(resource.address))
      change.blocked =
          "exists already and is not known to be ours: let the spec `adopt` it, or choose another "
          "place or name";
    if (live_.adopted.contains(resource.address)) {
      change.adopted = true;
      change.reason = "exists already and becomes ours";
    }
    const bool stamped =
        resource.moved_from && !resource.kind->stamp_field.empty() &&
        stamp_in(*resource.kind, live.body) == stamp_of(desired_.root_path, *resource.moved_from);
    change.moved_from = stamped ? resource.moved_from : last ? last->moved_from : std::nullopt;
    if (change.moved_from) change.reason = "moved from " + change.moved_from->text();
  }

  void plan_release(Change change, const LiveResource* live, const LedgerEntry* last) {
    if (!live || live_.foreign.contains(change.address)) return;
    const bool stamped =
        stamp_in(*change.kind, live->body).starts_with(stamp_prefix(desired_.root_path));
    if (!last && !stamped) return;
    change.id = live->id;
    change.action = Action::Release;
    change.reason = "released by the spec: it stays as it is, and dbplan forgets it";
    plan_.changes.push_back(std::move(change));
  }

  void compare_bodies(const Resource& resource, const LiveResource& live, const LedgerEntry* last,
                      Change& change) {
    const RuleNode& rules = rules_.at(resource.kind);
    const Json wanted = wanted_body(resource, desired_, [&](const ResourceReference& reference) {
      const LiveResource* target = live_.find(reference.address);
      const bool known = target && !target->id.empty() && !renewed_.contains(reference.address);
      return known ? std::optional(target->id) : std::nullopt;
    });
    const bool known = last && !last->body.is_null();
    change.fields = diff({.desired = &wanted,
                          .last = known ? &last->body : nullptr,
                          .live = &live.body,
                          .echo = known && !last->echo.is_null() ? &last->echo : nullptr},
                         rules);
    give_to_carried(resource.address, change);
    if (known && last->id == live.id) leave_stamp_alone(resource, live, change);
    judge_fields(resource, live, change);
  }

  /// Moves the fields of a schedule out of its job's change, to be told at its own address.
  void give_to_carried(const Address& carrier, Change& change) {
    if (!carried_.contains(carrier)) return;
    const auto own = std::ranges::stable_partition(
        change.fields, [](const FieldChange& field) { return !is_schedule_block(field.top); });
    std::vector<FieldChange>& given = given_[carrier];
    given.assign(std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
    change.fields.erase(own.begin(), own.end());
  }

  void plan_unwanted(const Address& address, const LiveResource& live) {
    const Kind* kind = find_kind(kinds_, address.kind);
    if (!kind || live.id == desired_.root_path) return;  // the root outlives what lies in it
    const LedgerEntry* last = ledger_.find(address);
    if (is_released(live.carrier) || is_released(live.owner)) return;
    Change change{.address = address,
                  .kind = kind,
                  .action = Action::Delete,
                  .reason = "removed from the spec",
                  .id = live.id,
                  .name = {},
                  .where = {},
                  .fields = {}};
    change.name = text_at(live.body, kind->name_field);
    change.carrier = live.carrier;
    change.owner = live.owner;
    if (change.owner) change.name = change.owner->text();
    if (change.owner) change.reason = "removed from the spec: set back to who has to keep them";
    if (last) change.depends_on = last->depends_on;
    if (last && last->moved_from) tell_left_behind(*last->moved_from, change);
    if (change.carrier) {
      const auto given = given_.find(*change.carrier);
      const bool taken_over = given == given_.end() && desired_.find(*change.carrier);
      if (taken_over) return;  // the job declares the block itself now
      if (given != given_.end()) change.fields = given->second;
      if (given != given_.end() && change.fields.empty()) return;
    }
    plan_.changes.push_back(std::move(change));
  }

  void tell_left_behind(const Address& by, Change& change) const {
    change.reason = "the spec has " + by.text() + " at another path now";
    if (const Resource* resource = desired_.find(by); resource && resource->prevent_destroy)
      change.blocked = "lifecycle.prevent_destroy of " + by.text() + " forbids removing it";
  }

  /// What travels with or belongs to something released is released with it.
  bool is_released(const std::optional<Address>& address) const {
    const Resource* resource = address ? desired_.find(*address) : nullptr;
    return resource && resource->release;
  }

  void plan_carried(const Resource& resource) {
    if (is_released(resource.carrier)) return;
    Change change = start_change(resource);
    const LiveResource* job = live_.find(*resource.carrier);
    change.id = job ? job->id : "";
    const bool there = job && std::ranges::any_of(job->body.items(), [](const auto& member) {
                         return is_schedule_block(member.key());
                       });
    const auto given = given_.find(*resource.carrier);
    if (given != given_.end()) change.fields = given->second;
    const bool acts = std::ranges::any_of(change.fields, &FieldChange::acts);
    if (!there) {
      const LedgerEntry* last = ledger_.find(resource.address);
      change.action = Action::Create;
      change.vanished = job && last && last->carrier == resource.carrier;
      change.reason = "new in the spec";
      if (last && !job) change.reason = "its job is created";
      if (last && job) change.reason = "edited in the spec: it is another job's now";
      if (change.vanished) change.reason = "deleted in the workspace since the last apply";
    } else if (acts) {
      change.action = Action::Update;
      change.reason = update_reason(change.fields);
    }
    plan_.changes.push_back(std::move(change));
  }

  void plan_double(const Address& address, const LiveResource& twin) {
    const Kind* kind = find_kind(kinds_, address.kind);
    Change change{.address = address,
                  .kind = kind,
                  .action = Action::Delete,
                  .reason = {},
                  .id = twin.id,
                  .name = text_at(twin.body, kind->name_field),
                  .where = {},
                  .fields = {}};
    const LiveResource* kept = live_.find(address);
    change.reason = "a second object with the stamp of this address (a clone?); id " +
                    (kept ? kept->id : "") + " stays";
    plan_.changes.push_back(std::move(change));
  }

  /// What is replaced gets a new id, and its parts with it.
  void follow_owners() {
    std::set<Address> replaced;
    for (const Change& change : plan_.changes)
      if (change.action == Action::Replace) replaced.insert(change.address);
    for (Change& change : plan_.changes)
      if (change.owner && replaced.contains(*change.owner) && change.action != Action::Delete) {
        change.action = Action::Create;
        change.reason = "what they belong to is replaced";
      }
  }

  /// A new key without `moved` makes a new object and deletes the old one, which may not be meant.
  void point_out_renames() {
    std::vector<const Change*> deleted;
    for (const Change& change : plan_.changes)
      if (change.action == Action::Delete) deleted.push_back(&change);
    if (deleted.size() > kMostCompared) return;
    for (Change& change : plan_.changes) {
      if (change.action != Action::Create || change.kind->stamp_field.empty()) continue;
      const auto old = std::ranges::find_if(
          deleted, [&](const Change* other) { return looks_renamed(*other, change); });
      if (old != deleted.end() && !ledger_.find(change.address)) point_out_rename(**old, change);
    }
  }

  static void point_out_rename(const Change& old, Change& created) {
    const std::string name = old.address.text();
    const std::string way = "\"moved: {from: " + name + "}\"";
    if (created.kind->unique_name && old.name == created.name)
      created.blocked = name + " has this name until it is deleted: keep it by " + way +
                        ", or rename one of them";
    else
      created.reason += "; looks like " + name + " renamed: " + way + " keeps it";
  }

  /// Whether what is deleted has the name, or four fifths of the fields, of what is created.
  bool looks_renamed(const Change& deleted, const Change& created) const {
    if (deleted.kind != created.kind) return false;
    if (!created.name.empty() && deleted.name == created.name) return true;
    const LedgerEntry* last = ledger_.find(deleted.address);
    const Json& wanted = desired_.find(created.address)->body;
    if (!last || wanted.size() < 3) return false;
    const auto equal = std::ranges::count_if(wanted.items(), [&](const auto& field) {
      return at_or_null(last->body, field.key()) == field.value();
    });
    return std::size_t(equal) * 5 >= wanted.size() * 4;
  }

  void add_users() {
    std::map<Address, Change*> by_address;
    for (Change& change : plan_.changes)
      if (change.action != Action::Delete) by_address[change.address] = &change;
    for (const Change& change : plan_.changes)
      for (const Address& needed : change.depends_on)
        if (const auto used = by_address.find(needed); used != by_address.end())
          used->second->used_by.push_back(change.address);
  }

  const Desired& desired_;
  const Live& live_;
  const Ledger& ledger_;
  std::span<const Kind* const> kinds_;
  const std::set<Address>& renewed_;  // whose ids will be others
  std::map<const Kind*, RuleNode> rules_;
  std::map<Address, Address> carried_;  // job -> its schedule
  std::map<Address, std::vector<FieldChange>> given_;
  Plan plan_;
};

/// What the server gives a new id.
std::set<Address> renewed_by(const Plan& plan) {
  std::set<Address> renewed;
  for (const Change& change : plan.changes)
    if (change.action == Action::Replace && !change.kind->natural_id() && !change.kind->in_tree)
      renewed.insert(change.address);
  return renewed;
}

}  // namespace

Plan make_plan(const Desired& desired, const Live& live, const Ledger& ledger,
               std::span<const Kind* const> kinds) {
  // What names something that is replaced changes with it, and may have to be replaced, too.
  for (std::set<Address> renewed;;) {
    Plan plan = Planner(desired, live, ledger, kinds, renewed).plan();
    std::set<Address> now = renewed_by(plan);
    if (now == renewed) return plan;
    renewed = std::move(now);
  }
}

}  // namespace dbplan
