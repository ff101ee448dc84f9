#include "engine/plan/select.hpp"

#include <algorithm>
#include <set>

namespace dbplan {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*')
    return matches(pattern.substr(1), text) || (!text.empty() && matches(pattern, text.substr(1)));
  return !text.empty() && pattern[0] == text[0] && matches(pattern.substr(1), text.substr(1));
}

bool names(const std::string& pattern, const Address& address) {
  return matches(pattern, address.key) || matches(pattern, address.text());
}

class Selection {
 public:
  explicit Selection(const Plan& plan) : plan_(plan) {}

  void add(const Address& address) {
    if (!selected_.insert(address).second) return;
    for (const Change& change : plan_.changes) {
      if (change.address == address) add_needed(change);
      const bool is_part = change.owner == address || change.carrier == address;
      const bool goes_before =
          change.action == Action::Delete &&
          std::ranges::find(change.depends_on, address) != change.depends_on.end() &&
          is_deleted(address);
      if (is_part || goes_before) add(change.address);
    }
  }

  bool holds(const Address& address) const { return selected_.contains(address); }

 private:
  void add_needed(const Change& change) {
    if (change.carrier) add(*change.carrier);
    if (change.action == Action::Delete) return;
    for (const Address& needed : change.depends_on) add(needed);
  }

  bool is_deleted(const Address& address) const {
    return std::ranges::any_of(plan_.changes, [&](const Change& change) {
      return change.address == address && change.action == Action::Delete;
    });
  }

  const Plan& plan_;
  std::set<Address> selected_;
};

}  // namespace

Result<Plan> select_changes(Plan plan, const std::vector<std::string>& patterns) {
  if (patterns.empty()) return plan;
  Selection selection(plan);
  for (const std::string& pattern : patterns) {
    bool found = false;
    for (const Change& change : plan.changes)
      if (names(pattern, change.address)) {
        found = true;
        selection.add(change.address);
      }
    if (!found)
      return fail(Error::Code::NotFound, "--select " + pattern +
                                             ": neither the spec nor the workspace has it; an "
                                             "address looks like jobs.nightly, \"*\" stands for "
                                             "anything");
  }
  std::erase_if(plan.changes,
                [&](const Change& change) { return !selection.holds(change.address); });
  return plan;
}

}  // namespace dbplan
