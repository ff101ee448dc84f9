#pragma once

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/model/kind.hpp"

namespace dbplan {

/// The field rules and list rules of one kind, arranged by field path, so that a walk over a body
/// carries its place among the rules along instead of matching patterns.
class RuleNode {
 public:
  /// The node below for an object's member or a map's key; null when no rule lies there.
  const RuleNode* member(std::string_view name) const;
  /// The node below for the items of a list.
  const RuleNode* items() const { return items_.get(); }
  /// Rules that stand at this path; usually none or one.
  const std::vector<const FieldRule*>& rules() const { return rules_; }
  /// How this list is compared; null: in order.
  const KeyedList* list() const { return list_; }
  /// Whether this is a path of the workspace tree, which has two spellings: with and without the
  /// mount.
  bool is_tree_path() const { return tree_path_; }

 private:
  friend RuleNode index_rules(const Kind& kind);
  RuleNode& descend(std::string_view pattern);

  std::map<std::string_view, std::unique_ptr<RuleNode>> members_;
  std::unique_ptr<RuleNode> any_member_;  // "*"
  std::unique_ptr<RuleNode> items_;       // "[*]"
  std::vector<const FieldRule*> rules_;
  const KeyedList* list_ = nullptr;
  bool tree_path_ = false;
};

/// The root: the kind's body. Refers to the kind's tables, which must outlive it.
RuleNode index_rules(const Kind& kind);

/// Null-safe steps.
inline const RuleNode* member(const RuleNode* node, std::string_view name) {
  return node ? node->member(name) : nullptr;
}
inline const RuleNode* items(const RuleNode* node) { return node ? node->items() : nullptr; }
inline const KeyedList* list_rule(const RuleNode* node) { return node ? node->list() : nullptr; }

/// The rule of that behaviour at the node, or null.
const FieldRule* find_rule(const RuleNode* node, Behaviour behaviour);

}  // namespace dbplan
