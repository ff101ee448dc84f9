#include "providers/local/server/protected_types.hpp"

#include "providers/local/server/compute_names.hpp"
#include "providers/local/server/object_records.hpp"
#include "providers/local/server/warehouses.hpp"

namespace dbplan::local {
namespace {

std::int64_t number(const std::string& text) { return std::atoll(text.c_str()); }

Protected made_by(const std::string& creator, std::string_view level) {
  return {.first = Json::array({{{"user_name", creator}, {"permission_level", level}}})};
}

/// What a folder that the workspace itself made gives: a home to its user, /Shared to everybody.
Json first_entries(const Object& object) {
  const auto path = AskedPath::parse(WorkspaceTree::canonical_path(object) + "/");
  if (path && path->parts.size() == 2 && path->parts[0] == "Users")
    return made_by(path->parts[1], "CAN_MANAGE").first;
  if (path && path->parts.size() == 1 && path->parts[0] == "Shared")
    return Json::array({{{"group_name", "users"}, {"permission_level", "CAN_MANAGE"}}});
  return Json::array();
}

std::optional<Protected> object_in(WorkspaceTree& tree, const std::string& id, Object::Type type) {
  const Object* object = tree.find(number(id));
  if (object == nullptr || object->type != type) return std::nullopt;
  Protected result{.first = first_entries(*object)};
  for (const Object* up = object->parent; up != nullptr; up = up->parent)
    result.folders.push_back(std::to_string(up->id));
  return result;
}

ProtectedLookup recorded(Store& store, std::string_view kind, std::string_view level) {
  return [&store, kind, level](const std::string& id) -> std::optional<Protected> {
    const Json record = ObjectRecords(store, kind).find(id);
    if (record.is_null()) return std::nullopt;
    return level.empty() ? Protected{} : made_by(text_at(record, "creator"), level);
  };
}

}  // namespace

void add_protected_types(Permissions& permissions, ProtectedWorld world) {
  permissions.add_type("jobs", [world](const std::string& id) -> std::optional<Protected> {
    const Job* job = world.jobs.find(number(id));
    if (job == nullptr) return std::nullopt;
    return made_by(job->creator, "IS_OWNER");
  });
  permissions.add_type("clusters", [world](const std::string& id) -> std::optional<Protected> {
    const Cluster* cluster = world.clusters.find(id);
    if (cluster == nullptr) return std::nullopt;
    return made_by(cluster->creator, "CAN_MANAGE");
  });
  const auto add_objects = [&](const std::string& type, Object::Type wanted) {
    permissions.add_type(
        type, [world, wanted](const std::string& id) { return object_in(world.tree, id, wanted); });
  };
  add_objects("notebooks", Object::Type::Notebook);
  add_objects("directories", Object::Type::Directory);
  add_objects("files", Object::Type::File);
  permissions.add_type("instance-pools", recorded(world.store, kPoolKind, "CAN_MANAGE"));
  permissions.add_type("cluster-policies", recorded(world.store, kPolicyKind, {}));
  permissions.add_type("sql/warehouses", recorded(world.store, kWarehouseKind, "IS_OWNER"));
  permissions.add_type("warehouses", recorded(world.store, kWarehouseKind, "IS_OWNER"));
}

}  // namespace dbplan::local
