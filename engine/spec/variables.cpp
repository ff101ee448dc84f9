#include "engine/spec/variables.hpp"

#include <algorithm>

namespace dbplan {
namespace {

const Node* find_map(const Node* node, std::string_view key) {
  const Node* value = node == nullptr ? nullptr : find_value(*node, key);
  return value != nullptr && value->is_map() ? value : nullptr;
}

class Variables {
 public:
  Variables(const Node& root, const Target& target, const SpecOptions& options, Arena& arena,
            Reporter& report)
      : declared_(find_map(&root, "variables")),
        overrides_(find_map(target.node, "variables")),
        options_(options),
        arena_(arena),
        report_(report) {}

  void define(Place start, Interpolator& interpolator) {
    check_names(start);
    if (declared_ == nullptr) return;
    for (const Member& variable : declared_->members)
      interpolator.define("var." + std::string(variable.key), value_of(variable));
  }

 private:
  void check_names(Place start) {
    std::vector<std::string> names;
    if (declared_ != nullptr)
      for (const Member& member : declared_->members) names.emplace_back(member.key);
    for (const auto& [name, value] : options_.variables)
      if (std::ranges::find(names, name) == names.end())
        report_.error(start, "Unknown variable",
                      "--var sets " + in_quotes(name) +
                          ", which is not declared below \"variables\"." + suggestion(name, names));
    if (overrides_ == nullptr) return;
    for (const Member& member : overrides_->members)
      if (std::ranges::find(names, member.key) == names.end())
        report_.error(member.place, "Unknown variable",
                      "The target sets " + in_quotes(member.key) +
                          ", which is not declared below the top-level \"variables\"." +
                          suggestion(member.key, names));
  }

  const Node* value_of(const Member& variable) {
    const std::string name(variable.key);
    const Node* declaration = variable.value->is_map() ? variable.value : nullptr;
    const bool is_complex = check_type(declaration);
    if (const auto given = options_.variables.find(name); given != options_.variables.end())
      return text_value("--var", given->second, variable, is_complex);
    if (const auto given = options_.environment.find("BUNDLE_VAR_" + name);
        given != options_.environment.end())
      return text_value("BUNDLE_VAR_" + name, given->second, variable, is_complex);
    if (const Node* value = target_value(name)) return value;
    if (const Node* value = declaration == nullptr ? nullptr : find_value(*declaration, "default"))
      return value;
    if (is_misspelt(*variable.value)) return nullptr;  // reported as such
    report_.error(variable.place, "Variable without a value",
                  in_quotes(name) +
                      " has no default and nothing sets it. Add a default, set it in the "
                      "target, or give --var " +
                      name + "=... or BUNDLE_VAR_" + name + ".");
    return nullptr;
  }

  static bool is_misspelt(const Node& declaration) {
    if (!declaration.is_map()) return !declaration.is_null();
    return std::ranges::any_of(declaration.members, [](const Member& member) {
      return member.key != "description" && member.key != "type";
    });
  }

  bool check_type(const Node* declaration) {
    const Node* type = declaration == nullptr ? nullptr : find_value(*declaration, "type");
    if (type == nullptr || !type->is_scalar()) return false;
    if (type->text != "complex" && type->text != "string")
      report_.error(type->place, "Unknown value",
                    "The type of a variable is \"complex\" (a list or a map) or left out." +
                        suggestion(type->text, {"complex", "string"}));
    return type->text == "complex";
  }

  const Node* text_value(std::string_view giver, const std::string& text, const Member& variable,
                         bool is_complex) {
    if (is_complex)
      report_.error(variable.place, "Wrong type",
                    in_quotes(variable.key) + " is a list or a map, and " + std::string(giver) +
                        " can only give text. Set it in a target instead.");
    return arena_.scalar(text, Node::Style::Substituted, variable.place);
  }

  // The value itself, or a map with "default".
  const Node* target_value(std::string_view name) const {
    const Node* value = overrides_ == nullptr ? nullptr : find_value(*overrides_, name);
    if (value == nullptr || !value->is_map()) return value;
    const bool is_declaration = std::ranges::all_of(value->members, [](const Member& member) {
      return member.key == "default" || member.key == "description" || member.key == "type";
    });
    const Node* given = is_declaration ? find_value(*value, "default") : nullptr;
    return given == nullptr ? value : given;
  }

  const Node* declared_;
  const Node* overrides_;
  const SpecOptions& options_;
  Arena& arena_;
  Reporter& report_;
};

}  // namespace

void define_variables(const Node& root, const Target& target, const SpecOptions& options,
                      Place start, Arena& arena, Interpolator& interpolator, Reporter& report) {
  Variables(root, target, options, arena, report).define(start, interpolator);
}

}  // namespace dbplan
