#include "engine/plan/wanted.hpp"

#include "engine/base/text.hpp"
#include "engine/model/stamp.hpp"

namespace dbplan {
namespace {

constexpr const char* kLevel = "permission_level";

/// Users are e-mail addresses, service principals are application ids.
Json caller_entry(const std::string& user_name, std::string_view level) {
  const bool is_user = user_name.find('@') != std::string::npos;
  return {{is_user ? "user_name" : "service_principal_name",
           is_user ? lower_case(user_name) : user_name},
          {kLevel, level}};
}

bool names_same(const Json& entry, const Json& caller) {
  for (const char* principal : {"user_name", "service_principal_name"})
    if (caller.contains(principal)) return text_at(entry, principal) == text_at(caller, principal);
  return false;
}

}  // namespace

Json with_caller(Json body, const Kind& owner, const std::string& user_name) {
  Json& list = body["access_control_list"];
  if (!list.is_array()) list = Json::array();
  bool owned = false;
  for (Json& entry : list) {
    if (entry.contains("user_name")) entry["user_name"] = lower_case(text_at(entry, "user_name"));
    owned = owned || text_at(entry, kLevel) == "IS_OWNER";
  }
  if (owner.caller_level.empty() || user_name.empty()) return body;
  const std::string_view level = owned ? "CAN_MANAGE" : owner.caller_level;
  const Json caller = caller_entry(user_name, level);
  for (Json& entry : list)
    if (names_same(entry, caller)) {
      if (text_at(entry, kLevel) != "IS_OWNER") entry[kLevel] = level;
      return body;
    }
  list.push_back(caller);
  return body;
}

Json wanted_body(const Resource& resource, const Desired& desired, const IdLookup& ids) {
  Json body = substitute(resource.body, ids);
  put_stamp(*resource.kind, body, stamp_of(desired.root_path, resource.address));
  const Resource* owner = resource.owner ? desired.find(*resource.owner) : nullptr;
  return owner ? with_caller(std::move(body), *owner->kind, desired.user_name) : body;
}

Json wanted_body(const Resource& resource, const Desired& desired, const Live& live) {
  return wanted_body(resource, desired, [&](const ResourceReference& reference) {
    const LiveResource* target = live.find(reference.address);
    return target && !target->id.empty() ? std::optional(target->id) : std::nullopt;
  });
}

}  // namespace dbplan
