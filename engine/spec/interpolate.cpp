#include "engine/spec/interpolate.hpp"

#include <algorithm>

namespace dbplan {
namespace {

constexpr std::size_t kLongest = 1'000'000;     // bytes of one text after substitution
constexpr std::uint32_t kHeaviest = 5'000'000;  // nodes below one value
constexpr std::size_t kDeepest = 100;           // levels of a value; variables in variables

struct Reference {
  std::string_view whole;  // "${var.x}"
  std::string_view path;   // "var.x"
  std::size_t begin = 0;
};

// The next "${...}" at or after `from`. Braces inside and missing ends make it no reference.
std::optional<Reference> next_reference(std::string_view text, std::size_t from) {
  while (true) {
    const std::size_t begin = text.find("${", from);
    if (begin == std::string_view::npos) return std::nullopt;
    const std::size_t end = text.find_first_of("{}$\n", begin + 2);
    if (end != std::string_view::npos && text[end] == '}')
      return Reference{text.substr(begin, end - begin + 1), text.substr(begin + 2, end - begin - 2),
                       begin};
    from = begin + 2;
  }
}

bool begins_with_name(std::string_view path, std::string_view name) {
  return path.starts_with(name) &&
         (path.size() == name.size() || path[name.size()] == '.' || path[name.size()] == '[');
}

std::string_view head(std::string_view path) { return path.substr(0, path.find_first_of(".[")); }

}  // namespace

bool holds_placeholder(std::string_view text) {
  return text.find("${") != std::string_view::npos || text.find("{{") != std::string_view::npos;
}

void Interpolator::define(std::string name, const Node* value) {
  entries_[std::move(name)] = {value, State::Raw};
}

std::optional<std::string> Interpolator::text_of(const std::string& name) {
  const auto found = entries_.find(name);
  if (found == entries_.end() || found->second.value == nullptr) return std::nullopt;
  const Node* value = value_of(found->second, name, *found->second.value, {});
  if (value == nullptr || !value->is_scalar()) return std::nullopt;
  return std::string(value->text);
}

const Node* Interpolator::apply(const Node* node) {
  switch (node->type) {
    case Node::Type::Null:
      return node;
    case Node::Type::Scalar:
      return node->text.find("${") == std::string_view::npos ? node : apply_scalar(*node);
    case Node::Type::List: {
      std::vector<const Node*> items;
      items.reserve(node->items.size());
      for (const Node* item : node->items) items.push_back(apply(item));
      return std::ranges::equal(items, node->items) ? node : arena_.list(items, node->place);
    }
    case Node::Type::Map: {
      std::vector<Member> members(node->members.begin(), node->members.end());
      bool changed = false;
      for (Member& member : members) {
        const Node* value = apply(member.value);
        changed = changed || value != member.value;
        member.value = value;
      }
      return changed ? arena_.map(members, node->place) : node;
    }
  }
  return node;
}

const Node* Interpolator::apply_scalar(const Node& node) {
  std::string result;
  std::size_t done = 0;
  for (auto next = next_reference(node.text, 0); next;
       next = next_reference(node.text, next->begin + next->whole.size())) {
    const Node* value = look_up(next->path, node, next->whole);
    if (value == nullptr) continue;
    if (next->whole.size() == node.text.size()) {  // alone: keeps its type
      if (!value->is_scalar()) return value;
      const auto style =
          value->style == Node::Style::Plain ? Node::Style::Plain : Node::Style::Substituted;
      return arena_.scalar(value->text, style, node.place);
    }
    if (!value->is_scalar()) {
      report_.error(node.place, "Value is no text",
                    in_quotes(next->whole) + " is " + std::string(describe(*value)) +
                        " and cannot be part of a text. Use it alone, as the whole value.",
                    next->whole);
      continue;
    }
    result.append(node.text, done, next->begin - done);
    result.append(value->text);
    done = next->begin + next->whole.size();
    if (result.size() > kLongest) {
      report_.error(node.place, "Text too long",
                    "With its variables filled in, this text is longer than " +
                        std::to_string(kLongest) + " bytes.");
      return &node;
    }
  }
  if (done == 0) return &node;
  result.append(node.text, done);
  return arena_.scalar(result, Node::Style::Substituted, node.place);
}

bool Interpolator::is_left_alone(std::string_view path) const {
  if (begins_with_name(path, "resources")) return true;
  // Made by a variable that is looked up; nobody else writes it.
  if (path.starts_with("lookup.") && entries_.contains("var." + std::string(path.substr(7))))
    return true;
  if (path == kUserName.substr(2, kUserName.size() - 3)) return true;
  if (path == kShortName.substr(2, kShortName.size() - 3)) return true;
  // "${HOME}" in a shell command or an environment variable is none of ours.
  return path.find('.') == std::string_view::npos && path != "var" && path != "bundle" &&
         path != "workspace";
}

const Node* Interpolator::look_up(std::string_view path, const Node& user,
                                  std::string_view reference) {
  if (is_left_alone(path)) return nullptr;
  const std::string_view first = head(path);
  std::string_view name = path, rest;
  if (first == "var" && path.size() > 4) {
    name = path.substr(0, 4 + head(path.substr(4)).size());
    rest = path.substr(name.size());
  }
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    report_unknown(name, user, reference);
    return nullptr;
  }
  if (found->second.value == nullptr) return nullptr;  // its owner was reported
  const Node* value = value_of(found->second, name, user, reference);
  return value == nullptr ? nullptr : descend(value, rest, user, reference);
}

const Node* Interpolator::value_of(Entry& entry, std::string_view name, const Node& user,
                                   std::string_view reference) {
  if (entry.state == State::Done) return entry.value;
  if (entry.state == State::Busy) {
    std::string cycle;
    for (auto at = std::ranges::find(busy_, name); at != busy_.end(); ++at) cycle += *at + " -> ";
    report_.error(user.place, "Cycle of variables",
                  "These refer to each other without end: " + cycle + std::string(name) +
                      ". Give one of them a value of its own.",
                  reference);
    return nullptr;
  }
  entry.state = State::Busy;
  busy_.emplace_back(name);
  const bool is_deep = busy_.size() > kDeepest;
  const Node* value = is_deep ? entry.value : apply(entry.value);
  busy_.pop_back();
  if (is_deep || value->weight > kHeaviest || value->depth > kDeepest) {
    report_.error(entry.value->place, "Too much nesting",
                  "With its variables filled in, this value is too large or too deep.");
    value = arena_.scalar("", Node::Style::Substituted, entry.value->place);
  }
  entry.value = value;
  entry.state = State::Done;
  return value;
}

// ".spark_version" or "[0].name" below a value.
const Node* Interpolator::descend(const Node* value, std::string_view rest, const Node& user,
                                  std::string_view reference) {
  while (!rest.empty() && value != nullptr) {
    const bool is_index = rest[0] == '[';
    const std::size_t end = is_index ? rest.find(']') : rest.find_first_of(".[", 1);
    const std::string_view step = rest.substr(1, end == rest.npos ? end : end - 1);
    rest = end == rest.npos ? std::string_view{} : rest.substr(is_index ? end + 1 : end);
    if (is_index) {
      const bool digits =
          !step.empty() && step.size() < 7 && step.find_first_not_of("0123456789") == step.npos;
      const std::size_t index = digits ? std::stoul(std::string(step)) : value->items.size();
      value = index < value->items.size() ? value->items[index] : nullptr;
    } else {
      value = find_value(*value, step);
    }
  }
  if (value == nullptr)
    report_.error(user.place, "Unknown reference",
                  in_quotes(reference) + " names a part that the variable's value does not have.",
                  reference);
  return value;
}

void Interpolator::report_unknown(std::string_view path, const Node& user,
                                  std::string_view reference) {
  if (suppress_unknown_) return;
  const std::string_view first = head(path);
  std::vector<std::string> names;
  names.reserve(entries_.size() + 2);
  for (const auto& [name, entry] : entries_) names.push_back(name);
  for (const std::string_view user_part : {kUserName, kShortName})
    names.emplace_back(user_part.substr(2, user_part.size() - 3));
  if (first == "var") {
    report_.error(user.place, "Unknown variable",
                  in_quotes(path.substr(std::min<std::size_t>(4, path.size()))) +
                      " is not declared below \"variables\"." + suggestion(path, names),
                  reference);
    return;
  }
  std::string detail = in_quotes(reference) + " refers to nothing.";
  const std::string near = suggestion(path, names);
  if (!near.empty()) {
    detail += near;
  } else if (first == "bundle" || first == "workspace") {
    detail +=
        " The spec knows ${bundle.name}, ${bundle.target}, ${workspace.root_path}, "
        "${workspace.file_path}, ${workspace.host}, ${workspace.current_user.userName} and "
        "${workspace.current_user.short_name}.";
  } else {
    const std::string root = nearest(first, {"bundle", "resources", "var", "workspace"});
    detail += root.empty()
                  ? " References begin with var, bundle, workspace or resources."
                  : " Did you mean \"${" + root + std::string(path.substr(first.size())) + "}\"?";
  }
  report_.error(user.place, "Unknown reference", std::move(detail), reference);
}

}  // namespace dbplan
