#pragma once

/// The rules of a cluster specification, wherever it stands: a cluster of its own (prefix "") or
/// a job's new_cluster. A macro, because constexpr tables cannot concatenate path strings.
/// Source: Clusters API 2.1, what the backend fills in when it is left out.
#define DBPLAN_CLUSTER_FIELD_RULES(prefix)                                                        \
  {prefix "node_type_id", Behaviour::ServerDefault, "from the pool or policy unless set"},        \
      {prefix "driver_node_type_id", Behaviour::ServerDefault, "the same as node_type_id"},       \
      {prefix "driver_instance_pool_id", Behaviour::ServerDefault, "the same as the pool"},       \
      {prefix "enable_elastic_disk", Behaviour::ServerDefault, "chosen by the workspace"},        \
      {prefix "enable_local_disk_encryption", Behaviour::ServerDefault,                           \
       "chosen by the workspace"},                                                                \
      {prefix "data_security_mode", Behaviour::ServerDefault, "chosen by the server unless set"}, \
      {prefix "single_user_name", Behaviour::ServerDefault, "the creator in single-user mode"},   \
      {prefix "runtime_engine", Behaviour::ServerDefault, "from the Spark version unless set"},   \
      {prefix "aws_attributes", Behaviour::ServerDefault, "filled in by the cloud"},              \
      {prefix "aws_attributes.*", Behaviour::ServerDefault, "filled in by the cloud"},            \
      {prefix "azure_attributes", Behaviour::ServerDefault, "filled in by the cloud"},            \
      {prefix "azure_attributes.*", Behaviour::ServerDefault, "filled in by the cloud"},          \
      {prefix "gcp_attributes", Behaviour::ServerDefault, "filled in by the cloud"},              \
      {prefix "gcp_attributes.*", Behaviour::ServerDefault, "filled in by the cloud"},            \
      {prefix "spark_conf[\"spark.databricks.delta.preview.enabled\"]", Behaviour::ServerDefault, \
       "a legacy setting that the server adds"},                                                  \
      {prefix "cluster_name", Behaviour::ServerDefault, "empty unless set", "\"\""},              \
      {prefix "autotermination_minutes", Behaviour::ServerDefault,                                \
       "from the workspace or policy"},                                                           \
      {prefix "num_workers", Behaviour::ServerDefault, "0 with autoscale", "0"},                  \
      {prefix "apply_policy_default_values", Behaviour::WriteOnly, "accepted, never returned"},   \
      {prefix "docker_image.basic_auth.password", Behaviour::Secret, "never returned"},           \
      {prefix "workload_type.clients.jobs", Behaviour::ServerDefault, "true unless set", "true"}, \
      {prefix "workload_type.clients.notebooks", Behaviour::ServerDefault, "true unless set",     \
       "true"}

/// What a cluster specification refers to, wherever it stands.
#define DBPLAN_CLUSTER_REFERENCES(prefix)                                                  \
  {prefix "policy_id", "cluster_policies"}, {prefix "instance_pool_id", "instance_pools"}, \
      {prefix "driver_instance_pool_id", "instance_pools"}
