#include "engine/spec/merge.hpp"

#include <algorithm>
#include <unordered_map>

#include "engine/spec/field_path.hpp"

namespace dbplan {
namespace {

/// How many levels of maps below a key of the document two files may share; what both define
/// further down is a mistake.
int shared_levels(std::string_view key) {
  if (key == "resources") return 1;  // the kind
  if (key == "targets") return 3;    // target, block, kind
  return 0;
}

/// Joins all files at once: copying a growing result once per file would be quadratic.
class FileMerge {
 public:
  FileMerge(Arena& arena, Reporter& report) : arena_(arena), report_(report) {}

  const Node* join_documents(std::span<const Node* const> documents) {
    std::vector<Member> members;
    for (const auto& group : grouped(documents)) {
      if (group.front().key == "include")
        members.push_back(group.front());
      else
        members.push_back(join_members(group, shared_levels(group.front().key), true));
    }
    return arena_.map(members, documents.front()->place);
  }

 private:
  using Group = std::vector<Member>;  // members of one key, in the order of the files

  static std::vector<Group> grouped(std::span<const Node* const> maps) {
    std::vector<Group> groups;
    std::unordered_map<std::string_view, std::size_t> index;
    for (const Node* map : maps) {
      for (const Member& member : map->members) {
        const auto [found, is_new] = index.try_emplace(member.key, groups.size());
        if (is_new) groups.emplace_back();
        groups[found->second].push_back(member);
      }
    }
    return groups;
  }

  // `may_join`: members of this level that are maps are joined; `levels`: further ones below.
  Member join_members(const Group& group, int levels, bool may_join) {
    std::vector<const Node*> maps;
    Member joined = group.front();
    for (const Member& member : group) {
      if (member.value->is_null()) continue;
      if (joined.value->is_null()) joined = member;
      if (may_join && joined.value->is_map() && member.value->is_map()) {
        maps.push_back(member.value);
      } else if (member.value != joined.value) {
        report_.error(member.place, "Defined twice",
                      in_quotes(member.key) + " is defined in " + report_.name(joined.place) +
                          " already. Two files cannot both define it: remove or rename one.");
      }
    }
    if (maps.size() < 2) return joined;
    std::vector<Member> members;
    for (const Group& below : grouped(maps))
      members.push_back(join_members(below, levels - 1, levels > 0));
    joined.value = arena_.map(members, joined.value->place);
    return joined;
  }

  Arena& arena_;
  Reporter& report_;
};

class Override {
 public:
  Override(const Kind* kind, Arena& arena) : arena_(arena) {
    if (kind == nullptr) return;
    for (const KeyedList& list : kind->lists)
      lists_.emplace_back(FieldPattern(list.path), list.key);
  }

  const Node* merge(const Node* base, const Node* over) {
    if (base->is_null()) return over;
    if (over->is_null()) return base;
    if (base->is_map() && over->is_map()) return merge_maps(*base, *over);
    if (base->is_list() && over->is_list()) return merge_lists(*base, *over);
    return over;
  }

 private:
  const Node* merge_maps(const Node& base, const Node& over) {
    std::vector<Member> members(base.members.begin(), base.members.end());
    for (const Member& member : over.members) {
      const auto found = std::ranges::find(members, member.key, &Member::key);
      if (found == members.end()) {
        members.push_back(member);
        continue;
      }
      path_.push_back(member.key);
      *found = {member.key, member.place, merge(found->value, member.value)};
      path_.pop_back();
    }
    return arena_.map(members, base.place);
  }

  const Node* merge_lists(const Node& base, const Node& over) {
    std::vector<const Node*> items(base.items.begin(), base.items.end());
    const auto rule =
        std::ranges::find_if(lists_, [&](const auto& list) { return list.first.matches(path_); });
    path_.push_back(kItem);
    for (const Node* item : over.items) {
      const Node** same = rule == lists_.end() ? nullptr : find_same(items, *item, rule->second);
      if (same == nullptr)
        items.push_back(item);
      else
        *same = merge(*same, item);
    }
    path_.pop_back();
    return arena_.list(items, over.place);
  }

  static const Node** find_same(std::vector<const Node*>& items, const Node& item,
                                std::string_view key) {
    const auto identity = [&](const Node& node) -> const Node* {
      if (key.empty()) return node.is_scalar() ? &node : nullptr;
      const Node* value = node.is_map() ? find_value(node, key) : nullptr;
      return value != nullptr && value->is_scalar() ? value : nullptr;
    };
    const Node* wanted = identity(item);
    if (wanted == nullptr) return nullptr;
    for (const Node*& candidate : items)
      if (const Node* have = identity(*candidate); have != nullptr && have->text == wanted->text)
        return &candidate;
    return nullptr;
  }

  Arena& arena_;
  std::vector<std::pair<FieldPattern, std::string_view>> lists_;
  std::vector<std::string_view> path_;
};

}  // namespace

const Node* merge_files(std::span<const Node* const> documents, Arena& arena, Reporter& report) {
  if (documents.empty()) return arena.map({}, {});
  if (documents.size() == 1) return documents.front();
  return FileMerge(arena, report).join_documents(documents);
}

const Node* merge_over(const Node* base, const Node* over, const Kind* kind, Arena& arena) {
  return Override(kind, arena).merge(base, over);
}

}  // namespace dbplan
