#include "providers/databricks/kinds/kinds.hpp"
#include "providers/databricks/kinds/schema.hpp"

namespace dbplan::databricks {
namespace {

constexpr auto ReadOnly = Behaviour::ReadOnly;

constexpr FieldRule kFields[] = {
    {"definition", Behaviour::JsonText, "JSON in a string: spaces and order carry no meaning"},
    {"definition", Behaviour::ServerDefault, "comes from the policy family unless set"},
    {"policy_family_definition_overrides", Behaviour::JsonText,
     "JSON in a string: spaces and order carry no meaning"},
    {"policy_family_id", Behaviour::Immutable, "a policy stays in its family"},
    {"created_at_timestamp", ReadOnly, "when it was created"},
    {"creator_user_name", ReadOnly, "who created it"},
    {"is_default", ReadOnly, "made by the workspace"},
    {"policy_id", ReadOnly, "the id"},
};

constexpr KeyedList kLists[] = {{"libraries"}};

}  // namespace

// Source: Cluster Policies API 2.0. No tags; names are unique. An edit replaces everything.
constinit const Kind kClusterPolicies{
    .name = "cluster_policies",
    .noun = "cluster policy",
    .schema = &kApiSchema,
    .body_type = "CreatePolicy",
    .id_field = "policy_id",
    .name_field = "name",
    .key_field = "name",
    .unique_name = true,
    .permission_object = "cluster-policies",
    .create = {"POST", "/api/2.0/policies/clusters/create"},
    .read = {"GET", "/api/2.0/policies/clusters/get?policy_id={id}"},
    .list = {"GET", "/api/2.0/policies/clusters/list", {}, {}, "policies"},
    .update = {"POST", "/api/2.0/policies/clusters/edit", "policy_id"},
    .remove = {"POST", "/api/2.0/policies/clusters/delete", "policy_id"},
    .fields = kFields,
    .lists = kLists,
};

}  // namespace dbplan::databricks
