#include "providers/databricks/hooks/permissions.hpp"

#include "engine/base/text.hpp"
#include "providers/databricks/answers.hpp"

namespace dbplan::databricks {

Result<Json> direct_permissions(const std::string& what, Json& answer) {
  Json list = Json::array();
  for (Json& entry : TRY(objects_in(what, answer, "access_control_list")))
    for (const Json& permission : TRY(objects_in(what, entry, "all_permissions"))) {
      if (at_or_null(permission, "inherited") == Json(true)) continue;
      Json request = {{"permission_level", text_at(permission, "permission_level")}};
      for (const char* principal : {"user_name", "group_name", "service_principal_name"})
        if (entry.contains(principal)) request[principal] = entry[principal];
      if (request.contains("user_name"))
        request["user_name"] = lower_case(text_at(request, "user_name"));
      list.push_back(std::move(request));
    }
  return Json{{"access_control_list", std::move(list)}};
}

}  // namespace dbplan::databricks
