#include "providers/databricks/kinds/cluster_fields.hpp"
#include "providers/databricks/kinds/kinds.hpp"
#include "providers/databricks/kinds/schema.hpp"

namespace dbplan::databricks {
namespace {

constexpr auto ServerDefault = Behaviour::ServerDefault;

constexpr FieldRule kFields[] = {
    {"name", ServerDefault, "a job without a name is called Untitled", "\"Untitled\""},
    {"format", ServerDefault,
     "the server reports MULTI_TASK for every job and ignores what is sent"},
    {"edit_mode", ServerDefault, "EDITABLE unless set", "\"EDITABLE\""},
    {"max_concurrent_runs", ServerDefault, "1 unless set", "1"},
    {"timeout_seconds", ServerDefault, "0 (no limit) unless set", "0"},
    {"queue", ServerDefault, "Jobs API 2.2 turns queueing on", "{\"enabled\":true}"},
    {"queue.enabled", ServerDefault, "Jobs API 2.2 turns queueing on", "true"},
    {"email_notifications.no_alert_for_skipped_runs", ServerDefault, "false unless set", "false"},
    {"run_as", ServerDefault, "the creator unless set"},
    {"budget_policy_id", ServerDefault, "the workspace's policy unless set"},
    {"usage_policy_id", ServerDefault, "the workspace's policy unless set"},
    {"performance_target", ServerDefault, "chosen by the workspace for serverless jobs"},
    {"schedule.pause_status", ServerDefault, "UNPAUSED unless set", "\"UNPAUSED\""},
    {"trigger.pause_status", ServerDefault, "UNPAUSED unless set", "\"UNPAUSED\""},
    {"continuous.pause_status", ServerDefault, "UNPAUSED unless set", "\"UNPAUSED\""},
    {"git_source.git_provider", Behaviour::AnyCase, "the server may answer in other letter case"},
    {"tasks[*].run_if", ServerDefault, "ALL_SUCCESS unless set", "\"ALL_SUCCESS\""},
    {"tasks[*].timeout_seconds", ServerDefault, "0 (no limit) unless set", "0"},
    {"tasks[*].retry_on_timeout", ServerDefault, "false unless set", "false"},
    {"tasks[*].max_retries", ServerDefault, "0 unless set", "0"},
    {"tasks[*].min_retry_interval_millis", ServerDefault, "0 unless set", "0"},
    {"tasks[*].notebook_task.source", ServerDefault, "GIT with git_source, else WORKSPACE"},
    {"tasks[*].spark_python_task.source", ServerDefault, "GIT with git_source, else WORKSPACE"},
    {"tasks[*].dbt_task.source", ServerDefault, "GIT with git_source, else WORKSPACE"},
    {"tasks[*].sql_task.file.source", ServerDefault, "GIT with git_source, else WORKSPACE"},
    {"tasks[*].dbt_task.schema", ServerDefault, "\"default\" unless set", "\"default\""},
    {"tasks[*].spark_jar_task.run_as_repl", ServerDefault, "computed by the server"},
    DBPLAN_CLUSTER_FIELD_RULES("tasks[*].new_cluster."),
    DBPLAN_CLUSTER_FIELD_RULES("tasks[*].for_each_task.task.new_cluster."),
    DBPLAN_CLUSTER_FIELD_RULES("job_clusters[*].new_cluster."),
};

constexpr KeyedList kLists[] = {
    {"tasks", "task_key"},
    {"tasks[*].depends_on", "task_key"},
    {"tasks[*].libraries"},
    {"job_clusters", "job_cluster_key"},
    {"environments", "environment_key"},
    {"environment_variables", "environment_variables_key"},
    {"parameters", "name"},
    {"health.rules", "metric"},
    {"tasks[*].health.rules", "metric"},
    {"trigger.table_update.table_names"},
    {"email_notifications.*"},
    {"tasks[*].email_notifications.*"},
    {"webhook_notifications.*", "id"},
    {"tasks[*].webhook_notifications.*", "id"},
};

constexpr Reference kReferences[] = {
    {"tasks[*].existing_cluster_id", "clusters"},
    {"tasks[*].notebook_task.notebook_path", "notebooks"},
    {"tasks[*].run_job_task.job_id", "jobs"},
    {"tasks[*].for_each_task.task.existing_cluster_id", "clusters"},
    {"tasks[*].for_each_task.task.notebook_task.notebook_path", "notebooks"},
    {"tasks[*].for_each_task.task.run_job_task.job_id", "jobs"},
    {"tasks[*].notebook_task.warehouse_id", "sql_warehouses"},
    {"tasks[*].sql_task.warehouse_id", "sql_warehouses"},
    {"tasks[*].dbt_task.warehouse_id", "sql_warehouses"},
    DBPLAN_CLUSTER_REFERENCES("tasks[*].new_cluster."),
    DBPLAN_CLUSTER_REFERENCES("tasks[*].for_each_task.task.new_cluster."),
    DBPLAN_CLUSTER_REFERENCES("job_clusters[*].new_cluster."),
};

}  // namespace

// Sources: Jobs API 2.2. reset replaces every setting; there is no idempotency token for create;
// a list of expanded jobs shows the first 100 tasks of each.
constinit const Kind kJobs{
    .name = "jobs",
    .noun = "job",
    .schema = &kApiSchema,
    .body_type = "JobSettings",
    .id_field = "job_id",
    .name_field = "name",
    .stamp_field = "tags",
    .permission_object = "jobs",
    .caller_level = "IS_OWNER",
    .create = {"POST", "/api/2.2/jobs/create"},
    .read = {"GET", "/api/2.2/jobs/get?job_id={id}", {}, "settings"},
    .list = {"GET", "/api/2.2/jobs/list?limit=100&expand_tasks=true", {}, "settings", "jobs"},
    .update = {"POST", "/api/2.2/jobs/reset", "job_id", "new_settings"},
    .remove = {"POST", "/api/2.2/jobs/delete", "job_id"},
    .fields = kFields,
    .lists = kLists,
    .references = kReferences,
};

}  // namespace dbplan::databricks
