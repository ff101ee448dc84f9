#include "providers/databricks/kinds/kinds.hpp"
#include "providers/databricks/kinds/schema.hpp"

namespace dbplan::databricks {
namespace {

constexpr auto ReadOnly = Behaviour::ReadOnly;
constexpr auto ServerDefault = Behaviour::ServerDefault;
constexpr auto Immutable = Behaviour::Immutable;

constexpr FieldRule kFields[] = {
    {"enable_elastic_disk", ServerDefault, "true unless set", "true"},
    {"enable_elastic_disk", Immutable, "an edit does not take it"},
    {"idle_instance_autotermination_minutes", ServerDefault, "60 unless set", "60"},
    {"min_idle_instances", ServerDefault, "0 unless set", "0"},
    {"max_capacity", ServerDefault, "1000 on GCP unless set", "1000"},
    {"node_type_id", Immutable, "machines of another type are another pool"},
    {"aws_attributes", ServerDefault, "filled in by the cloud"},
    {"aws_attributes", Immutable, "an edit does not take it"},
    {"aws_attributes.*", ServerDefault, "filled in by the cloud"},
    {"azure_attributes", ServerDefault, "filled in by the cloud"},
    {"azure_attributes", Immutable, "an edit does not take it"},
    {"azure_attributes.*", ServerDefault, "filled in by the cloud"},
    {"gcp_attributes", ServerDefault, "filled in by the cloud"},
    {"gcp_attributes", Immutable, "an edit does not take it"},
    {"gcp_attributes.*", ServerDefault, "filled in by the cloud"},
    {"disk_spec", Immutable, "an edit does not take it"},
    {"preloaded_spark_versions", Immutable, "an edit does not take it"},
    {"preloaded_docker_images", Immutable, "an edit does not take it"},
    {"preloaded_docker_images[*].basic_auth.password", Behaviour::Secret, "never returned"},
    {"node_type_flexibility", Immutable, "an edit does not take it"},
    {"default_tags", ReadOnly, "tags that the server adds"},
    {"instance_pool_id", ReadOnly, "the id"},
    {"state", ReadOnly, "running state"},
    {"stats", ReadOnly, "running state"},
    {"status", ReadOnly, "running state"},
};

constexpr KeyedList kLists[] = {{"preloaded_spark_versions"}};

constexpr std::string_view kUpdateFields[] = {"custom_tags",
                                              "idle_instance_autotermination_minutes",
                                              "instance_pool_name",
                                              "max_capacity",
                                              "min_idle_instances",
                                              "node_type_id",
                                              "remote_disk_throughput",
                                              "total_initial_remote_disk_size"};

}  // namespace

// Source: Instance Pools API 2.0. An edit takes a few fields only; names are unique.
constinit const Kind kInstancePools{
    .name = "instance_pools",
    .noun = "instance pool",
    .schema = &kApiSchema,
    .body_type = "CreateInstancePool",
    .id_field = "instance_pool_id",
    .name_field = "instance_pool_name",
    .unique_name = true,
    .stamp_field = "custom_tags",
    .permission_object = "instance-pools",
    .caller_level = "CAN_MANAGE",
    .create = {"POST", "/api/2.0/instance-pools/create"},
    .read = {"GET", "/api/2.0/instance-pools/get?instance_pool_id={id}"},
    .list = {"GET", "/api/2.0/instance-pools/list", {}, {}, "instance_pools"},
    .update = {"POST", "/api/2.0/instance-pools/edit", "instance_pool_id"},
    .remove = {"POST", "/api/2.0/instance-pools/delete", "instance_pool_id"},
    .update_fields = kUpdateFields,
    .fields = kFields,
    .lists = kLists,
};

}  // namespace dbplan::databricks
