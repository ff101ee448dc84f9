#include "engine/plan/diff.hpp"

#include <algorithm>
#include <set>

#include "engine/base/digest.hpp"
#include "engine/base/text.hpp"

namespace dbplan {
namespace {

bool is_absent(const Json* value) {
  return !value || value->is_null() ||
         ((value->is_object() || value->is_array()) && value->empty());
}

const Json* child(const Json* value, const std::string& name) {
  if (!value || !value->is_object()) return nullptr;
  const auto found = value->find(name);
  return found == value->end() ? nullptr : &*found;
}

/// "task_key=load": by which member, and as what, an item of a keyed list is known; empty: it has
/// none of the members.
std::string item_id(const Json& item, std::string_view key) {
  while (!key.empty()) {
    const std::size_t bar = key.find('|');
    const std::string_view name = key.substr(0, bar);
    if (item.is_object() && at_or_null(item, name).is_string())
      return std::string(name) + "=" + text_at(item, name);
    key = bar == std::string_view::npos ? std::string_view() : key.substr(bar + 1);
  }
  return {};
}

/// The item of a keyed list that is known as `id`.
const Json* keyed_item(const Json* list, std::string_view key, const std::string& id) {
  if (!list || !list->is_array()) return nullptr;
  for (const Json& item : *list)
    if (item_id(item, key) == id) return &item;
  return nullptr;
}

bool all_keyed(const Json* list, std::string_view key) {
  return is_absent(list) || (list->is_array() && std::ranges::all_of(*list, [&](const Json& item) {
                               return !item_id(item, key).empty();
                             }));
}

/// What the ledger keeps of a secret: "<salt>:<SHA-256 of salt and value>".
std::string salted_hash(const Json& value, const std::string& salt) {
  return salt + ":" + sha256_hex(salt + canonical(value));
}

bool is_hash_of(const Json& stored, const Json& value) {
  if (!stored.is_string()) return false;
  const std::string& text = stored.get_ref<const std::string&>();
  return text == salted_hash(value, text.substr(0, text.find(':')));
}

Json sorted_set(const Json& list) {
  std::vector<Json> items(list.begin(), list.end());
  std::ranges::sort(items, {}, [](const Json& item) { return canonical(item); });
  return items;
}

/// Both as JSON, when both are texts that hold some.
bool equal_as_json(const Json& a, const Json& b) {
  if (!a.is_string() || !b.is_string()) return a == b;
  const auto left = parse_json(a.get_ref<const std::string&>());
  const auto right = parse_json(b.get_ref<const std::string&>());
  return left && right ? *left == *right : a == b;
}

/// "/Users/x" and "/Workspace/Users/x" are one place.
bool same_place(const Json& a, const Json& b) {
  if (!a.is_string() || !b.is_string()) return false;
  constexpr std::string_view kMount = "/Workspace";
  const std::string_view left = a.get_ref<const std::string&>(),
                         right = b.get_ref<const std::string&>();
  const auto is_mounted = [&](std::string_view path, std::string_view bare) {
    return bare.starts_with('/') && path.starts_with(kMount) && path.substr(kMount.size()) == bare;
  };
  return is_mounted(left, right) || is_mounted(right, left);
}

bool same_letters(const Json& a, const Json& b) {
  return a.is_string() && b.is_string() &&
         lower_case(a.get_ref<const std::string&>()) == lower_case(b.get_ref<const std::string&>());
}

bool equal_as(const RuleNode* rules, const Json& a, const Json& b) {
  if (a == b) return true;
  const KeyedList* list = list_rule(rules);
  if (list && list->key.empty() && a.is_array() && b.is_array())
    return sorted_set(a) == sorted_set(b);
  if (rules && rules->is_tree_path() && same_place(a, b)) return true;
  if (find_rule(rules, Behaviour::AnyCase) && same_letters(a, b)) return true;
  return find_rule(rules, Behaviour::JsonText) && equal_as_json(a, b);
}

bool is_hidden(const RuleNode* rules) {
  return find_rule(rules, Behaviour::WriteOnly) || find_rule(rules, Behaviour::Secret);
}

/// Whether the server would show nothing of this value.
bool all_hidden(const Json& value, const RuleNode* rules) {
  if (is_hidden(rules)) return true;
  if (!value.is_object() || value.empty()) return false;
  for (const auto& [name, item] : value.items())
    if (!all_hidden(item, member(rules, name))) return false;
  return true;
}

std::string member_path(const std::string& path, const std::string& name) {
  const bool plain = name.find_first_of(".[]\"") == std::string::npos;
  if (!plain) return path + "[\"" + name + "\"]";
  return path.empty() ? name : path + "." + name;
}

/// Walks the bodies side by side and collects what disagrees.
class Walk {
 public:
  Walk(bool last_known, bool echo_known) : last_known_(last_known), echo_known_(echo_known) {}

  void visit(const std::string& path, const std::string& top, const RuleNode* rules,
             const Bodies& at) {
    const bool outer = immutable_;
    immutable_ = outer || find_rule(rules, Behaviour::Immutable);
    compare(path, top, rules, at);
    immutable_ = outer;
  }

  void visit_members(const std::string& path, const std::string& top, const RuleNode* rules,
                     const Bodies& at) {
    std::set<std::string> names;
    for (const Json* body : {at.desired, at.live, at.last})
      if (body && body->is_object())
        for (const auto& [name, value] : body->items()) names.insert(name);
    for (const std::string& name : names)
      visit(member_path(path, name), top.empty() ? name : top, member(rules, name),
            {child(at.desired, name), child(at.last, name), child(at.live, name),
             child(at.echo, name)});
  }

  std::vector<FieldChange> take() { return std::move(changes_); }

 private:
  void compare(const std::string& path, const std::string& top, const RuleNode* rules,
               const Bodies& at) {
    if (find_rule(rules, Behaviour::ReadOnly)) return;
    if (is_hidden(rules)) return visit_write_only(path, top, rules, at);
    const bool wanted = !is_absent(at.desired), present = !is_absent(at.live);
    if (!wanted && !present) return;
    if (wanted && present && equal_as(rules, *at.desired, *at.live)) return;
    if (wanted && present && at.desired->is_object() && at.live->is_object())
      return visit_members(path, top, rules, at);
    if (wanted && present && can_match_items(rules, at)) return visit_items(path, top, rules, at);
    if (wanted && !present && at.desired->is_object() && all_hidden(*at.desired, rules))
      return visit_members(path, top, rules, at);
    if (!wanted) return visit_unwanted(path, top, rules, at);
    if (!present && immutable_ && !is_absent(at.last) && equal_as(rules, *at.last, *at.desired))
      return add(path, top, rules, at, FieldClass::ServerDefault,
                 "no call changes it after the object is made: the answer left it out");
    add(path, top, rules, at, classify_wanted(rules, at));
  }

  static bool can_match_items(const RuleNode* rules, const Bodies& at) {
    const KeyedList* rule = list_rule(rules);
    if (!at.desired->is_array() || !at.live->is_array()) return false;
    if (rule)
      return !rule->key.empty() && all_keyed(at.desired, rule->key) &&
             all_keyed(at.live, rule->key);
    // Lists in order: item by item only when they pair up.
    return at.desired->size() == at.live->size() &&
           std::ranges::all_of(*at.desired, [](const Json& item) { return item.is_object(); });
  }

  void visit_items(const std::string& path, const std::string& top, const RuleNode* rules,
                   const Bodies& at) {
    const KeyedList* rule = list_rule(rules);
    if (!rule) {
      for (std::size_t i = 0; i < at.desired->size(); ++i)
        visit(path + "[" + std::to_string(i) + "]", top, items(rules),
              {&(*at.desired)[i], nth(at.last, i), &(*at.live)[i], nth(at.echo, i)});
      return;
    }
    std::set<std::string> ids;
    for (const Json* list : {at.desired, at.live})
      for (const Json& item : *list) ids.insert(item_id(item, rule->key));
    for (const std::string& id : ids)
      visit(path + "[" + id + "]", top, items(rules),
            {keyed_item(at.desired, rule->key, id), keyed_item(at.last, rule->key, id),
             keyed_item(at.live, rule->key, id), keyed_item(at.echo, rule->key, id)});
  }

  static const Json* nth(const Json* list, std::size_t i) {
    return list && list->is_array() && i < list->size() ? &(*list)[i] : nullptr;
  }

  FieldClass classify_wanted(const RuleNode* rules, const Bodies& at) const {
    if (!last_known_) return FieldClass::Differs;
    if (!is_absent(at.last)) {
      if (equal_as(rules, *at.last, *at.desired)) return FieldClass::Drift;
      const bool untouched = !is_absent(at.live) && equal_as(rules, *at.last, *at.live);
      return untouched ? FieldClass::Changed : FieldClass::Conflict;
    }
    // Newly declared: over nothing, over the server's own value, or over somebody's.
    const bool servers_own = is_absent(at.live) || explaining_rule(rules, *at.live) ||
                             (!is_absent(at.echo) && *at.echo == *at.live);
    return servers_own ? FieldClass::Changed : FieldClass::Conflict;
  }

  /// The spec does not mention it and the server has it.
  void visit_unwanted(const std::string& path, const std::string& top, const RuleNode* rules,
                      const Bodies& at) {
    if (!is_absent(at.last)) return add(path, top, rules, at, FieldClass::Removed);
    if (immutable_ && echo_known_)
      return add(path, top, rules, at, FieldClass::ServerDefault,
                 "no call changes it after the object is made: the server did");
    if (const FieldRule* rule = explaining_rule(rules, *at.live)) {
      // A default that moved after our last apply was moved by somebody.
      const bool moved = echo_known_ && !is_absent(at.echo) && *at.echo != *at.live;
      return add(path, top, rules, at, moved ? FieldClass::Added : FieldClass::ServerDefault,
                 std::string(rule->why));
    }
    if (!is_absent(at.echo) && *at.echo == *at.live)
      return add(path, top, rules, at, FieldClass::ServerDefault,
                 "the server had it right after the last apply");
    if (at.live->is_object() && all_explained(rules, at))
      return add(path, top, rules, at, FieldClass::ServerDefault, "made of server defaults");
    add(path, top, rules, at, FieldClass::Added);
  }

  static const FieldRule* explaining_rule(const RuleNode* rules, const Json& live) {
    if (!rules) return nullptr;
    for (const FieldRule* rule : rules->rules()) {
      if (rule->behaviour != Behaviour::ServerDefault) continue;
      if (rule->value.empty() || canonical(live) == rule->value) return rule;
    }
    return nullptr;
  }

  bool all_explained(const RuleNode* rules, const Bodies& at) const {
    Walk inner(last_known_, echo_known_);
    inner.visit_members("", "", rules, at);
    return std::ranges::none_of(inner.changes_, &FieldChange::acts);
  }

  void visit_write_only(const std::string& path, const std::string& top, const RuleNode* rules,
                        const Bodies& at) {
    const bool secret = find_rule(rules, Behaviour::Secret) != nullptr;
    if (is_absent(at.desired)) return;
    if (at.last && (secret ? is_hash_of(*at.last, *at.desired) : *at.last == *at.desired)) return;
    add(path, top, rules, at, FieldClass::WriteOnly,
        at.last ? "edited in the spec" : "the server never shows it, and no last apply is known");
  }

  void add(const std::string& path, const std::string& top, const RuleNode* rules, const Bodies& at,
           FieldClass kind, std::string why = {}) {
    FieldChange change{.path = path, .top = top, .kind = kind, .why = std::move(why)};
    change.secret = find_rule(rules, Behaviour::Secret) != nullptr;
    change.immutable = immutable_;
    if (!change.secret) {
      if (!is_absent(at.desired)) change.desired = showable(*at.desired, rules);
      if (!is_absent(at.live)) change.live = showable(*at.live, rules);
      if (!is_absent(at.last)) change.last = showable(*at.last, rules);
    }
    changes_.push_back(std::move(change));
  }

  bool last_known_;
  bool echo_known_;
  bool immutable_ = false;  // the value at hand lies in one that cannot be changed in place
  std::vector<FieldChange> changes_;
};

Json echo_items(const KeyedList& rule, const Json& desired, const Json& live,
                const RuleNode* rules);

Json echo_member(const Json& desired, const Json& live, const RuleNode* rules) {
  if (desired.is_object() && live.is_object()) {
    Json kept = Json::object();
    for (const auto& [name, value] : live.items()) {
      const RuleNode* below = member(rules, name);
      if (find_rule(below, Behaviour::ReadOnly)) continue;
      const Json* wanted = child(&desired, name);
      Json rest = wanted ? echo_member(*wanted, value, below) : value;
      if (!rest.is_null()) kept[name] = std::move(rest);
    }
    return kept.empty() ? Json() : kept;
  }
  const KeyedList* rule = list_rule(rules);
  if (rule && !rule->key.empty() && desired.is_array() && live.is_array())
    return echo_items(*rule, desired, live, items(rules));
  return {};
}

Json echo_items(const KeyedList& rule, const Json& desired, const Json& live,
                const RuleNode* rules) {
  Json kept = Json::array();
  for (const Json& item : live) {
    const std::string id = item_id(item, rule.key);
    const Json* wanted = keyed_item(&desired, rule.key, id);
    Json rest = wanted ? echo_member(*wanted, item, rules) : item;
    if (rest.is_null()) continue;
    if (const std::size_t equals = id.find('='); equals != std::string::npos)
      rest[id.substr(0, equals)] = id.substr(equals + 1);
    kept.push_back(std::move(rest));
  }
  return kept.empty() ? Json() : kept;
}

Json stored(const Json& value, const RuleNode* rules) {
  if (find_rule(rules, Behaviour::Secret)) return salted_hash(value, random_hex(8));
  if (value.is_object()) {
    Json kept = Json::object();
    for (const auto& [name, item] : value.items())
      if (!find_rule(member(rules, name), Behaviour::ReadOnly))
        kept[name] = stored(item, member(rules, name));
    return kept;
  }
  if (value.is_array()) {
    Json kept = Json::array();
    for (const Json& item : value) kept.push_back(stored(item, items(rules)));
    return kept;
  }
  return value;
}

}  // namespace

std::vector<FieldChange> diff(const Bodies& bodies, const RuleNode& rules) {
  Walk walk(bodies.last != nullptr, bodies.echo != nullptr);
  walk.visit_members("", "", &rules, bodies);
  return walk.take();
}

Json echo_of(const Json& desired, const Json& live, const RuleNode& rules) {
  return echo_member(desired, live, &rules);
}

Json in_order(const Json& value, const RuleNode* rules) {
  if (value.is_object()) {
    Json result = Json::object();
    for (const auto& [name, entry] : value.items())
      result[name] = in_order(entry, member(rules, name));
    return result;
  }
  if (!value.is_array()) return value;
  Json result = Json::array();
  for (const Json& item : value) result.push_back(in_order(item, items(rules)));
  return list_rule(rules) ? sorted_set(result) : result;
}

Json showable(const Json& value, const RuleNode* rules) {
  if (find_rule(rules, Behaviour::Secret)) return "(secret)";
  Json shown = value;
  if (shown.is_object())
    for (auto& [name, item] : shown.items()) item = showable(item, member(rules, name));
  if (shown.is_array())
    for (Json& item : shown) item = showable(item, items(rules));
  return shown;
}

Json storable(const Json& body, const RuleNode& rules) { return stored(body, &rules); }

}  // namespace dbplan
