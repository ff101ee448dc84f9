#include "providers/local/server/permissions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::string_view kKind = "permissions";

struct ObjectType {
  std::string_view path;  // in the request
  std::string_view name;  // in the answer
  std::string_view noun;  // in texts
  std::vector<std::string_view> levels;
  bool has_owner;
};

const std::vector<ObjectType>& types() {
  static const std::vector<ObjectType> all = {
      {"clusters", "cluster", "Cluster", {"CAN_ATTACH_TO", "CAN_RESTART", "CAN_MANAGE"}, false},
      {"jobs", "job", "Job", {"CAN_VIEW", "CAN_MANAGE_RUN", "IS_OWNER", "CAN_MANAGE"}, true},
      {"notebooks",
       "notebook",
       "Notebook",
       {"CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"},
       false},
      {"directories",
       "directory",
       "Directory",
       {"CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"},
       false},
      {"files", "file", "File", {"CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"}, false},
      {"instance-pools", "instance-pool", "Instance pool", {"CAN_ATTACH_TO", "CAN_MANAGE"}, false},
      {"cluster-policies", "cluster-policy", "Cluster policy", {"CAN_USE"}, false},
      {"sql/warehouses",
       "warehouses",
       "SQL warehouse",
       {"CAN_USE", "CAN_MONITOR", "CAN_VIEW", "CAN_MANAGE", "IS_OWNER"},
       true},
  };
  return all;
}

const ObjectType* find_type(std::string_view path) {
  const auto found = std::ranges::find(types(), path, &ObjectType::path);
  return found == types().end() ? nullptr : &*found;
}

constexpr const char* kPrincipals[] = {"user_name", "group_name", "service_principal_name"};

/// "user_name" and so on of the entry, and its value; both empty if it names none.
std::pair<std::string, std::string> principal_of(const Json& entry) {
  for (const char* key : kPrincipals)
    if (std::string name = text_at(entry, key); !name.empty()) return {key, std::move(name)};
  return {};
}

bool same_principal(const Json& a, const Json& b) {
  auto [kind, name] = principal_of(a);
  auto [other_kind, other] = principal_of(b);
  const auto equal = [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  };
  return kind == other_kind && std::ranges::equal(name, other, equal);
}

/// `entry` in place of one for the same principal, else at the end.
void put(Json& list, const Json& entry) {
  for (Json& old : list)
    if (same_principal(old, entry)) {
      old = entry;
      return;
    }
  list.push_back(entry);
}

Json plain_entry(const Json& entry) {
  const auto [kind, name] = principal_of(entry);
  return {{kind, name}, {"permission_level", text_at(entry, "permission_level")}};
}

std::int64_t owners(const Json& list) {
  return std::ranges::count_if(
      list, [](const Json& entry) { return text_at(entry, "permission_level") == "IS_OWNER"; });
}

Json shown(const Json& entry, const Json& inherited_from) {
  const auto [kind, name] = principal_of(entry);
  Json permission = {{"permission_level", text_at(entry, "permission_level")},
                     {"inherited", !inherited_from.is_null()}};
  if (!inherited_from.is_null())
    permission["inherited_from_object"] = Json::array({inherited_from});
  Json result = {{kind, name}, {"all_permissions", Json::array({permission})}};
  if (kind != "group_name") result["display_name"] = name;
  return result;
}

/// Adds what somebody holds already to the entry of the same principal.
void merge_shown(Json& list, Json entry) {
  for (Json& old : list) {
    if (!same_principal(old, entry)) continue;
    old["all_permissions"].push_back(entry["all_permissions"][0]);
    return;
  }
  list.push_back(std::move(entry));
}

}  // namespace

Permissions::Permissions(Store& store) : store_(store) {}

void Permissions::add_type(const std::string& type, OwnerOf owner_of) {
  owner_of_[type] = std::move(owner_of);
}

Result<> Permissions::check(const std::string& type, const Json& list) const {
  const ObjectType& known = *find_type(type);
  for (const Json& entry : list) {
    if (principal_of(entry).first.empty())
      return invalid("An entry must name a user_name, group_name or service_principal_name");
    const std::string level = text_at(entry, "permission_level");
    if (std::ranges::find(known.levels, level) == known.levels.end())
      return invalid(fmt::format("{} is no permission level of a {}", level, known.name));
    if (level == "IS_OWNER" && !text_at(entry, "group_name").empty())
      return invalid("A group cannot be the owner");
  }
  return {};
}

Result<> Permissions::set(const std::string& type, const std::string& id, const Json& list) {
  TRY_VOID(check(type, list));
  Json kept = Json::array();
  for (const Json& entry : list) put(kept, plain_entry(entry));
  store_.put(kKind, type + "/" + id, canonical(kept));
  return {};
}

Result<Permissions::Named> Permissions::named(const std::string& rest) const {
  // Types of two words: sql/warehouses.
  const auto slash = rest.find('/', rest.starts_with("sql/") ? 4 : 0);
  Named result{.type = rest.substr(0, slash),
               .id = slash == std::string::npos ? "" : rest.substr(slash + 1)};
  if (result.id.ends_with("/permissionLevels")) result.id.resize(result.id.size() - 17);
  if (!owner_of_.contains(result.type) || result.id.empty())
    return refuse(404, "ENDPOINT_NOT_FOUND", "the local workspace keeps no permissions of " + rest);
  return result;
}

/// The entries given to the object itself; without any, those of its creation.
Result<Json> Permissions::direct(const Named& named) {
  const ObjectType& type = *find_type(named.type);
  const auto owner = owner_of_.at(named.type)(named.id);
  // As seen with the service, the list of a deleted object can still be read.
  if (const auto stored = store_.get(kKind, named.type + "/" + named.id))
    return parse_json(*stored);
  if (!owner) return missing(fmt::format("{} {} does not exist.", type.noun, named.id));
  Json list = Json::array();
  if (type.has_owner)
    list.push_back({{"user_name", *owner}, {"permission_level", "IS_OWNER"}});
  else if (named.type == "clusters" || named.type == "instance-pools")
    list.push_back({{"user_name", *owner}, {"permission_level", "CAN_MANAGE"}});
  return list;
}

Json Permissions::view(const Named& named, const Json& direct_list,
                       const std::string& owner) const {
  const ObjectType& type = *find_type(named.type);
  Json list = Json::array();
  for (const Json& entry : direct_list) list.push_back(shown(entry, nullptr));
  // The owner of a home folder manages what is in it; of other kinds nothing is inherited.
  const bool in_tree =
      type.path == "notebooks" || type.path == "directories" || type.path == "files";
  if (in_tree && !owner.empty())
    merge_shown(list, shown({{"user_name", owner}, {"permission_level", "CAN_MANAGE"}},
                            "/directories/home"));
  merge_shown(list, shown({{"group_name", "admins"}, {"permission_level", "CAN_MANAGE"}},
                          fmt::format("/{}/", type.path)));
  return {{"object_id", fmt::format("/{}/{}", type.path, named.id)},
          {"object_type", type.name},
          {"access_control_list", std::move(list)}};
}

Result<Answer> Permissions::get(const Call& call) {
  const Named object = TRY(named(call.rest));
  if (call.rest.ends_with("/permissionLevels")) {
    Json levels = Json::array();
    for (const std::string_view level : find_type(object.type)->levels)
      levels.push_back({{"permission_level", level}, {"description", level}});
    return answer({{"permission_levels", std::move(levels)}});
  }
  const Json list = TRY(direct(object));
  return answer(view(object, list, owner_of_.at(object.type)(object.id).value_or("")));
}

Result<Answer> Permissions::change(const Call& call, bool keep_others) {
  const Named object = TRY(named(call.rest));
  const ObjectType& type = *find_type(object.type);
  const auto owner = owner_of_.at(object.type)(object.id);
  if (!owner) return missing(fmt::format("{} {} does not exist.", type.noun, object.id));
  const Json& given = at_or_null(call.json, "access_control_list");
  TRY_VOID(check(object.type, given));
  Json list = Json::array();
  if (keep_others) {
    list = TRY(direct(object));
    // A new owner takes the place of the old one.
    if (owners(given) > 0)
      std::erase_if(list.get_ref<Json::array_t&>(), [](const Json& entry) {
        return text_at(entry, "permission_level") == "IS_OWNER";
      });
  }
  for (const Json& entry : given) put(list, plain_entry(entry));
  if (type.has_owner && owners(list) != 1)
    return invalid(fmt::format("The {} must have exactly one owner.", type.name));
  TRY_VOID(set(object.type, object.id, list));
  return answer(view(object, list, *owner));
}

void Permissions::add_routes(Router& router) {
  const std::string path = "/api/2.0/permissions/*";
  router.add("GET", path, [this](Call& call) { return get(call); });
  router.add("PUT", path, [this](Call& call) { return change(call, false); });
  router.add("PATCH", path, [this](Call& call) { return change(call, true); });
}

}  // namespace dbplan::local
