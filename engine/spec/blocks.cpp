#include "engine/spec/blocks.hpp"

#include <algorithm>
#include <map>

#include "engine/spec/layout.hpp"

namespace dbplan {
namespace {

class BlockReader {
 public:
  BlockReader(const Kind& kind, Resource& resource, Reporter& report)
      : kind_(kind), resource_(resource), report_(report) {}

  void lifecycle(const Node& block) {
    for (const Member& member : block.members) {
      if (member.key == "release") {
        resource_.release = flag(member).value_or(false);
      } else if (member.key == "prevent_destroy") {
        resource_.prevent_destroy = flag(member).value_or(false);
      } else if (member.key != "started") {
        unknown(member, "lifecycle", {"prevent_destroy", "release", "started"});
      } else if (kind_.start.method.empty()) {
        report_.error(member.place, "Unknown field",
                      "\"started\" only means something for what can be started and stopped, "
                      "such as a cluster. Remove it.");
      } else {
        resource_.started = flag(member);
      }
    }
  }

  void moved(const Node& block) {
    only_knows(block, "moved", {"from"});
    const Node* from = text(block, "from");
    if (from == nullptr) {
      if (find_value(block, "from") == nullptr)
        report_.error(block.place, "Missing field",
                      "\"from\" is required in \"moved\": the address that this had until now.");
      return;
    }
    const std::size_t dot = from->text.find('.');
    const std::string kind(from->text.substr(0, dot));
    if (dot == std::string_view::npos || dot + 1 == from->text.size())
      report_.error(from->place, "Not an address",
                    in_quotes(from->text) + " is no address. Write kind and key: " +
                        in_quotes(std::string(kind_.name) + ".<key>") + ".");
    else if (kind != kind_.name)
      report_.error(from->place, "Wrong kind of address",
                    "This is a " + std::string(kind_.noun) + ", and " + in_quotes(from->text) +
                        " is not: only a key can change.");
    else
      resource_.moved_from = Address{kind, std::string(from->text.substr(dot + 1))};
  }

  void adopt(const Member& member) {
    const Node& block = *member.value;
    if (kind_.home != Home::Server)
      return report_.error(member.place, "Unknown field",
                           "A " + std::string(kind_.noun) +
                               " is no object of its own in the workspace: there is nothing to "
                               "adopt. Remove it.");
    only_knows(block, "adopt", {"id", "name"});
    const Node* id = text(block, "id");
    const Node* name = text(block, "name");
    if ((id == nullptr) == (name == nullptr))
      return report_.error(member.place, id == nullptr ? "Missing field" : "Conflicting fields",
                           "\"adopt\" says by \"id\" or by \"name\" which object is meant: give "
                           "exactly one of the two.");
    resource_.adopt = Adoption{id == nullptr ? "" : std::string(id->text),
                               name == nullptr ? "" : std::string(name->text)};
  }

 private:
  void only_knows(const Node& block, std::string_view where, std::vector<std::string> names) {
    for (const Member& member : block.members)
      if (std::ranges::find(names, member.key) == names.end()) unknown(member, where, names);
  }

  void unknown(const Member& member, std::string_view where,
               const std::vector<std::string>& names) {
    report_.error(member.place, "Unknown field",
                  in_quotes(member.key) + " is not a field of " + in_quotes(where) + "." +
                      suggestion(member.key, names));
  }

  const Node* text(const Node& block, std::string_view name) {
    const Node* value = find_value(block, name);
    if (value == nullptr || value->is_scalar()) return value;
    report_.error(value->place, "Wrong type",
                  in_quotes(name) + " is text, and this is " + std::string(describe(*value)) + ".");
    return nullptr;
  }

  std::optional<bool> flag(const Member& member) {
    const Node& value = *member.value;
    if (value.is_scalar() && value.style != Node::Style::Quoted &&
        plain_kind(value.text) == ScalarKind::Bool)
      return value.text[0] == 't' || value.text[0] == 'T';
    report_.error(value.is_null() ? member.place : value.place, "Wrong type",
                  in_quotes(member.key) + " is true or false, and this is " +
                      std::string(describe(value)) + ".");
    return std::nullopt;
  }

  const Kind& kind_;
  Resource& resource_;
  Reporter& report_;
};

Place place_of_move(const Draft& draft) {
  const Node* block = draft.node == nullptr ? nullptr : find_value(*draft.node, "moved");
  const Node* from = block == nullptr ? nullptr : find_value(*block, "from");
  return from == nullptr ? draft.place : from->place;
}

}  // namespace

bool is_own_block(const Kind& kind, std::string_view name) {
  if (name == "secrets") return kind.name == "secret_scopes";
  return std::ranges::find(kOwnBlocks, name) != std::end(kOwnBlocks);
}

void read_blocks(const Node& node, const Kind& kind, Resource& resource, Reporter& report) {
  BlockReader reader(kind, resource, report);
  for (const Member& member : node.members) {
    if (!is_own_block(kind, member.key) || member.value->is_null()) continue;
    if (member.key == "grants") {
      report_unsupported(member.place, "grants", report);
      continue;
    }
    if (member.key == "permissions" || member.key == "secrets") continue;  // see permissions.cpp
    if (!member.value->is_map()) {
      report.error(member.value->place, "Wrong type",
                   in_quotes(member.key) + " is a map, and this is " +
                       std::string(describe(*member.value)) + ".");
      continue;
    }
    if (member.key == "lifecycle") reader.lifecycle(*member.value);
    if (member.key == "moved") reader.moved(*member.value);
    if (member.key == "adopt") reader.adopt(member);
  }
}

void check_moves(const Drafts& drafts, Reporter& report) {
  std::map<Address, const Draft*> claimed;
  for (const Draft& draft : drafts.all) {
    const auto& from = draft.resource.moved_from;
    if (!from) continue;
    const Place place = place_of_move(draft);
    if (drafts.find(*from) >= 0) {
      report.error(place, "Move from what exists",
                   in_quotes(from->text()) +
                       " is still declared, so nothing can have moved away from it. Remove "
                       "\"moved\", or the older declaration.");
      continue;
    }
    const auto [first, is_new] = claimed.emplace(*from, &draft);
    if (!is_new)
      report.error(place, "Two moves from one address",
                   in_quotes(first->second->resource.address.text()) + " was " +
                       in_quotes(from->text()) + " already. Remove \"moved\" from one of the two.");
  }
}

}  // namespace dbplan
