#include "engine/apply/steps.hpp"

#include <map>

namespace dbplan {
namespace {

bool creates_or_updates(const Change& change) {
  return change.action != Action::Keep && change.action != Action::Delete && !change.carrier;
}

/// Where no two may have one name, the old one has to go before the new one comes.
bool removed_first(const Change& change) {
  return change.action == Action::Replace && change.kind->unique_name;
}

/// A change that only starts or stops needs no update.
bool has_update(const Change& change) {
  for (const FieldChange& field : change.fields)
    if (field.acts() && field.top != "lifecycle") return true;
  return change.notebook.has_value();
}

Step::Verb main_verb(const Change& change) {
  switch (change.action) {
    case Action::Create:
    case Action::Replace:
      return Step::Verb::Create;
    case Action::Resize:
      return Step::Verb::Resize;
    case Action::Release:
      return Step::Verb::Release;
    default:
      return Step::Verb::Update;
  }
}

class Scheduler {
 public:
  Scheduler(const Plan& plan, const Desired& desired) : plan_(plan), desired_(desired) {}

  Stage forward() {
    for (const Change& change : plan_.changes)
      if (creates_or_updates(change)) add_steps(change);
    for (const Change& change : plan_.changes)
      if (change.carrier && change.action != Action::Keep) add_carried(change, *change.carrier);
    for (std::size_t i = 0; i < stage_.steps.size(); ++i) connect(i);
    return std::move(stage_);
  }

 private:
  void add_steps(const Change& change) {
    if (removed_first(change))
      add({.verb = Step::Verb::Remove,
           .change = &change,
           .target = change.address,
           .id = change.old_id});
    if (change.action != Action::Update || has_update(change))
      add({.verb = main_verb(change),
           .change = &change,
           .target = change.address,
           .id = change.id});
    if (change.started)
      add({.verb = *change.started ? Step::Verb::Start : Step::Verb::Stop,
           .change = &change,
           .target = change.address,
           .id = change.id});
  }

  /// A schedule travels in its job's request; only when the job has none of its own, one is made.
  void add_carried(const Change& change, const Address& carrier) {
    if (last_of_.contains(carrier) || !desired_.find(carrier)) return;
    add({.verb = Step::Verb::Update, .change = &change, .target = carrier, .id = change.id});
  }

  void add(Step step) {
    Task task;
    if (const auto before = last_of_.find(step.target); before != last_of_.end())
      task.needs.push_back(before->second);
    last_of_[step.target] = stage_.steps.size();
    stage_.steps.push_back(std::move(step));
    stage_.tasks.push_back(std::move(task));
  }

  void connect(std::size_t i) {
    const Resource* resource = desired_.find(stage_.steps[i].target);
    if (!resource) return;
    for (const Address& needed : resource->depends_on)
      if (const auto step = last_of_.find(needed); step != last_of_.end() && step->second != i)
        stage_.tasks[i].needs.push_back(step->second);
  }

  const Plan& plan_;
  const Desired& desired_;
  Stage stage_;
  std::map<Address, std::size_t> last_of_;  // the last step of each address
};

Stage removals(const Plan& plan, const std::set<const Change*>& first, const std::string& kind) {
  Stage stage;
  std::map<Address, std::size_t> index;
  const auto add = [&](const Change& change, const std::string& id) {
    index[change.address] = stage.steps.size();
    stage.steps.push_back(
        {.verb = Step::Verb::Remove, .change = &change, .target = change.address, .id = id});
    stage.tasks.emplace_back();
  };
  for (const Change& change : plan.changes) {
    if (change.address.kind != kind || change.carrier || first.contains(&change)) continue;
    if (change.action == Action::Delete) add(change, change.id);
    if (change.action == Action::Replace && !removed_first(change)) add(change, change.old_id);
  }
  for (std::size_t i = 0; i < stage.steps.size(); ++i)
    for (const Address& needed : stage.steps[i].change->depends_on)
      if (const auto other = index.find(needed); other != index.end() && other->second != i)
        stage.tasks[other->second].needs.push_back(i);
  return stage;
}

}  // namespace

Stage clearing_steps(const std::set<const Change*>& first) {
  Stage stage;
  for (const Change* change : first) {
    const bool is_delete = change->action == Action::Delete;
    stage.steps.push_back({.verb = Step::Verb::Remove,
                           .change = change,
                           .target = change->address,
                           .id = is_delete ? change->id : change->old_id});
    stage.tasks.emplace_back();
  }
  return stage;
}

std::vector<Stage> schedule_steps(const Plan& plan, const Desired& desired,
                                  const std::set<const Change*>& first,
                                  const std::vector<std::string>& kind_order) {
  std::vector<Stage> stages{Scheduler(plan, desired).forward()};
  for (auto kind = kind_order.rbegin(); kind != kind_order.rend(); ++kind)
    stages.push_back(removals(plan, first, *kind));
  std::erase_if(stages, [](const Stage& stage) { return stage.steps.empty(); });
  return stages;
}

}  // namespace dbplan
