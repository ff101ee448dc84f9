#include "engine/spec/variables.hpp"

#include <algorithm>

namespace dbplan {
namespace {

const Node* find_map(const Node* node, std::string_view key) {
  const Node* value = node == nullptr ? nullptr : find_value(*node, key);
  return value != nullptr && value->is_map() ? value : nullptr;
}

constexpr std::string_view kLookups[] = {
    "alert",         "cluster", "cluster_policy",    "dashboard",
    "instance_pool", "job",     "metastore",         "notification_destination",
    "pipeline",      "query",   "service_principal", "warehouse"};

class Variables {
 public:
  Variables(const Node& root, const Target& target, const VariableSources& sources, Arena& arena,
            Reporter& report)
      : declared_(find_map(&root, "variables")),
        overrides_(find_map(target.node, "variables")),
        sources_(sources),
        arena_(arena),
        report_(report) {}

  std::vector<Lookup> define(Interpolator& interpolator) {
    check_names();
    if (declared_ == nullptr) return {};
    for (const Member& variable : declared_->members)
      interpolator.define("var." + std::string(variable.key), value_of(variable));
    return std::move(lookups_);
  }

 private:
  void check_names() {
    std::vector<std::string> names;
    if (declared_ != nullptr)
      for (const Member& member : declared_->members) names.emplace_back(member.key);
    for (const auto& [name, value] : sources_.options.variables)
      if (std::ranges::find(names, name) == names.end())
        report_.error(sources_.start, "Unknown variable",
                      "--var sets " + in_quotes(name) +
                          ", which is not declared below \"variables\"." + suggestion(name, names));
    check_names(overrides_, "The target", names);
    check_names(sources_.file, "The file", names);
  }

  void check_names(const Node* values, std::string_view giver,
                   const std::vector<std::string>& names) {
    if (values == nullptr) return;
    for (const Member& member : values->members)
      if (std::ranges::find(names, member.key) == names.end())
        report_.error(member.place, "Unknown variable",
                      std::string(giver) + " sets " + in_quotes(member.key) +
                          ", which is not declared below the top-level \"variables\"." +
                          suggestion(member.key, names));
  }

  const Node* value_of(const Member& variable) {
    const std::string name(variable.key);
    const Node* declaration = variable.value->is_map() ? variable.value : nullptr;
    const bool is_complex = check_type(declaration);
    const SpecOptions& options = sources_.options;
    if (const auto given = options.variables.find(name); given != options.variables.end())
      return text_value("--var", given->second, variable, is_complex);
    if (const auto given = options.environment.find("BUNDLE_VAR_" + name);
        given != options.environment.end())
      return text_value("BUNDLE_VAR_" + name, given->second, variable, is_complex);
    if (const Node* value = sources_.file == nullptr ? nullptr : find_value(*sources_.file, name))
      return value->is_scalar() ? arena_.scalar(value->text, Node::Style::Substituted, value->place)
                                : value;
    if (const Node* value = target_value(variable)) return value;
    const Node* value = declaration == nullptr ? nullptr : find_value(*declaration, "default");
    if (const Member* lookup =
            declaration == nullptr ? nullptr : find_member(*declaration, "lookup")) {
      if (value != nullptr)
        report_.error(lookup->place, "Conflicting fields",
                      in_quotes(name) + " has a default and a lookup. Remove one of the two.");
      return look_up(variable, *lookup);
    }
    if (value != nullptr) return value;
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
      return member.key != "description" && member.key != "type" && member.key != "lookup";
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

  // The value itself, or a map with "default" or "lookup".
  const Node* target_value(const Member& variable) {
    const Node* value = overrides_ == nullptr ? nullptr : find_value(*overrides_, variable.key);
    if (value == nullptr || !value->is_map()) return value;
    const bool is_declaration = std::ranges::all_of(value->members, [](const Member& member) {
      return member.key == "default" || member.key == "description" || member.key == "type" ||
             member.key == "lookup";
    });
    if (const Member* lookup = find_member(*value, "lookup"); is_declaration && lookup != nullptr)
      return look_up(variable, *lookup);
    const Node* given = is_declaration ? find_value(*value, "default") : nullptr;
    return given == nullptr ? value : given;
  }

  // One type and the name of the thing: {cluster: shared}.
  const Node* look_up(const Member& variable, const Member& lookup) {
    if (!lookup.value->is_map()) return nullptr;  // the layout check spoke of it
    const auto members = lookup.value->members;
    if (members.size() != 1 || !members[0].value->is_scalar()) {
      report_.error(lookup.place, "Wrong lookup",
                    "A lookup is one type and one name, such as \"lookup: {cluster: shared}\".");
      return nullptr;
    }
    const std::vector<std::string> types(std::begin(kLookups), std::end(kLookups));
    if (std::ranges::find(types, members[0].key) == types.end()) {
      const std::string near = suggestion(members[0].key, types);
      std::string all;
      for (const std::string& type : types) all += (all.empty() ? " It finds " : ", ") + type;
      report_.error(members[0].place, "Unknown field",
                    in_quotes(members[0].key) + " is nothing that a lookup finds." +
                        (near.empty() ? all + "." : near));
      return nullptr;
    }
    lookups_.push_back({std::string(variable.key), std::string(members[0].key), members[0].value});
    return arena_.scalar(std::string(kLookup) + std::string(variable.key) + "}",
                         Node::Style::Substituted, members[0].place);
  }

  const Node* declared_;
  const Node* overrides_;
  const VariableSources& sources_;
  Arena& arena_;
  Reporter& report_;
  std::vector<Lookup> lookups_;
};

}  // namespace

std::vector<Lookup> define_variables(const Node& root, const Target& target,
                                     const VariableSources& sources, Arena& arena,
                                     Interpolator& interpolator, Reporter& report) {
  return Variables(root, target, sources, arena, report).define(interpolator);
}

std::span<const std::string_view> lookup_types() { return kLookups; }

}  // namespace dbplan
