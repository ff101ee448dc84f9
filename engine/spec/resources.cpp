#include "engine/spec/resources.hpp"

#include <algorithm>

#include "engine/spec/layout.hpp"
#include "engine/spec/task_graph.hpp"

namespace dbplan {
namespace {

// Kinds that bundles know and dbplan does not build yet.
constexpr std::string_view kLaterKinds[] = {"alerts",
                                            "apps",
                                            "catalogs",
                                            "dashboards",
                                            "database_catalogs",
                                            "database_instances",
                                            "experiments",
                                            "external_locations",
                                            "genie_spaces",
                                            "instance_pools",
                                            "cluster_policies",
                                            "model_serving_endpoints",
                                            "models",
                                            "pipelines",
                                            "postgres_branches",
                                            "postgres_endpoints",
                                            "postgres_projects",
                                            "quality_monitors",
                                            "registered_models",
                                            "schemas",
                                            "secret_scopes",
                                            "sql_warehouses",
                                            "synced_database_tables",
                                            "volumes",
                                            "warehouses"};

// Blocks of a resource that are refused for now, whatever its kind.
constexpr std::string_view kLaterBlocks[] = {"adopt", "moved", "permissions", "grants"};

class ResourceReader {
 public:
  ResourceReader(Interpolator& interpolator, Drafts& drafts, Reporter& report)
      : interpolator_(interpolator), drafts_(drafts), report_(report) {}

  void read(const Member& member, const Kind& kind) {
    if (!check_key(member)) return;
    if (!member.value->is_map()) {
      report_.error(member.value->is_null() ? member.place : member.value->place, "Wrong type",
                    "A " + std::string(kind.noun) + " is a map of fields, and " +
                        in_quotes(member.key) + " is " + std::string(describe(*member.value)) +
                        ".");
      drafts_.add(draft(member, kind));  // so that references to it are no second mistake
      return;
    }
    Draft made = draft(member, kind);
    made.node = interpolator_.apply(member.value);
    for (const std::string_view block : kLaterBlocks)
      if (const Member* later = find_member(*made.node, block))
        report_unsupported(later->place, block, report_);
    read_lifecycle(*made.node, kind, made.resource);
    Body body = read_body(*made.node, kind, member.place,
                          {"adopt", "moved", "permissions", "grants", "lifecycle"}, report_);
    made.resource.body = std::move(body.json);
    made.links = std::move(body.links);
    made.local_files = std::move(body.local_files);
    check_stamp(*made.node, kind);
    if (kind.name == "jobs") check_task_graph(*made.node, report_);
    drafts_.add(std::move(made));
  }

 private:
  Draft draft(const Member& member, const Kind& kind) const {
    Draft made;
    made.resource.address = {std::string(kind.name), std::string(member.key)};
    made.resource.kind = &kind;
    made.resource.body = Json::object();
    made.resource.where = report_.range(member.place);
    made.place = member.place;
    return made;
  }

  bool check_key(const Member& member) {
    if (!member.key.empty() && member.key.find_first_of("{}$ \t\n") == std::string_view::npos)
      return true;
    report_.error(member.place, "Invalid key",
                  "The key of a resource is a name without spaces, braces and \"$\", and " +
                      in_quotes(member.key) + " is not.");
    return false;
  }

  void read_lifecycle(const Node& node, const Kind& kind, Resource& resource) {
    const Node* block = find_value(node, "lifecycle");
    if (block == nullptr) return;
    if (!block->is_map()) {
      report_.error(block->place, "Wrong type",
                    "\"lifecycle\" is a map, and this is " + std::string(describe(*block)) + ".");
      return;
    }
    for (const Member& member : block->members) {
      if (member.key == "release") {
        report_unsupported(member.place, "lifecycle.release", report_);
      } else if (member.key == "prevent_destroy") {
        if (const auto flag = read_flag(member)) resource.prevent_destroy = *flag;
      } else if (member.key == "started") {
        if (kind.start.method.empty())
          report_.error(member.place, "Unknown field",
                        "\"started\" only means something for what can be started and stopped, "
                        "such as a cluster. Remove it.");
        else
          resource.started = read_flag(member);
      } else {
        report_.error(member.place, "Unknown field",
                      in_quotes(member.key) + " is not a field of \"lifecycle\"." +
                          suggestion(member.key, {"prevent_destroy", "started"}));
      }
    }
  }

  std::optional<bool> read_flag(const Member& member) {
    const Node& value = *member.value;
    if (value.is_scalar() && value.style != Node::Style::Quoted &&
        plain_kind(value.text) == ScalarKind::Bool)
      return value.text[0] == 't' || value.text[0] == 'T';
    report_.error(value.place, "Wrong type",
                  in_quotes(member.key) + " is true or false, and this is " +
                      std::string(describe(value)) + ".");
    return std::nullopt;
  }

  void check_stamp(const Node& node, const Kind& kind) {
    if (kind.stamp_field.empty()) return;
    const Node* tags = find_value(node, kind.stamp_field);
    if (tags == nullptr || !tags->is_map()) return;
    if (const Member* tag = find_member(*tags, "dbplan"))
      report_.error(tag->place, "Reserved tag",
                    "The tag \"dbplan\" is how dbplan finds its own resources again. Use another "
                    "name.");
  }

  Interpolator& interpolator_;
  Drafts& drafts_;
  Reporter& report_;
};

void report_kind(const Member& member, std::span<const Kind* const> kinds, Reporter& report) {
  if (std::ranges::find(kLaterKinds, member.key) != std::end(kLaterKinds)) {
    report_unsupported(member.place, "resources." + std::string(member.key), report);
    return;
  }
  std::vector<std::string> names;
  for (const Kind* kind : kinds) names.emplace_back(kind->name);
  std::string detail = in_quotes(member.key) + " is no kind of resource.";
  const std::string near = suggestion(member.key, names);
  if (near.empty()) {
    detail += " Kinds are";
    for (std::size_t i = 0; i < names.size(); ++i)
      detail += (i == 0 ? " " : i + 1 == names.size() ? " and " : ", ") + names[i];
    detail += ".";
  }
  report.error(member.place, "Unknown kind", detail + near);
}

}  // namespace

void read_resources(const Node& resources, std::span<const Kind* const> kinds,
                    Interpolator& interpolator, Drafts& drafts, Reporter& report) {
  std::vector<Member> by_kind(resources.members.begin(), resources.members.end());
  std::ranges::sort(by_kind, {}, &Member::key);
  ResourceReader reader(interpolator, drafts, report);
  for (const Member& group : by_kind) {
    const Kind* kind = find_kind(kinds, group.key);
    if (kind == nullptr) {
      report_kind(group, kinds, report);
      continue;
    }
    if (!group.value->is_map()) continue;  // empty; or the layout check spoke of it
    std::vector<Member> members(group.value->members.begin(), group.value->members.end());
    std::ranges::sort(members, {}, &Member::key);
    for (const Member& member : members) reader.read(member, *kind);
  }
}

}  // namespace dbplan
