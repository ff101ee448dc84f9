#include "tests/mutation/check.hpp"

#include <algorithm>

#include "engine/model/stamp.hpp"
#include "engine/plan/diff.hpp"
#include "engine/plan/plan.hpp"
#include "engine/spec/spec.hpp"
#include "providers/databricks/kinds/kinds.hpp"
#include "tests/support/memory_tree.hpp"

namespace dbplan::mutation {
namespace {

/// A body with `leaf` at `path` (null: without it). Every object on the way has another member,
/// and list items have names, so that it is the path alone that decides.
Json body_with(std::string_view path, const Json& leaf) {
  if (path.starts_with("[*]")) {
    const Json item = body_with(path.substr(3), leaf);
    return item.is_null() ? Json::array() : Json::array({item});
  }
  if (path.starts_with(".")) path.remove_prefix(1);
  if (path.empty()) return leaf;
  const bool quoted = path.starts_with("[\"");
  const std::size_t end =
      quoted ? path.find("\"]") + 2 : std::min(path.find_first_of(".["), path.size());
  const std::string_view name = quoted ? path.substr(2, end - 4) : path.substr(0, end);
  Json object = {{"sibling", "s"}, {"task_key", "t"}, {"job_cluster_key", "j"}};
  const Json below = body_with(path.substr(end), leaf);
  if (!below.is_null()) object[name == "*" ? "any" : std::string(name)] = below;
  return object;
}

/// What is compared: a spec, the last apply (null: unknown) and the server.
struct Case {
  Json desired;
  Json last;
  Json live;
};

std::vector<FieldChange> changes(const Kind& kind, const Case& c) {
  const RuleNode rules = index_rules(kind);
  return diff({&c.desired, c.last.is_null() ? nullptr : &c.last, &c.live, nullptr}, rules);
}

bool nothing(const Kind& kind, const Case& c) { return changes(kind, c).empty(); }

/// One difference, which the table explains in its own words.
bool explained(const Kind& kind, const Case& c) {
  const auto found = changes(kind, c);
  return found.size() == 1 && !found[0].acts() && found[0].why != "made of server defaults";
}

bool acts(const Kind& kind, const Case& c) {
  return std::ranges::any_of(changes(kind, c), &FieldChange::acts);
}

bool holds_default(std::string_view path, const Kind& kind, const Json& value) {
  const Json without = body_with(path, Json());
  const bool is_empty = value.is_structured() && value.empty();
  const Case same{without, without, body_with(path, value)};
  if (is_empty ? !nothing(kind, same) : !explained(kind, same)) return false;
  return acts(kind, {without, without, body_with(path, "somebody's")});
}

bool holds_filled(std::string_view path, const Kind& kind) {
  const Json without = body_with(path, Json());
  const auto is_left_alone = [&](const Json& value) {
    return explained(kind, {without, without, body_with(path, value)});
  };
  return is_left_alone("one") && is_left_alone(2) && is_left_alone(Json{{"made", "up"}});
}

bool holds_never_returned(std::string_view path, const Kind& kind) {
  const Json wanted = body_with(path, "one"), live = body_with(path, Json());
  return nothing(kind, {wanted, wanted, live}) && acts(kind, {wanted, Json(), live}) &&
         acts(kind, {wanted, body_with(path, "two"), live});
}

bool holds_secret(std::string_view path, const Kind& kind) {
  const RuleNode rules = index_rules(kind);
  const Json wanted = body_with(path, "canary"), live = body_with(path, Json());
  const Json stored = storable(wanted, rules);
  return canonical(stored).find("canary") == std::string::npos &&
         canonical(showable(wanted, &rules)).find("canary") == std::string::npos &&
         nothing(kind, {wanted, stored, live}) &&
         acts(kind, {wanted, storable(body_with(path, "other"), rules), live});
}

bool holds_forces_new(std::string_view path, const Kind& kind) {
  const Json live = body_with(path, "two");
  const auto found = changes(kind, {body_with(path, "one"), live, live});
  return !found.empty() && std::ranges::all_of(found, &FieldChange::immutable);
}

bool holds_json_text(std::string_view path, const Kind& kind) {
  const Json a = body_with(path, R"({"x":1,"y":[2]})"),
             b = body_with(path, R"({ "y": [2], "x": 1 })");
  return nothing(kind, {a, a, b}) && acts(kind, {a, a, body_with(path, R"({"x":2,"y":[2]})")});
}

bool holds_any_case(std::string_view path, const Kind& kind) {
  const Json a = body_with(path, "gitHub"), b = body_with(path, "GITHUB");
  return nothing(kind, {a, a, b}) && acts(kind, {a, a, body_with(path, "gitLab")});
}

bool holds_set(std::string_view path, const Kind& kind) {
  const Json a = body_with(path, Json::array({"a", "b"})),
             b = body_with(path, Json::array({"b", "a"}));
  return nothing(kind, {a, a, b}) && acts(kind, {a, a, body_with(path, Json::array({"b", "c"}))});
}

bool holds_keyed(std::string_view path, const Kind& kind, const std::string& key) {
  const Json one = {{key, "a"}, {"v", 1}}, two = {{key, "b"}, {"v", 2}},
             other = {{key, "b"}, {"v", 3}};
  const Json a = body_with(path, Json::array({one, two}));
  if (!nothing(kind, {a, a, body_with(path, Json::array({two, one}))})) return false;
  const auto found = changes(kind, {a, a, body_with(path, Json::array({other, one}))});
  return found.size() == 1 && found[0].path.ends_with("[" + key + "=b].v");
}

bool holds_sizes(std::string_view field, const Kind& kind) {
  Desired desired{.root_path = "/Workspace/x"};
  desired.resources.push_back(
      {.address = {std::string(kind.name), "x"}, .kind = &kind, .where = {}});
  desired.resources[0].body = {{std::string(field), 2}};
  Live live;
  Json body = {{std::string(field), 1}, {std::string(kind.state_field), "RUNNING"}};
  put_stamp(kind, body, stamp_of(desired.root_path, desired.resources[0].address));
  live.found[desired.resources[0].address] = {.id = "1", .body = body, .facts = {}};
  const Kind* const kinds[] = {&kind};
  const Plan plan = make_plan(desired, live, {}, kinds);
  return plan.changes.size() == 1 && plan.changes[0].action == Action::Resize;
}

/// A spec that puts the id of something else there is refused where it stands.
bool holds_refers(std::string_view path, const Kind& kind, std::string_view target) {
  const std::string wrong = target == "clusters" ? "jobs" : "clusters";
  const bool by_key = kind.home != Home::Server;
  const Json leaf = by_key ? "nobody" : "${resources." + wrong + ".w.id}";
  Json body = body_with(path, leaf);
  Json spec = {{"bundle", {{"name", "b"}}}};
  spec["resources"][wrong]["w"] = Json::object();
  spec["resources"][std::string(kind.name)]["x"] = body;
  const test::MemoryTree tree({{"dbplan.yml", canonical(spec)}});
  std::vector<const Kind*> kinds;
  for (const Kind* known : databricks::databricks_kinds())
    kinds.push_back(known->name == kind.name ? &kind : known);
  Diagnostics problems;
  const SpecPtr loaded = load_spec(tree, {}, kinds, problems);
  (void)resolve(*loaded, tree, "me@example.com", problems);
  const std::string_view expected = by_key ? "Unknown reference" : "Wrong kind of reference";
  return std::ranges::any_of(
      problems.entries(), [&](const Diagnostic& problem) { return problem.summary == expected; });
}

bool holds_at(const Fact& fact, const Kind& kind, const std::string& path) {
  const std::string value(fact.value);
  switch (fact.says) {
    case Says::Default:
      return holds_default(path, kind, parse_json(value).value());
    case Says::Filled:
      return holds_filled(path, kind);
    case Says::OutputOnly: {
      const Json without = body_with(path, Json());
      return nothing(kind, {without, without, body_with(path, "written by the server")});
    }
    case Says::NeverReturned:
      return holds_never_returned(path, kind);
    case Says::Secret:
      return holds_secret(path, kind);
    case Says::ForcesNew:
      return holds_forces_new(path, kind);
    case Says::JsonText:
      return holds_json_text(path, kind);
    case Says::AnyCase:
      return holds_any_case(path, kind);
    case Says::Set:
      return holds_set(path, kind);
    case Says::KeyedBy:
      return holds_keyed(path, kind, value);
    case Says::RefersTo:
      return holds_refers(path, kind, value);
    case Says::Sizes:
      return holds_sizes(path, kind);
    case Says::Sends:
      return std::ranges::find(kind.update_fields, path) != kind.update_fields.end();
    case Says::Spells:
      return std::ranges::any_of(kind.create_names, [&](const Rename& name) {
        return name.body == path && name.wire == value;
      });
    case Says::Is:
      return word_of(kind, path) == value;
  }
  return false;
}

}  // namespace

std::vector<std::string_view> spec_prefixes(std::string_view kind) {
  if (kind == "clusters") return {""};
  if (kind == "jobs")
    return {"tasks[*].new_cluster.", "tasks[*].for_each_task.task.new_cluster.",
            "job_clusters[*].new_cluster."};
  return {};
}

bool holds(const Fact& fact, const Kind& kind, std::string_view prefix) {
  return holds_at(fact, kind, std::string(prefix) + std::string(fact.path));
}

}  // namespace dbplan::mutation
