#include "providers/databricks/kinds/kinds.hpp"

namespace dbplan::databricks {
namespace {

constexpr std::string_view kLevels[] = {
    "CAN_ATTACH_TO", "CAN_EDIT", "CAN_MANAGE", "CAN_MANAGE_RUN", "CAN_MONITOR", "CAN_READ",
    "CAN_RESTART",   "CAN_RUN",  "CAN_USE",    "CAN_VIEW",       "IS_OWNER"};
constexpr SchemaEnum kEnums[] = {{"PermissionLevel", kLevels}};
constexpr SchemaField kRequestFields[] = {
    {"group_name", "string"},
    {"permission_level", "enum:PermissionLevel", true},
    {"service_principal_name", "string"},
    {"user_name", "string"},
};
constexpr SchemaField kPermissionsFields[] = {
    {"access_control_list", "list<object:AccessControlRequest>", true},
};
constexpr SchemaType kTypes[] = {{"AccessControlRequest", kRequestFields},
                                 {"Permissions", kPermissionsFields}};
constexpr Schema kSchema{kTypes, kEnums};

constexpr KeyedList kLists[] = {
    {"access_control_list", "user_name|group_name|service_principal_name"}};

}  // namespace

// Source: Permissions API 2.0. A PUT replaces all that is not inherited. They cannot be deleted,
// only set back to what whoever sets them has to keep. The id is "jobs/123".
constinit const Kind kPermissions{
    .name = "permissions",
    .noun = "permissions",
    .home = Home::Part,
    .schema = &kSchema,
    .body_type = "Permissions",
    .read = {"GET", "/api/2.0/permissions/{id}"},
    .update = {"PUT", "/api/2.0/permissions/{id}"},
    .lists = kLists,
};

}  // namespace dbplan::databricks
