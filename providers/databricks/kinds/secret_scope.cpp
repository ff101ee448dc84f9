#include "providers/databricks/kinds/kinds.hpp"

namespace dbplan::databricks {
namespace {

constexpr std::string_view kBackends[] = {"AZURE_KEYVAULT", "DATABRICKS"};
constexpr std::string_view kAclPermissions[] = {"MANAGE", "READ", "WRITE"};
constexpr SchemaEnum kEnums[] = {{"AclPermission", kAclPermissions},
                                 {"ScopeBackendType", kBackends}};

constexpr SchemaField kScopeFields[] = {
    {"backend_type", "enum:ScopeBackendType"},
    {"initial_manage_principal", "string"},
    {"keyvault_metadata", "object:KeyvaultMetadata"},
    {"name", "string", true},
};
constexpr SchemaField kKeyvaultFields[] = {
    {"dns_name", "string", true},
    {"resource_id", "string", true},
};
constexpr SchemaField kSecretFields[] = {
    {"key", "string", true},
    {"last_updated_timestamp", "int64", false, true},
    {"scope", "string", true},
    {"string_value", "string"},
};
constexpr SchemaField kAclFields[] = {
    {"permission", "enum:AclPermission", true},
    {"principal", "string", true},
    {"scope", "string", true},
};
constexpr SchemaType kTypes[] = {
    {"KeyvaultMetadata", kKeyvaultFields},
    {"Secret", kSecretFields},
    {"SecretAcl", kAclFields},
    {"SecretScope", kScopeFields},
};
constexpr Schema kSchema{kTypes, kEnums};

constexpr FieldRule kScopeRules[] = {
    {"backend_type", Behaviour::ServerDefault, "DATABRICKS unless set", "\"DATABRICKS\""},
    {"backend_type", Behaviour::Immutable, "no call changes a scope"},
    {"initial_manage_principal", Behaviour::WriteOnly, "only read while creating"},
    {"keyvault_metadata", Behaviour::Immutable, "no call changes a scope"},
};

// A value that is put anew gets a new time: that is how a change made elsewhere is seen.
constexpr FieldRule kSecretRules[] = {
    {"last_updated_timestamp", Behaviour::ServerDefault, "when the value was put last"},
    {"string_value", Behaviour::Secret, "never returned"},
};

constexpr Rename kScopeCreate[] = {
    {"backend_type", "scope_backend_type"},
    {"keyvault_metadata", "backend_azure_keyvault"},
    {"name", "scope"},
};

}  // namespace

// Source: Secrets API 2.0. A scope cannot be changed, only deleted with all that is in it; its
// name is its id. Create spells the fields otherwise than list.
constinit const Kind kSecretScopes{
    .name = "secret_scopes",
    .noun = "secret scope",
    .schema = &kSchema,
    .body_type = "SecretScope",
    .id_field = "name",
    .name_field = "name",
    .key_field = "name",
    .unique_name = true,
    .create = {"POST", "/api/2.0/secrets/scopes/create"},
    .list = {"GET", "/api/2.0/secrets/scopes/list", {}, {}, "scopes"},
    .remove = {"POST", "/api/2.0/secrets/scopes/delete", "scope"},
    .create_names = kScopeCreate,
    .fields = kScopeRules,
};

// Values are put, never read: compared by a salted hash of what was put last.
constinit const Kind kSecrets{
    .name = "secrets",
    .noun = "secret",
    .schema = &kSchema,
    .body_type = "Secret",
    .id_field = "key",
    .name_field = "key",
    .key_field = "key",
    .parent_field = "scope",
    .create = {"POST", "/api/2.0/secrets/put"},
    .list = {"GET", "/api/2.0/secrets/list?scope={parent}", {}, {}, "secrets"},
    .update = {"POST", "/api/2.0/secrets/put", "key"},
    .remove = {"POST", "/api/2.0/secrets/delete", "key"},
    .fields = kSecretRules,
};

constinit const Kind kSecretAcls{
    .name = "secret_acls",
    .noun = "secret ACL",
    .schema = &kSchema,
    .body_type = "SecretAcl",
    .id_field = "principal",
    .name_field = "principal",
    .key_field = "principal",
    .parent_field = "scope",
    .create = {"POST", "/api/2.0/secrets/acls/put"},
    .list = {"GET", "/api/2.0/secrets/acls/list?scope={parent}", {}, {}, "items"},
    .update = {"POST", "/api/2.0/secrets/acls/put", "principal"},
    .remove = {"POST", "/api/2.0/secrets/acls/delete", "principal"},
};

}  // namespace dbplan::databricks
