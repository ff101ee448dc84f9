#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/model/stamp.hpp"
#include "engine/plan/plan.hpp"
#include "providers/databricks/kinds/kinds.hpp"

namespace dbplan::test {

/// A spec, a ledger and a workspace as values, built up line by line in a test, and the plan that
/// follows. Jobs and clusters get their stamp on the live side unless the body says otherwise.
class World {
 public:
  static constexpr const char* kRoot = "/Workspace/Users/me@example.com/.bundle/b/dev";

  static Json parse(const std::string& text) { return parse_json(text).value(); }

  static Address address(const std::string& text) {
    const std::size_t dot = text.find('.');
    return {text.substr(0, dot), text.substr(dot + 1)};
  }

  static const Kind* kind_of(const Address& address) {
    return find_kind(databricks::databricks_kinds(), address.kind);
  }

  Resource& spec(const std::string& name, const std::string& body) {
    const Address key = address(name);
    desired.root_path = kRoot;
    auto place = std::ranges::lower_bound(desired.resources, key, {}, &Resource::address);
    place = desired.resources.insert(
        place, Resource{.address = key, .kind = kind_of(key), .body = parse(body), .where = {}});
    return *place;
  }

  void live(const std::string& name, const std::string& id, const std::string& body) {
    const Address key = address(name);
    Json json = parse(body);
    const Kind* kind = kind_of(key);
    if (!kind->stamp_field.empty() && !json[std::string(kind->stamp_field)].contains("dbplan"))
      json[std::string(kind->stamp_field)]["dbplan"] = stamp_of(kRoot, key);
    workspace.found[key] = {.id = id, .body = json, .facts = {}};
  }

  /// The last apply sent `body`; `echo` is what the server had beside it.
  void last(const std::string& name, const std::string& id, const std::string& body,
            const std::string& echo = "{}") {
    const Address key = address(name);
    Json json = parse(body);
    const Kind* kind = kind_of(key);
    if (!kind->stamp_field.empty())
      json[std::string(kind->stamp_field)]["dbplan"] = stamp_of(kRoot, key);
    ledger.found = true;
    ledger.root_path = kRoot;
    ledger.entries[key] = {.id = id, .body = json, .echo = parse(echo)};
  }

  Plan plan() const {
    return make_plan(desired, workspace, ledger, databricks::databricks_kinds());
  }

  /// One line for each change that is not kept: "jobs.a update", then its acting fields.
  std::string text() const {
    static constexpr const char* kClasses[] = {"changed", "drift", "conflict", "differs",
                                               "removed", "added", "default",  "write-only"};
    std::string text;
    for (const Change& change : plan().changes) {
      if (change.action == Action::Keep) continue;
      text += change.address.text() + " " + std::string(action_name(change.action)) + "\n";
      for (const FieldChange& field : change.fields)
        if (field.acts())
          text += "  " + field.path + " " + kClasses[static_cast<int>(field.kind)] + "\n";
    }
    return text;
  }

  Desired desired;
  Live workspace;
  Ledger ledger;
};

}  // namespace dbplan::test
