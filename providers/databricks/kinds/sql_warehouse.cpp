#include "providers/databricks/kinds/kinds.hpp"
#include "providers/databricks/kinds/schema.hpp"

namespace dbplan::databricks {
namespace {

constexpr auto ReadOnly = Behaviour::ReadOnly;
constexpr auto ServerDefault = Behaviour::ServerDefault;

constexpr FieldRule kFields[] = {
    {"auto_stop_mins", ServerDefault, "120 unless set", "120"},
    {"channel", ServerDefault, "the current channel unless set",
     "{\"name\":\"CHANNEL_NAME_CURRENT\"}"},
    {"enable_photon", ServerDefault, "true unless set", "true"},
    {"enable_serverless_compute", ServerDefault, "follows the settings of the workspace"},
    {"min_num_clusters", ServerDefault, "1 unless set", "1"},
    {"max_num_clusters", ServerDefault, "as many as the least unless set"},
    {"spot_instance_policy", ServerDefault, "COST_OPTIMIZED unless set", "\"COST_OPTIMIZED\""},
    {"warehouse_type", ServerDefault, "CLASSIC unless set", "\"CLASSIC\""},
    {"creator_name", ReadOnly, "who created it"},
    {"creator_id", ReadOnly, "who created it"},
    {"health", ReadOnly, "running state"},
    {"id", ReadOnly, "the id"},
    {"jdbc_url", ReadOnly, "where it answers"},
    {"num_active_sessions", ReadOnly, "running state"},
    {"num_clusters", ReadOnly, "running state"},
    {"odbc_params", ReadOnly, "where it answers"},
    {"size", ReadOnly, "an older spelling of cluster_size"},
    {"state", ReadOnly, "running state"},
};

constexpr KeyedList kLists[] = {{"tags.custom_tags", "key"}};

}  // namespace

// Source: SQL Warehouses API 2.0. An edit replaces everything and restarts a running warehouse.
constinit const Kind kSqlWarehouses{
    .name = "sql_warehouses",
    .noun = "SQL warehouse",
    .schema = &kApiSchema,
    .body_type = "CreateWarehouseRequest",
    .id_field = "id",
    .name_field = "name",
    .unique_name = true,
    .stamp_field = "tags.custom_tags",
    .stamp_in_list = true,
    .state_field = "state",
    .permission_object = "sql/warehouses",
    .caller_level = "IS_OWNER",
    .create = {"POST", "/api/2.0/sql/warehouses"},
    .read = {"GET", "/api/2.0/sql/warehouses/{id}"},
    .list = {"GET", "/api/2.0/sql/warehouses", {}, {}, "warehouses"},
    .update = {"POST", "/api/2.0/sql/warehouses/{id}/edit"},
    .remove = {"DELETE", "/api/2.0/sql/warehouses/{id}"},
    .start = {"POST", "/api/2.0/sql/warehouses/{id}/start"},
    .stop = {"POST", "/api/2.0/sql/warehouses/{id}/stop"},
    .fields = kFields,
    .lists = kLists,
};

}  // namespace dbplan::databricks
