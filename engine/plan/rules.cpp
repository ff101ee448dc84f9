#include "engine/plan/rules.hpp"

namespace dbplan {
namespace {

std::unique_ptr<RuleNode>& ensure(std::unique_ptr<RuleNode>& slot) {
  if (!slot) slot = std::make_unique<RuleNode>();
  return slot;
}

}  // namespace

const RuleNode* RuleNode::member(std::string_view name) const {
  const auto found = members_.find(name);
  return found != members_.end() ? found->second.get() : any_member_.get();
}

// Pattern grammar: name ("." name | "[*]" | "[\"" text "\"]")*; the name "*" is any member.
RuleNode& RuleNode::descend(std::string_view pattern) {
  RuleNode* node = this;
  while (!pattern.empty()) {
    if (pattern.starts_with("[*]")) {
      node = ensure(node->items_).get();
      pattern.remove_prefix(3);
    } else if (const std::size_t end = pattern.find("\"]", 2);
               pattern.starts_with("[\"") && end != std::string_view::npos) {
      node = ensure(node->members_[pattern.substr(2, end - 2)]).get();
      pattern.remove_prefix(end + 2);
    } else {
      if (pattern.front() == '.') pattern.remove_prefix(1);
      // A bracket of another form is part of the name: a name takes at least one character.
      const std::size_t stop = std::min(pattern.find_first_of(".[", 1), pattern.size());
      const std::string_view name = pattern.substr(0, stop);
      node = (name == "*" ? ensure(node->any_member_) : ensure(node->members_[name])).get();
      pattern.remove_prefix(stop);
    }
  }
  return *node;
}

RuleNode index_rules(const Kind& kind) {
  RuleNode root;
  for (const FieldRule& rule : kind.fields) root.descend(rule.path).rules_.push_back(&rule);
  for (const KeyedList& list : kind.lists) root.descend(list.path).list_ = &list;
  for (const Reference& reference : kind.references)
    if (reference.kind == "notebooks") root.descend(reference.path).tree_path_ = true;
  return root;
}

const FieldRule* find_rule(const RuleNode* node, Behaviour behaviour) {
  if (!node) return nullptr;
  for (const FieldRule* rule : node->rules())
    if (rule->behaviour == behaviour) return rule;
  return nullptr;
}

}  // namespace dbplan
