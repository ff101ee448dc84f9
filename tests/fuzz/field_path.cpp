#include "engine/spec/field_path.hpp"

#include <vector>

#include "engine/plan/rules.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"

namespace dbplan::fuzz {

/// The first line is a pattern, the others a path, one part each. A kind's table with that
/// pattern can be indexed, and a pattern of plain names matches exactly itself.
void fuzz_field_path(std::string_view input) {
  const std::string_view pattern = take_line(input);
  std::vector<std::string_view> path;
  while (!input.empty()) path.push_back(take_line(input));
  (void)FieldPattern(pattern).matches(path);

  const FieldRule rule{pattern, Behaviour::ReadOnly, "fuzzed"};
  const Kind kind{.name = "fuzzed", .noun = "fuzzed", .fields = {&rule, 1}};
  const RuleNode root = index_rules(kind);
  const RuleNode* node = &root;
  for (const std::string_view part : path) node = part == kItem ? items(node) : member(node, part);

  if (pattern.empty() || pattern.find_first_of(".[]*\"") != std::string_view::npos) return;
  const std::vector<std::string_view> itself{pattern};
  demand(FieldPattern(pattern).matches(itself), "a plain name matches itself");
  demand(find_rule(member(&root, pattern), Behaviour::ReadOnly) == &rule,
         "a rule is found at its own path");
}

}  // namespace dbplan::fuzz
