#include "engine/spec/target.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "engine/spec/merge.hpp"

namespace dbplan {
namespace {

const Node* find_map(const Node* node, std::string_view key) {
  const Node* value = node == nullptr ? nullptr : find_value(*node, key);
  return value != nullptr && value->is_map() ? value : nullptr;
}

bool is_default(const Node& target) {
  const Node* flag = find_value(target, "default");
  return flag != nullptr && flag->is_scalar() && (flag->text[0] == 't' || flag->text[0] == 'T');
}

std::string names_of(const Node& targets) {
  std::string names;
  for (std::size_t i = 0; i < targets.members.size(); ++i)
    names += (i == 0                            ? ""
              : i + 1 == targets.members.size() ? " and "
                                                : ", ") +
             in_quotes(targets.members[i].key);
  return names;
}

Target chosen(const Member& member) {
  return {std::string(member.key), member.value->is_map() ? member.value : nullptr};
}

Target choose_default(const Node& targets, Place place, Reporter& report) {
  if (targets.members.size() == 1) return chosen(targets.members[0]);
  const Member* found = nullptr;
  for (const Member& member : targets.members) {
    if (!is_default(*member.value)) continue;
    if (found != nullptr)
      report.error(member.place, "Two default targets",
                   in_quotes(found->key) + " (" + report.name(found->place) +
                       ") is the default already. Remove \"default: true\" from one of the two.");
    else
      found = &member;
  }
  if (found != nullptr) return chosen(*found);
  report.error(place, "No default target",
               "Name a target with --target, or mark one with \"default: true\". The spec has " +
                   names_of(targets) + ".");
  return {};
}

// As merge_over, for maps with thousands of keys.
const Node* merge_kind(const Node& base, const Node& over, const Kind* kind, Arena& arena) {
  std::map<std::string_view, std::size_t> index;
  std::vector<Member> members(base.members.begin(), base.members.end());
  for (std::size_t i = 0; i < members.size(); ++i) index.emplace(members[i].key, i);
  for (const Member& member : over.members) {
    const auto [found, is_new] = index.try_emplace(member.key, members.size());
    if (is_new) {
      members.push_back(member);
    } else {
      Member& into = members[found->second];
      into.value = merge_over(into.value, member.value, kind, arena);
    }
  }
  return arena.map(members, base.place);
}

}  // namespace

Target choose_target(const Node& root, const std::string& name, Place start, Reporter& report) {
  const Node* targets = find_map(&root, "targets");
  if (targets == nullptr || targets->members.empty()) {
    if (!name.empty() && name != "default")
      report.error(start, "Unknown target",
                   "The spec has no targets, so there is no " + in_quotes(name) + ".");
    return {name.empty() ? "default" : name, nullptr};
  }
  const Place place = find_member(root, "targets")->place;
  if (name.empty()) return choose_default(*targets, place, report);
  if (const Member* member = find_member(*targets, name)) return chosen(*member);
  std::vector<std::string> names;
  for (const Member& member : targets->members) names.emplace_back(member.key);
  const std::string near = suggestion(name, names);
  report.error(place, "Unknown target",
               "The spec has no target " + in_quotes(name) + "." +
                   (near.empty() ? " It has " + names_of(*targets) + "." : near));
  return {name, nullptr};
}

const Node* merged_block(const Node& root, const Target& target, std::string_view name,
                         Arena& arena) {
  const Node* base = find_map(&root, name);
  const Node* over = find_map(target.node, name);
  if (base == nullptr || over == nullptr) return base == nullptr ? over : base;
  return merge_over(base, over, nullptr, arena);
}

const Node* merged_resources(const Node& root, const Target& target,
                             std::span<const Kind* const> kinds, Arena& arena) {
  const Node* base = find_map(&root, "resources");
  const Node* over = find_map(target.node, "resources");
  if (base == nullptr && over == nullptr) return arena.map({}, {});
  if (base == nullptr || over == nullptr) return base == nullptr ? over : base;
  std::vector<Member> members(base->members.begin(), base->members.end());
  for (const Member& member : over->members) {
    const auto found = std::ranges::find(members, member.key, &Member::key);
    if (found == members.end() || !found->value->is_map()) {
      if (found == members.end())
        members.push_back(member);
      else
        *found = member;
    } else if (member.value->is_map()) {
      found->value = merge_kind(*found->value, *member.value, find_kind(kinds, member.key), arena);
    }
  }
  return arena.map(members, base->place);
}

}  // namespace dbplan
