#include "providers/databricks/kinds/cluster_fields.hpp"
#include "providers/databricks/kinds/kinds.hpp"
#include "providers/databricks/kinds/schema.hpp"

namespace dbplan::databricks {
namespace {

constexpr auto ReadOnly = Behaviour::ReadOnly;

// What `get` and `list` say beside the specification. Source: ClusterDetails of the API models.
constexpr FieldRule kFields[] = {
    DBPLAN_CLUSTER_FIELD_RULES(""),
    {"clone_from", Behaviour::WriteOnly, "only read while creating"},
    {"cluster_id", ReadOnly, "the id"},
    {"cluster_cores", ReadOnly, "computed by the server"},
    {"cluster_log_status", ReadOnly, "computed by the server"},
    {"cluster_memory_mb", ReadOnly, "computed by the server"},
    {"cluster_source", ReadOnly, "who created it"},
    {"creator_user_name", ReadOnly, "who created it"},
    {"default_tags", ReadOnly, "tags that the server adds"},
    {"disk_spec", ReadOnly, "computed by the server"},
    {"driver", ReadOnly, "running state"},
    {"executors", ReadOnly, "running state"},
    {"jdbc_port", ReadOnly, "running state"},
    {"last_restarted_time", ReadOnly, "running state"},
    {"last_state_loss_time", ReadOnly, "running state"},
    {"last_activity_time", ReadOnly, "running state"},
    {"pinned_by_user_name", ReadOnly, "set by the pin call"},
    {"spark_context_id", ReadOnly, "running state"},
    {"spec", ReadOnly, "a copy of what was sent"},
    {"start_time", ReadOnly, "running state"},
    {"state", ReadOnly, "running state"},
    {"state_message", ReadOnly, "running state"},
    {"terminated_time", ReadOnly, "running state"},
    {"termination_reason", ReadOnly, "running state"},
    {"init_scripts_safe_mode", ReadOnly, "computed by the server"},
    {"effective_spark_version", ReadOnly, "computed by the server"},
};

constexpr KeyedList kLists[] = {{"ssh_public_keys"}};

constexpr Reference kReferences[] = {DBPLAN_CLUSTER_REFERENCES("")};

constexpr std::string_view kResizeFields[] = {"num_workers", "autoscale"};

}  // namespace

// Sources: Clusters API 2.1. edit replaces the specification and restarts a running cluster;
// resize works on a running one alone; create takes an idempotency token of at most 64 characters.
constinit const Kind kClusters{
    .name = "clusters",
    .noun = "cluster",
    .schema = &kApiSchema,
    .body_type = "CreateCluster",
    .id_field = "cluster_id",
    .name_field = "cluster_name",
    .stamp_field = "custom_tags",
    .state_field = "state",
    .permission_object = "clusters",
    .caller_level = "CAN_MANAGE",
    .create = {"POST", "/api/2.1/clusters/create", "idempotency_token"},
    .read = {"GET", "/api/2.1/clusters/get?cluster_id={id}"},
    .list = {"GET",
             "/api/2.1/clusters/list?page_size=100&filter_by.cluster_sources=API"
             "&filter_by.cluster_sources=UI",
             {},
             {},
             "clusters"},
    .update = {"POST", "/api/2.1/clusters/edit", "cluster_id"},
    .remove = {"POST", "/api/2.1/clusters/permanent-delete", "cluster_id"},
    .resize = {"POST", "/api/2.1/clusters/resize", "cluster_id"},
    .start = {"POST", "/api/2.1/clusters/start", "cluster_id"},
    .stop = {"POST", "/api/2.1/clusters/delete", "cluster_id"},
    .resize_fields = kResizeFields,
    .fields = kFields,
    .lists = kLists,
    .references = kReferences,
};

}  // namespace dbplan::databricks
