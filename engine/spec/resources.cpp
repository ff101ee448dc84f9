#include "engine/spec/resources.hpp"

#include <algorithm>

#include "engine/spec/blocks.hpp"
#include "engine/spec/compute.hpp"
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
                                            "model_serving_endpoints",
                                            "models",
                                            "pipelines",
                                            "postgres_branches",
                                            "postgres_endpoints",
                                            "postgres_projects",
                                            "quality_monitors",
                                            "registered_models",
                                            "schemas",
                                            "synced_database_tables",
                                            "volumes",
                                            "warehouses"};

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
    read_blocks(*made.node, kind, made.resource, report_);
    Body body = read_body(*made.node, kind, member.place, report_);
    made.resource.body = std::move(body.json);
    made.links = std::move(body.links);
    made.local_files = std::move(body.local_files);
    complete_compute(kind, *made.node, made.resource.body, member.place, report_);
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

  void check_stamp(const Node& node, const Kind& kind) {
    if (kind.stamp_field.empty()) return;
    const Node* tags = &node;
    for (std::string_view rest = kind.stamp_field; tags != nullptr && !rest.empty();) {
      const std::size_t dot = std::min(rest.find('.'), rest.size());
      tags = find_value(*tags, rest.substr(0, dot));
      rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    if (tags == nullptr) return;
    if (const Member* tag = find_member(*tags, "dbplan")) report_reserved(tag->place);
    for (const Node* item : tags->items)
      if (const Node* key = find_value(*item, "key"); key != nullptr && key->text == "dbplan")
        report_reserved(key->place);
  }

  void report_reserved(Place place) {
    report_.error(place, "Reserved tag",
                  "The tag \"dbplan\" is how dbplan finds its own resources again. Use another "
                  "name.");
  }

  Interpolator& interpolator_;
  Drafts& drafts_;
  Reporter& report_;
};

void report_kind(const Member& member, std::span<const Kind* const> kinds, Reporter& report) {
  if (is_later_kind(member.key)) {
    report_unsupported(member.place, "resources." + std::string(member.key), report);
    return;
  }
  std::vector<std::string> names;
  for (const Kind* kind : kinds)
    if (kind->home != Home::Part && kind->parent_field.empty()) names.emplace_back(kind->name);
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

std::span<const std::string_view> later_kinds() { return kLaterKinds; }

bool is_later_kind(std::string_view kind) {
  return std::ranges::find(kLaterKinds, kind) != std::end(kLaterKinds);
}

void read_resources(const Node& resources, std::span<const Kind* const> kinds,
                    Interpolator& interpolator, Drafts& drafts, Reporter& report) {
  std::vector<Member> by_kind(resources.members.begin(), resources.members.end());
  std::ranges::sort(by_kind, {}, &Member::key);
  ResourceReader reader(interpolator, drafts, report);
  for (const Member& group : by_kind) {
    const Kind* kind = find_kind(kinds, group.key);
    if (kind != nullptr && (kind->home == Home::Part || !kind->parent_field.empty())) {
      report.error(group.place, "Not a kind of its own",
                   "A " + std::string(kind->noun) +
                       " belongs to another resource and is written there, in its block " +
                       in_quotes(kind->name == "secrets" ? "secrets" : "permissions") + ".");
      continue;
    }
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
