#include "providers/local/server/permissions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::string_view kKind = "permissions";

/// Whether an object has an owner, and what a list without one means.
enum class Owner { None, Required, Kept };

struct ObjectType {
  std::string_view path;  // in the request
  std::string_view name;  // in the answer
  std::string_view noun;  // in texts
  std::vector<std::string_view> levels;
  Owner owner = Owner::None;
  std::string_view inherits = {};  // where admins have their rights from; empty: the path
  std::string_view admins = "CAN_MANAGE";
};

const std::vector<ObjectType>& types() {
  using Levels = std::vector<std::string_view>;
  static const Levels objects = {"CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"};
  static const Levels warehouses = {"CAN_VIEW", "CAN_MONITOR", "CAN_USE", "IS_OWNER", "CAN_MANAGE"};
  static const std::vector<ObjectType> all = {
      {"clusters", "cluster", "Cluster", {"CAN_ATTACH_TO", "CAN_RESTART", "CAN_MANAGE"}},
      {"jobs",
       "job",
       "Job",
       {"CAN_VIEW", "CAN_MANAGE_RUN", "IS_OWNER", "CAN_MANAGE"},
       Owner::Required},
      {"notebooks", "notebook", "Notebook", objects, Owner::None, "directories"},
      {"directories", "directory", "Directory", objects},
      {"files", "file", "File", objects, Owner::None, "directories"},
      {"instance-pools", "instance-pool", "Instance pool", {"CAN_ATTACH_TO", "CAN_MANAGE"}},
      {"cluster-policies",
       "cluster-policy",
       "Cluster policy",
       {"CAN_USE"},
       Owner::None,
       {},
       "CAN_USE"},
      {"sql/warehouses", "warehouses", "SQL warehouse", warehouses, Owner::Kept},
      {"warehouses", "warehouses", "SQL warehouse", warehouses, Owner::Kept, "sql/warehouses"},
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

bool is_owner(const Json& entry) { return text_at(entry, "permission_level") == "IS_OWNER"; }

std::int64_t owners(const Json& list) { return std::ranges::count_if(list, is_owner); }

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

/// "Can manage run" for CAN_MANAGE_RUN.
std::string words_of(std::string_view level) {
  std::string text(level);
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return c == '_' ? ' ' : std::tolower(c); });
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

/// One list for the two ways to name a warehouse.
std::string record_of(std::string_view type, const std::string& id) {
  return fmt::format("{}/{}", type == "warehouses" ? "sql/warehouses" : type, id);
}

}  // namespace

Permissions::Permissions(Store& store) : store_(store) {}

void Permissions::add_type(const std::string& type, ProtectedLookup look_up) {
  look_up_[type] = std::move(look_up);
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
  store_.put(kKind, record_of(type, id), canonical(kept));
  return {};
}

Result<Permissions::Named> Permissions::named(const std::string& rest) const {
  // Some types are two segments.
  const auto first = rest.starts_with("sql/") ? 4 : 0;
  const auto slash = rest.find('/', first);
  Named result{.type = rest.substr(0, slash),
               .id = slash == std::string::npos ? "" : rest.substr(slash + 1)};
  if (result.id.ends_with("/permissionLevels")) result.id.resize(result.id.size() - 17);
  if (!look_up_.contains(result.type) || result.id.empty())
    return refuse(404, "ENDPOINT_NOT_FOUND", "the local workspace keeps no permissions of " + rest);
  return result;
}

/// The entries given to the object itself; without any, those of its creation.
Result<Json> Permissions::direct(const Named& named) const {
  // As seen with the service, the list of a deleted object can still be read.
  if (const auto stored = store_.get(kKind, record_of(named.type, named.id)))
    return parse_json(*stored);
  const auto object = look_up_.at(named.type)(named.id);
  if (!object)
    return missing(fmt::format("{} {} does not exist.", find_type(named.type)->noun, named.id));
  return object->first;
}

Json Permissions::view(const Named& named, const Json& direct_list) const {
  const ObjectType& type = *find_type(named.type);
  Json list = Json::array();
  for (const Json& entry : direct_list) list.push_back(shown(entry, nullptr));
  if (const auto object = look_up_.at(named.type)(named.id))
    for (const std::string& folder : object->folders)
      if (const auto given = direct({.type = "directories", .id = folder}))
        for (const Json& entry : *given) merge_shown(list, shown(entry, "/directories/" + folder));
  const std::string_view above = type.inherits.empty() ? type.path : type.inherits;
  merge_shown(list, shown({{"group_name", "admins"}, {"permission_level", type.admins}},
                          fmt::format("/{}/", above)));
  return {{"object_id", fmt::format("/{}/{}", type.path, named.id)},
          {"object_type", type.name},
          {"access_control_list", std::move(list)}};
}

Result<Answer> Permissions::get(const Call& call) {
  const Named object = TRY(named(call.rest));
  const Json list = TRY(direct(object));
  if (!call.rest.ends_with("/permissionLevels")) return answer(view(object, list));
  Json levels = Json::array();
  for (const std::string_view level : find_type(object.type)->levels)
    levels.push_back({{"permission_level", level}, {"description", words_of(level)}});
  return answer({{"permission_levels", std::move(levels)}});
}

Result<Answer> Permissions::change(const Call& call, bool keep_others) {
  const Named object = TRY(named(call.rest));
  const ObjectType& type = *find_type(object.type);
  if (!look_up_.at(object.type)(object.id))
    return missing(fmt::format("{} {} does not exist.", type.noun, object.id));
  const Json& given = at_or_null(call.json, "access_control_list");
  TRY_VOID(check(object.type, given));
  Json list = TRY(direct(object));
  // A new owner takes the place of the old one; others stay where the call adds to the list.
  const bool new_owner = owners(given) > 0;
  std::erase_if(list.get_ref<Json::array_t&>(), [&](const Json& entry) {
    if (is_owner(entry)) return new_owner || (!keep_others && type.owner != Owner::Kept);
    return !keep_others;
  });
  for (const Json& entry : given) put(list, plain_entry(entry));
  if (type.owner == Owner::Required && owners(list) != 1)
    return invalid(fmt::format("The {} must have exactly one owner.", type.name));
  if (type.owner == Owner::Kept && owners(list) != 1)
    return invalid(fmt::format("{} {} must have exactly one owner.", type.noun, object.id));
  TRY_VOID(set(object.type, object.id, list));
  return answer(view(object, list));
}

void Permissions::add_routes(Router& router) {
  const std::string path = "/api/2.0/permissions/*";
  router.add("GET", path, [this](Call& call) { return get(call); });
  router.add("PUT", path, [this](Call& call) { return change(call, false); });
  router.add("PATCH", path, [this](Call& call) { return change(call, true); });
}

}  // namespace dbplan::local
