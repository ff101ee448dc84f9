#include "providers/databricks/kinds/schema.hpp"

namespace dbplan::databricks {
namespace {

// Transcribed from the published API models (databricks-sdk-go 0.175.0, databricks-sdk-py 0.133.0):
// field names, types, and which fields the models require or call output only.

constexpr std::string_view kAuthenticationMethodValues[] = {"OAUTH", "PAT"};
constexpr std::string_view kAwsAvailabilityValues[] = {"ON_DEMAND", "SPOT", "SPOT_WITH_FALLBACK"};
constexpr std::string_view kAzureAvailabilityValues[] = {"ON_DEMAND_AZURE", "SPOT_AZURE",
                                                         "SPOT_WITH_FALLBACK_AZURE"};
constexpr std::string_view kChannelNameValues[] = {"CHANNEL_NAME_CURRENT", "CHANNEL_NAME_CUSTOM",
                                                   "CHANNEL_NAME_PREVIEW", "CHANNEL_NAME_PREVIOUS"};
constexpr std::string_view kComputeSpecAcceleratorTypeValues[] = {"GPU_1xA10", "GPU_1xH100",
                                                                  "GPU_8xB300", "GPU_8xH100"};
constexpr std::string_view kConditionValues[] = {"ALL_UPDATED", "ANY_UPDATED"};
constexpr std::string_view kConditionTaskOpValues[] = {
    "EQUAL_TO",  "GREATER_THAN",       "GREATER_THAN_OR_EQUAL",
    "LESS_THAN", "LESS_THAN_OR_EQUAL", "NOT_EQUAL"};
constexpr std::string_view kConfidentialComputeTypeValues[] = {"CONFIDENTIAL_COMPUTE_TYPE_NONE",
                                                               "SEV_SNP"};
constexpr std::string_view kCreateWarehouseRequestWarehouseTypeValues[] = {
    "CLASSIC", "PRO", "REALTIME", "REYDEN", "TYPE_UNSPECIFIED"};
constexpr std::string_view kDataSecurityModeValues[] = {"DATA_SECURITY_MODE_AUTO",
                                                        "DATA_SECURITY_MODE_DEDICATED",
                                                        "DATA_SECURITY_MODE_STANDARD",
                                                        "LEGACY_PASSTHROUGH",
                                                        "LEGACY_SINGLE_USER",
                                                        "LEGACY_SINGLE_USER_STANDARD",
                                                        "LEGACY_TABLE_ACL",
                                                        "NONE",
                                                        "SINGLE_USER",
                                                        "USER_ISOLATION"};
constexpr std::string_view kDayOfWeekValues[] = {"FRIDAY",   "MONDAY",  "SATURDAY", "SUNDAY",
                                                 "THURSDAY", "TUESDAY", "WEDNESDAY"};
constexpr std::string_view kDependencyModeValues[] = {
    "DEPENDENCY_MODE_AUTO", "DEPENDENCY_MODE_CLUSTER_LIBRARIES", "DEPENDENCY_MODE_ENVIRONMENTS"};
constexpr std::string_view kDiskTypeAzureDiskVolumeTypeValues[] = {"PREMIUM_LRS", "STANDARD_LRS"};
constexpr std::string_view kDiskTypeEbsVolumeTypeValues[] = {"GENERAL_PURPOSE_SSD",
                                                             "THROUGHPUT_OPTIMIZED_HDD"};
constexpr std::string_view kEbsVolumeTypeValues[] = {"GENERAL_PURPOSE_SSD",
                                                     "THROUGHPUT_OPTIMIZED_HDD"};
constexpr std::string_view kFormatValues[] = {"MULTI_TASK", "SINGLE_TASK"};
constexpr std::string_view kGcpAvailabilityValues[] = {"ON_DEMAND_GCP", "PREEMPTIBLE_GCP",
                                                       "PREEMPTIBLE_WITH_FALLBACK_GCP"};
constexpr std::string_view kGitProviderValues[] = {
    "awsCodeCommit", "azureDevOpsServices", "bitbucketCloud", "bitbucketServer",
    "gitHub",        "gitHubEnterprise",    "gitLab",         "gitLabEnterpriseEdition"};
constexpr std::string_view kHardwareAcceleratorTypeValues[] = {"GPU_1xA10", "GPU_1xH100",
                                                               "GPU_8xB300", "GPU_8xH100"};
constexpr std::string_view kInstancePoolAwsAttributesAvailabilityValues[] = {"ON_DEMAND", "SPOT"};
constexpr std::string_view kInstancePoolAzureAttributesAvailabilityValues[] = {"ON_DEMAND_AZURE",
                                                                               "SPOT_AZURE"};
constexpr std::string_view kJobDeploymentKindValues[] = {"BUNDLE", "SYSTEM_MANAGED"};
constexpr std::string_view kJobEditModeValues[] = {"EDITABLE", "UI_LOCKED"};
constexpr std::string_view kJobSourceDirtyStateValues[] = {"DISCONNECTED", "NOT_SYNCED"};
constexpr std::string_view kJobsHealthMetricValues[] = {
    "RUN_DURATION_SECONDS", "STREAMING_BACKLOG_BYTES", "STREAMING_BACKLOG_FILES",
    "STREAMING_BACKLOG_RECORDS", "STREAMING_BACKLOG_SECONDS"};
constexpr std::string_view kJobsHealthOperatorValues[] = {"GREATER_THAN"};
constexpr std::string_view kKindValues[] = {"CLASSIC_PREVIEW"};
constexpr std::string_view kModelTriggerConfigurationConditionValues[] = {
    "MODEL_ALIAS_SET", "MODEL_CREATED", "MODEL_VERSION_READY"};
constexpr std::string_view kPauseStatusValues[] = {"PAUSED", "UNPAUSED"};
constexpr std::string_view kPerformanceTargetValues[] = {"PERFORMANCE_OPTIMIZED", "STANDARD"};
constexpr std::string_view kPeriodicTriggerConfigurationTimeUnitValues[] = {"DAYS", "HOURS",
                                                                            "MINUTES", "WEEKS"};
constexpr std::string_view kPowerBiTableTableTypeValues[] = {
    "EXTERNAL",    "EXTERNAL_SHALLOW_CLONE", "FOREIGN",
    "MANAGED",     "MANAGED_SHALLOW_CLONE",  "MATERIALIZED_VIEW",
    "METRIC_VIEW", "STREAMING_TABLE",        "VIEW"};
constexpr std::string_view kRefreshGranularityValues[] = {
    "REFRESH_GRANULARITY_DAY", "REFRESH_GRANULARITY_MONTH", "REFRESH_GRANULARITY_QUARTER",
    "REFRESH_GRANULARITY_YEAR"};
constexpr std::string_view kRefreshPolicyModeValues[] = {"REFRESH_POLICY_MODE_HYBRID",
                                                         "REFRESH_POLICY_MODE_IMPORT_ONLY"};
constexpr std::string_view kRunIfValues[] = {
    "ALL_DONE",   "ALL_FAILED", "ALL_SUCCESS", "AT_LEAST_ONE_FAILED", "AT_LEAST_ONE_SUCCESS",
    "NONE_FAILED"};
constexpr std::string_view kRuntimeEngineValues[] = {"NULL", "PHOTON", "STANDARD"};
constexpr std::string_view kSourceValues[] = {"GIT", "WORKSPACE"};
constexpr std::string_view kSpotInstancePolicyValues[] = {"COST_OPTIMIZED", "POLICY_UNSPECIFIED",
                                                          "RELIABILITY_OPTIMIZED"};
constexpr std::string_view kSqlConditionTriggerModeValues[] = {"QUERY_RETURNS_ROWS",
                                                               "RESULT_VALUE_CHANGES"};
constexpr std::string_view kStorageModeValues[] = {"DIRECT_QUERY", "DUAL", "IMPORT"};
constexpr std::string_view kTaskRetryModeValues[] = {"NEVER", "ON_FAILURE"};

constexpr SchemaEnum kEnums[] = {
    {"AuthenticationMethod", kAuthenticationMethodValues},
    {"AwsAvailability", kAwsAvailabilityValues},
    {"AzureAvailability", kAzureAvailabilityValues},
    {"ChannelName", kChannelNameValues},
    {"ComputeSpecAcceleratorType", kComputeSpecAcceleratorTypeValues},
    {"Condition", kConditionValues},
    {"ConditionTaskOp", kConditionTaskOpValues},
    {"ConfidentialComputeType", kConfidentialComputeTypeValues},
    {"CreateWarehouseRequestWarehouseType", kCreateWarehouseRequestWarehouseTypeValues},
    {"DataSecurityMode", kDataSecurityModeValues},
    {"DayOfWeek", kDayOfWeekValues},
    {"DependencyMode", kDependencyModeValues},
    {"DiskTypeAzureDiskVolumeType", kDiskTypeAzureDiskVolumeTypeValues},
    {"DiskTypeEbsVolumeType", kDiskTypeEbsVolumeTypeValues},
    {"EbsVolumeType", kEbsVolumeTypeValues},
    {"Format", kFormatValues},
    {"GcpAvailability", kGcpAvailabilityValues},
    {"GitProvider", kGitProviderValues},
    {"HardwareAcceleratorType", kHardwareAcceleratorTypeValues},
    {"InstancePoolAwsAttributesAvailability", kInstancePoolAwsAttributesAvailabilityValues},
    {"InstancePoolAzureAttributesAvailability", kInstancePoolAzureAttributesAvailabilityValues},
    {"JobDeploymentKind", kJobDeploymentKindValues},
    {"JobEditMode", kJobEditModeValues},
    {"JobSourceDirtyState", kJobSourceDirtyStateValues},
    {"JobsHealthMetric", kJobsHealthMetricValues},
    {"JobsHealthOperator", kJobsHealthOperatorValues},
    {"Kind", kKindValues},
    {"ModelTriggerConfigurationCondition", kModelTriggerConfigurationConditionValues},
    {"PauseStatus", kPauseStatusValues},
    {"PerformanceTarget", kPerformanceTargetValues},
    {"PeriodicTriggerConfigurationTimeUnit", kPeriodicTriggerConfigurationTimeUnitValues},
    {"PowerBiTableTableType", kPowerBiTableTableTypeValues},
    {"RefreshGranularity", kRefreshGranularityValues},
    {"RefreshPolicyMode", kRefreshPolicyModeValues},
    {"RunIf", kRunIfValues},
    {"RuntimeEngine", kRuntimeEngineValues},
    {"Source", kSourceValues},
    {"SpotInstancePolicy", kSpotInstancePolicyValues},
    {"SqlConditionTriggerMode", kSqlConditionTriggerModeValues},
    {"StorageMode", kStorageModeValues},
    {"TaskRetryMode", kTaskRetryModeValues},
};

constexpr SchemaField kAdlsgen2InfoFields[] = {
    {"destination", "string", true},
};
constexpr SchemaField kAgentToolFields[] = {
    {"app", "object:AppTool"},
    {"catalog", "object:CatalogTool"},
    {"dashboard", "object:DashboardTool"},
    {"description", "string"},
    {"genie_space", "object:GenieSpaceTool"},
    {"knowledge_assistant", "object:KnowledgeAssistantTool"},
    {"schema", "object:SchemaTool"},
    {"serving_endpoint", "object:ServingEndpointTool"},
    {"supervisor_agent", "object:SupervisorAgentTool"},
    {"table", "object:TableTool"},
    {"tool_type", "string"},
    {"uc_connection", "object:UcConnectionTool"},
    {"uc_function", "object:UcFunctionTool"},
    {"uc_mcp", "object:UcMcpTool"},
    {"vector_search_index", "object:VectorSearchIndexTool"},
    {"volume", "object:VolumeTool"},
    {"web_search", "object:WebSearchTool"},
};
constexpr SchemaField kAgenticTaskFields[] = {
    {"context", "object:AgenticTaskContext"},
    {"genie_code_api", "object:GenieCodeApi"},
    {"goal", "string"},
    {"input", "string"},
    {"output_schema", "object:TaskOutputSchema"},
    {"supervisor_agent", "object:SupervisorAgent"},
    {"supervisor_api", "object:SupervisorApi"},
    {"task_output_schema", "map<string,string>"},
    {"trace_destination", "object:TraceDestination"},
};
constexpr SchemaField kAgenticTaskContextFields[] = {
    {"conversation_ids", "list<string>"},
    {"instructions", "list<string>"},
};
constexpr SchemaField kAiRuntimeTaskFields[] = {
    {"code_source_path", "string"},
    {"deployments", "list<object:DeploymentSpec>", true},
    {"docker_image_url", "string"},
    {"experiment", "string", true},
    {"mlflow_artifact_location", "string"},
    {"mlflow_experiment_directory", "string"},
    {"mlflow_run", "string"},
    {"parameters", "map<string,string>"},
};
constexpr SchemaField kAlertTaskFields[] = {
    {"alert_id", "string"},
    {"parameters", "map<string,string>"},
    {"subscribers", "list<object:AlertTaskSubscriber>"},
    {"warehouse_id", "string"},
    {"workspace_path", "string"},
};
constexpr SchemaField kAlertTaskSubscriberFields[] = {
    {"destination_id", "string"},
    {"user_name", "string"},
};
constexpr SchemaField kAppToolFields[] = {
    {"name", "string"},
};
constexpr SchemaField kAutoScaleFields[] = {
    {"max_workers", "int"},
    {"min_workers", "int"},
};
constexpr SchemaField kAwsAttributesFields[] = {
    {"availability", "enum:AwsAvailability"},
    {"ebs_volume_count", "int"},
    {"ebs_volume_iops", "int"},
    {"ebs_volume_size", "int"},
    {"ebs_volume_throughput", "int"},
    {"ebs_volume_type", "enum:EbsVolumeType"},
    {"first_on_demand", "int"},
    {"instance_profile_arn", "string"},
    {"spot_bid_price_percent", "int"},
    {"zone_id", "string"},
};
constexpr SchemaField kAzureAttributesFields[] = {
    {"availability", "enum:AzureAvailability"},
    {"capacity_reservation_group", "string"},
    {"first_on_demand", "int"},
    {"log_analytics_info", "object:LogAnalyticsInfo"},
    {"spot_bid_max_price", "number"},
};
constexpr SchemaField kCatalogToolFields[] = {
    {"name", "string"},
};
constexpr SchemaField kChannelFields[] = {
    {"dbsql_version", "string"},
    {"name", "enum:ChannelName"},
};
constexpr SchemaField kCleanRoomsNotebookTaskFields[] = {
    {"clean_room_name", "string", true},
    {"etag", "string"},
    {"notebook_base_parameters", "map<string,string>"},
    {"notebook_name", "string", true},
};
constexpr SchemaField kClientsTypesFields[] = {
    {"jobs", "bool"},
    {"notebooks", "bool"},
};
constexpr SchemaField kCloneClusterFields[] = {
    {"source_cluster_id", "string", true},
};
constexpr SchemaField kClusterLogConfFields[] = {
    {"dbfs", "object:DbfsStorageInfo"},
    {"s3", "object:S3StorageInfo"},
    {"volumes", "object:VolumesStorageInfo"},
};
constexpr SchemaField kClusterSpecFields[] = {
    {"apply_policy_default_values", "bool"},
    {"autoscale", "object:AutoScale"},
    {"autotermination_minutes", "int"},
    {"aws_attributes", "object:AwsAttributes"},
    {"azure_attributes", "object:AzureAttributes"},
    {"cluster_log_conf", "object:ClusterLogConf"},
    {"cluster_name", "string"},
    {"custom_tags", "map<string,string>"},
    {"data_security_mode", "enum:DataSecurityMode"},
    {"dependency_mode", "enum:DependencyMode"},
    {"docker_image", "object:DockerImage"},
    {"driver_instance_pool_id", "string"},
    {"driver_node_type_flexibility", "object:NodeTypeFlexibility"},
    {"driver_node_type_id", "string"},
    {"enable_elastic_disk", "bool"},
    {"enable_local_disk_encryption", "bool"},
    {"gcp_attributes", "object:GcpAttributes"},
    {"init_scripts", "list<object:InitScriptInfo>"},
    {"instance_pool_id", "string"},
    {"is_single_node", "bool"},
    {"kind", "enum:Kind"},
    {"node_type_id", "string"},
    {"num_workers", "int"},
    {"policy_id", "string"},
    {"remote_disk_throughput", "int"},
    {"runtime_engine", "enum:RuntimeEngine"},
    {"single_user_name", "string"},
    {"spark_conf", "map<string,string>"},
    {"spark_env_vars", "map<string,string>"},
    {"spark_version", "string"},
    {"ssh_public_keys", "list<string>"},
    {"total_initial_remote_disk_size", "int"},
    {"use_ml_runtime", "bool"},
    {"worker_node_type_flexibility", "object:NodeTypeFlexibility"},
    {"workload_type", "object:WorkloadType"},
};
constexpr SchemaField kComputeFields[] = {
    {"hardware_accelerator", "enum:HardwareAcceleratorType"},
};
constexpr SchemaField kComputeConfigFields[] = {
    {"gpu_node_pool_id", "string"},
    {"gpu_type", "string"},
    {"num_gpus", "int", true},
};
constexpr SchemaField kComputeSpecFields[] = {
    {"accelerator_count", "int", true},
    {"accelerator_type", "enum:ComputeSpecAcceleratorType", true},
};
constexpr SchemaField kConditionTaskFields[] = {
    {"left", "string", true},
    {"op", "enum:ConditionTaskOp", true},
    {"right", "string", true},
};
constexpr SchemaField kContinuousFields[] = {
    {"maintenance_window", "object:MaintenanceWindow"},
    {"pause_status", "enum:PauseStatus"},
    {"task_retry_mode", "enum:TaskRetryMode"},
};
constexpr SchemaField kContinuousTriggerConfigurationFields[] = {
    {"maintenance_window", "object:MaintenanceWindow"},
    {"task_retry_mode", "enum:TaskRetryMode"},
};
constexpr SchemaField kCreateClusterFields[] = {
    {"apply_policy_default_values", "bool"},
    {"autoscale", "object:AutoScale"},
    {"autotermination_minutes", "int"},
    {"aws_attributes", "object:AwsAttributes"},
    {"azure_attributes", "object:AzureAttributes"},
    {"clone_from", "object:CloneCluster"},
    {"cluster_log_conf", "object:ClusterLogConf"},
    {"cluster_name", "string"},
    {"custom_tags", "map<string,string>"},
    {"data_security_mode", "enum:DataSecurityMode"},
    {"dependency_mode", "enum:DependencyMode"},
    {"docker_image", "object:DockerImage"},
    {"driver_instance_pool_id", "string"},
    {"driver_node_type_flexibility", "object:NodeTypeFlexibility"},
    {"driver_node_type_id", "string"},
    {"enable_elastic_disk", "bool"},
    {"enable_local_disk_encryption", "bool"},
    {"gcp_attributes", "object:GcpAttributes"},
    {"init_scripts", "list<object:InitScriptInfo>"},
    {"instance_pool_id", "string"},
    {"is_single_node", "bool"},
    {"kind", "enum:Kind"},
    {"node_type_id", "string"},
    {"num_workers", "int"},
    {"policy_id", "string"},
    {"remote_disk_throughput", "int"},
    {"runtime_engine", "enum:RuntimeEngine"},
    {"single_user_name", "string"},
    {"spark_conf", "map<string,string>"},
    {"spark_env_vars", "map<string,string>"},
    {"spark_version", "string", true},
    {"ssh_public_keys", "list<string>"},
    {"total_initial_remote_disk_size", "int"},
    {"use_ml_runtime", "bool"},
    {"worker_node_type_flexibility", "object:NodeTypeFlexibility"},
    {"workload_type", "object:WorkloadType"},
};
constexpr SchemaField kCreateInstancePoolFields[] = {
    {"aws_attributes", "object:InstancePoolAwsAttributes"},
    {"azure_attributes", "object:InstancePoolAzureAttributes"},
    {"custom_tags", "map<string,string>"},
    {"disk_spec", "object:DiskSpec"},
    {"enable_elastic_disk", "bool"},
    {"gcp_attributes", "object:InstancePoolGcpAttributes"},
    {"idle_instance_autotermination_minutes", "int"},
    {"instance_pool_name", "string", true},
    {"max_capacity", "int"},
    {"min_idle_instances", "int"},
    {"node_type_flexibility", "object:NodeTypeFlexibility"},
    {"node_type_id", "string", true},
    {"preloaded_docker_images", "list<object:DockerImage>"},
    {"preloaded_spark_versions", "list<string>"},
    {"remote_disk_throughput", "int"},
    {"total_initial_remote_disk_size", "int"},
};
constexpr SchemaField kCreatePolicyFields[] = {
    {"definition", "string"},
    {"description", "string"},
    {"libraries", "list<object:Library>"},
    {"max_clusters_per_user", "int64"},
    {"name", "string"},
    {"policy_family_definition_overrides", "string"},
    {"policy_family_id", "string"},
};
constexpr SchemaField kCreateWarehouseRequestFields[] = {
    {"auto_stop_mins", "int"},
    {"channel", "object:Channel"},
    {"cluster_size", "string"},
    {"creator_name", "string", false, true},
    {"enable_photon", "bool"},
    {"enable_serverless_compute", "bool"},
    {"instance_profile_arn", "string"},
    {"max_num_clusters", "int"},
    {"min_num_clusters", "int"},
    {"name", "string"},
    {"spot_instance_policy", "enum:SpotInstancePolicy"},
    {"tags", "object:EndpointTags"},
    {"warehouse_type", "enum:CreateWarehouseRequestWarehouseType"},
};
constexpr SchemaField kCronScheduleFields[] = {
    {"pause_status", "enum:PauseStatus"},
    {"quartz_cron_expression", "string", true},
    {"sql_condition", "object:SqlConditionConfiguration"},
    {"timezone_id", "string", true},
};
constexpr SchemaField kCronTriggerConfigurationFields[] = {
    {"quartz_cron_expression", "string", true},
    {"timezone_id", "string", true},
};
constexpr SchemaField kDashboardTaskFields[] = {
    {"dashboard_id", "string", false, true},
    {"filters", "map<string,string>"},
    {"subscription", "object:Subscription"},
    {"warehouse_id", "string", false, true},
};
constexpr SchemaField kDashboardToolFields[] = {
    {"dashboard_id", "string"},
};
constexpr SchemaField kDbfsStorageInfoFields[] = {
    {"destination", "string", true},
};
constexpr SchemaField kDbtCloudTaskFields[] = {
    {"connection_resource_name", "string"},
    {"dbt_cloud_job_id", "int64"},
};
constexpr SchemaField kDbtPlatformTaskFields[] = {
    {"connection_resource_name", "string"},
    {"dbt_platform_job_id", "string"},
};
constexpr SchemaField kDbtTaskFields[] = {
    {"catalog", "string"},
    {"commands", "list<string>", true},
    {"profiles_directory", "string"},
    {"project_directory", "string"},
    {"schema", "string"},
    {"source", "enum:Source"},
    {"warehouse_id", "string"},
};
constexpr SchemaField kDeploymentSpecFields[] = {
    {"command_path", "string", true},
    {"compute", "object:ComputeSpec", true},
    {"docker_image_url", "string"},
    {"name", "string"},
};
constexpr SchemaField kDiskSpecFields[] = {
    {"disk_count", "int"},
    {"disk_iops", "int"},
    {"disk_size", "int"},
    {"disk_throughput", "int"},
    {"disk_type", "object:DiskType"},
};
constexpr SchemaField kDiskTypeFields[] = {
    {"azure_disk_volume_type", "enum:DiskTypeAzureDiskVolumeType"},
    {"ebs_volume_type", "enum:DiskTypeEbsVolumeType"},
};
constexpr SchemaField kDockerBasicAuthFields[] = {
    {"password", "string"},
    {"username", "string"},
};
constexpr SchemaField kDockerImageFields[] = {
    {"basic_auth", "object:DockerBasicAuth"},
    {"url", "string"},
};
constexpr SchemaField kEndpointTagPairFields[] = {
    {"key", "string"},
    {"value", "string"},
};
constexpr SchemaField kEndpointTagsFields[] = {
    {"custom_tags", "list<object:EndpointTagPair>"},
};
constexpr SchemaField kEnvironmentFields[] = {
    {"base_environment", "string"},        {"client", "string"},
    {"dependencies", "list<string>"},      {"environment_version", "string"},
    {"java_dependencies", "list<string>"},
};
constexpr SchemaField kFileArrivalTriggerConfigurationFields[] = {
    {"min_time_between_triggers_seconds", "int"},
    {"url", "string", true},
    {"wait_after_last_change_seconds", "int"},
};
constexpr SchemaField kForEachTaskFields[] = {
    {"concurrency", "int"},
    {"inputs", "string", true},
    {"task", "object:Task", true},
};
constexpr SchemaField kGcpAttributesFields[] = {
    {"availability", "enum:GcpAvailability"},
    {"boot_disk_size", "int"},
    {"confidential_compute_type", "enum:ConfidentialComputeType"},
    {"first_on_demand", "int"},
    {"google_service_account", "string"},
    {"local_ssd_count", "int"},
    {"use_preemptible_executors", "bool"},
    {"zone_id", "string"},
};
constexpr SchemaField kGcsStorageInfoFields[] = {
    {"destination", "string", true},
};
constexpr SchemaField kGenAiComputeTaskFields[] = {
    {"client_version", "string"},
    {"code_source_tar_path", "string"},
    {"command", "string"},
    {"compute", "object:ComputeConfig"},
    {"dl_runtime_image", "string", true},
    {"docker_image_url", "string"},
    {"mlflow_experiment_name", "string"},
    {"mlflow_run_name", "string"},
    {"requirements_yaml_path", "string"},
    {"source", "enum:Source"},
    {"training_script_path", "string"},
    {"yaml_parameters", "string"},
    {"yaml_parameters_file_path", "string"},
};
constexpr SchemaField kGenieSpaceToolFields[] = {
    {"space_id", "string"},
};
constexpr SchemaField kGenieTaskFields[] = {
    {"configuration_id", "string", true},
    {"parameters", "map<string,string>"},
};
constexpr SchemaField kGitSnapshotFields[] = {
    {"used_commit", "string"},
};
constexpr SchemaField kGitSourceFields[] = {
    {"git_branch", "string"},
    {"git_commit", "string"},
    {"git_provider", "enum:GitProvider", true},
    {"git_snapshot", "object:GitSnapshot"},
    {"git_tag", "string"},
    {"git_url", "string", true},
    {"job_source", "object:JobSource"},
    {"sparse_checkout", "object:SparseCheckout"},
};
constexpr SchemaField kIncrementalRefreshConfigFields[] = {
    {"archive_window_granularity", "enum:RefreshGranularity"},
    {"archive_window_periods", "int64"},
    {"detect_data_changes", "bool"},
    {"mode", "enum:RefreshPolicyMode"},
    {"only_refresh_complete_periods", "bool"},
    {"refresh_window_granularity", "enum:RefreshGranularity"},
    {"refresh_window_periods", "int64"},
};
constexpr SchemaField kInitScriptInfoFields[] = {
    {"abfss", "object:Adlsgen2Info"},
    {"dbfs", "object:DbfsStorageInfo"},
    {"file", "object:LocalFileInfo"},
    {"gcs", "object:GcsStorageInfo"},
    {"s3", "object:S3StorageInfo"},
    {"volumes", "object:VolumesStorageInfo"},
    {"workspace", "object:WorkspaceStorageInfo"},
};
constexpr SchemaField kInstancePoolAwsAttributesFields[] = {
    {"availability", "enum:InstancePoolAwsAttributesAvailability"},
    {"instance_profile_arn", "string"},
    {"spot_bid_price_percent", "int"},
    {"zone_id", "string"},
};
constexpr SchemaField kInstancePoolAzureAttributesFields[] = {
    {"availability", "enum:InstancePoolAzureAttributesAvailability"},
    {"capacity_reservation_group", "string"},
    {"spot_bid_max_price", "number"},
};
constexpr SchemaField kInstancePoolGcpAttributesFields[] = {
    {"gcp_availability", "enum:GcpAvailability"},
    {"local_ssd_count", "int"},
    {"zone_id", "string"},
};
constexpr SchemaField kJobClusterFields[] = {
    {"job_cluster_key", "string", true},
    {"new_cluster", "object:ClusterSpec"},
    {"serverless_compute_id", "string"},
};
constexpr SchemaField kJobDeploymentFields[] = {
    {"deployment_id", "string"},
    {"kind", "enum:JobDeploymentKind", true},
    {"metadata_file_path", "string"},
    {"version_id", "string"},
};
constexpr SchemaField kJobEmailNotificationsFields[] = {
    {"no_alert_for_skipped_runs", "bool"},
    {"on_duration_warning_threshold_exceeded", "list<string>"},
    {"on_failure", "list<string>"},
    {"on_maintenance_complete", "list<string>"},
    {"on_maintenance_start", "list<string>"},
    {"on_start", "list<string>"},
    {"on_streaming_backlog_exceeded", "list<string>"},
    {"on_success", "list<string>"},
};
constexpr SchemaField kJobEnvironmentFields[] = {
    {"environment_key", "string", true},
    {"spec", "object:Environment"},
};
constexpr SchemaField kJobEnvironmentVariablesFields[] = {
    {"environment_variables_key", "string"},
    {"files", "list<string>"},
    {"variables", "map<string,string>"},
};
constexpr SchemaField kJobNotificationSettingsFields[] = {
    {"no_alert_for_canceled_runs", "bool"},
    {"no_alert_for_skipped_runs", "bool"},
};
constexpr SchemaField kJobParameterDefinitionFields[] = {
    {"default", "string", true},
    {"name", "string", true},
};
constexpr SchemaField kJobRunAsFields[] = {
    {"group_name", "string"},
    {"service_principal_name", "string"},
    {"user_name", "string"},
};
constexpr SchemaField kJobSettingsFields[] = {
    {"budget_policy_id", "string"},
    {"continuous", "object:Continuous"},
    {"deployment", "object:JobDeployment"},
    {"description", "string"},
    {"edit_mode", "enum:JobEditMode"},
    {"email_notifications", "object:JobEmailNotifications"},
    {"environment_variables", "list<object:JobEnvironmentVariables>"},
    {"environments", "list<object:JobEnvironment>"},
    {"format", "enum:Format"},
    {"git_source", "object:GitSource"},
    {"health", "object:JobsHealthRules"},
    {"job_clusters", "list<object:JobCluster>"},
    {"max_concurrent_runs", "int"},
    {"name", "string"},
    {"notification_settings", "object:JobNotificationSettings"},
    {"parameters", "list<object:JobParameterDefinition>"},
    {"parent_path", "string"},
    {"performance_target", "enum:PerformanceTarget"},
    {"queue", "object:QueueSettings"},
    {"run_as", "object:JobRunAs"},
    {"schedule", "object:CronSchedule"},
    {"tags", "map<string,string>"},
    {"tasks", "list<object:Task>"},
    {"timeout_seconds", "int"},
    {"trigger", "object:TriggerSettings"},
    {"triggers", "list<object:TriggerConfiguration>"},
    {"usage_policy_id", "string"},
    {"webhook_notifications", "object:WebhookNotifications"},
};
constexpr SchemaField kJobSourceFields[] = {
    {"dirty_state", "enum:JobSourceDirtyState"},
    {"import_from_git_branch", "string", true},
    {"job_config_path", "string", true},
};
constexpr SchemaField kJobsHealthRuleFields[] = {
    {"metric", "enum:JobsHealthMetric", true},
    {"op", "enum:JobsHealthOperator", true},
    {"value", "int64", true},
};
constexpr SchemaField kJobsHealthRulesFields[] = {
    {"rules", "list<object:JobsHealthRule>"},
};
constexpr SchemaField kKnowledgeAssistantToolFields[] = {
    {"knowledge_assistant_id", "string"},
};
constexpr SchemaField kLibraryFields[] = {
    {"cran", "object:RCranLibrary"},
    {"egg", "string"},
    {"jar", "string"},
    {"maven", "object:MavenLibrary"},
    {"pypi", "object:PythonPyPiLibrary"},
    {"requirements", "string"},
    {"whl", "string"},
};
constexpr SchemaField kLocalFileInfoFields[] = {
    {"destination", "string", true},
};
constexpr SchemaField kLogAnalyticsInfoFields[] = {
    {"log_analytics_primary_key", "string"},
    {"log_analytics_workspace_id", "string"},
};
constexpr SchemaField kMaintenanceWindowFields[] = {
    {"day_of_week", "enum:DayOfWeek", true},
    {"start_hour", "int64", true},
    {"timezone_id", "string", true},
};
constexpr SchemaField kMavenLibraryFields[] = {
    {"coordinates", "string", true},
    {"exclusions", "list<string>"},
    {"repo", "string"},
};
constexpr SchemaField kModelTriggerConfigurationFields[] = {
    {"aliases", "list<string>"},
    {"condition", "enum:ModelTriggerConfigurationCondition", true},
    {"min_time_between_triggers_seconds", "int"},
    {"securable_name", "string"},
    {"wait_after_last_change_seconds", "int"},
};
constexpr SchemaField kNodeTypeFlexibilityFields[] = {
    {"alternate_node_type_ids", "list<string>"},
};
constexpr SchemaField kNotebookTaskFields[] = {
    {"base_parameters", "map<string,string>"},
    {"notebook_path", "string", true},
    {"source", "enum:Source"},
    {"warehouse_id", "string"},
};
constexpr SchemaField kPeriodicTriggerConfigurationFields[] = {
    {"interval", "int", true},
    {"unit", "enum:PeriodicTriggerConfigurationTimeUnit", true},
};
constexpr SchemaField kPipelineParamsFields[] = {
    {"full_refresh", "bool"},
    {"full_refresh_selection", "list<string>"},
    {"refresh_flow_selection", "list<string>"},
    {"refresh_selection", "list<string>"},
    {"reset_checkpoint_selection", "list<string>"},
};
constexpr SchemaField kPipelineTaskFields[] = {
    {"full_refresh", "bool"},
    {"full_refresh_selection", "list<string>"},
    {"parameters", "map<string,string>"},
    {"pipeline_id", "string", true},
    {"refresh_flow_selection", "list<string>"},
    {"refresh_selection", "list<string>"},
    {"reset_checkpoint_selection", "list<string>"},
};
constexpr SchemaField kPowerBiModelFields[] = {
    {"authentication_method", "enum:AuthenticationMethod"},
    {"model_name", "string"},
    {"overwrite_existing", "bool"},
    {"storage_mode", "enum:StorageMode"},
    {"workspace_name", "string"},
};
constexpr SchemaField kPowerBiTableFields[] = {
    {"catalog", "string"},
    {"detect_data_changes_column", "string"},
    {"incremental_refresh_datetime_column", "string"},
    {"name", "string"},
    {"schema", "string"},
    {"storage_mode", "enum:StorageMode"},
    {"table_type", "enum:PowerBiTableTableType"},
};
constexpr SchemaField kPowerBiTaskFields[] = {
    {"connection_resource_name", "string"},
    {"incremental_refresh_config", "object:IncrementalRefreshConfig"},
    {"power_bi_gateway_id", "string"},
    {"power_bi_model", "object:PowerBiModel"},
    {"refresh_after_update", "bool"},
    {"tables", "list<object:PowerBiTable>"},
    {"warehouse_id", "string"},
};
constexpr SchemaField kPythonOperatorTaskFields[] = {
    {"main", "string"},
    {"parameters", "list<object:PythonOperatorTaskParameter>"},
};
constexpr SchemaField kPythonOperatorTaskParameterFields[] = {
    {"name", "string"},
    {"value", "string"},
};
constexpr SchemaField kPythonPyPiLibraryFields[] = {
    {"package", "string", true},
    {"repo", "string"},
};
constexpr SchemaField kPythonWheelTaskFields[] = {
    {"entry_point", "string", true},
    {"named_parameters", "map<string,string>"},
    {"package_name", "string", true},
    {"parameters", "list<string>"},
};
constexpr SchemaField kQueueSettingsFields[] = {
    {"enabled", "bool", true},
};
constexpr SchemaField kRCranLibraryFields[] = {
    {"package", "string", true},
    {"repo", "string"},
};
constexpr SchemaField kRunJobTaskFields[] = {
    {"dbt_commands", "list<string>"},
    {"jar_params", "list<string>"},
    {"job_id", "int64", true},
    {"job_parameters", "map<string,string>"},
    {"notebook_params", "map<string,string>"},
    {"pipeline_params", "object:PipelineParams"},
    {"python_named_params", "map<string,string>"},
    {"python_params", "list<string>"},
    {"spark_submit_params", "list<string>"},
    {"sql_params", "map<string,string>"},
};
constexpr SchemaField kS3StorageInfoFields[] = {
    {"canned_acl", "string"},      {"destination", "string", true}, {"enable_encryption", "bool"},
    {"encryption_type", "string"}, {"endpoint", "string"},          {"kms_key", "string"},
    {"region", "string"},
};
constexpr SchemaField kSchemaToolFields[] = {
    {"name", "string"},
};
constexpr SchemaField kServingEndpointToolFields[] = {
    {"name", "string"},
};
constexpr SchemaField kSparkJarTaskFields[] = {
    {"jar_uri", "string"},
    {"main_class_name", "string"},
    {"parameters", "list<string>"},
    {"run_as_repl", "bool"},
};
constexpr SchemaField kSparkPythonTaskFields[] = {
    {"parameters", "list<string>"},
    {"python_file", "string", true},
    {"source", "enum:Source"},
};
constexpr SchemaField kSparkSubmitTaskFields[] = {
    {"parameters", "list<string>"},
};
constexpr SchemaField kSparseCheckoutFields[] = {
    {"patterns", "list<string>"},
};
constexpr SchemaField kSqlConditionConfigurationFields[] = {
    {"sql_query_id", "string", true},
    {"trigger_mode", "enum:SqlConditionTriggerMode"},
    {"warehouse_id", "string", true},
};
constexpr SchemaField kSqlTaskFields[] = {
    {"alert", "object:SqlTaskAlert"}, {"dashboard", "object:SqlTaskDashboard"},
    {"file", "object:SqlTaskFile"},   {"parameters", "map<string,string>"},
    {"query", "object:SqlTaskQuery"}, {"warehouse_id", "string", true},
};
constexpr SchemaField kSqlTaskAlertFields[] = {
    {"alert_id", "string", true},
    {"pause_subscriptions", "bool"},
    {"subscriptions", "list<object:SqlTaskSubscription>"},
};
constexpr SchemaField kSqlTaskDashboardFields[] = {
    {"custom_subject", "string"},
    {"dashboard_id", "string", true},
    {"pause_subscriptions", "bool"},
    {"subscriptions", "list<object:SqlTaskSubscription>"},
};
constexpr SchemaField kSqlTaskFileFields[] = {
    {"path", "string", true},
    {"source", "enum:Source"},
};
constexpr SchemaField kSqlTaskQueryFields[] = {
    {"query_id", "string", true},
};
constexpr SchemaField kSqlTaskSubscriptionFields[] = {
    {"destination_id", "string"},
    {"user_name", "string"},
};
constexpr SchemaField kSubscriptionFields[] = {
    {"custom_subject", "string"},
    {"paused", "bool"},
    {"subscribers", "list<object:SubscriptionSubscriber>"},
};
constexpr SchemaField kSubscriptionSubscriberFields[] = {
    {"destination_id", "string", false, true},
    {"user_name", "string"},
};
constexpr SchemaField kSupervisorAgentFields[] = {
    {"agent_id", "string"},
};
constexpr SchemaField kSupervisorAgentToolFields[] = {
    {"supervisor_agent_id", "string"},
};
constexpr SchemaField kSupervisorApiFields[] = {
    {"instructions", "string"},
    {"model", "string"},
    {"tools", "list<object:AgentTool>"},
};
constexpr SchemaField kTableToolFields[] = {
    {"name", "string"},
};
constexpr SchemaField kTableUpdateTriggerConfigurationFields[] = {
    {"condition", "enum:Condition"},
    {"min_time_between_triggers_seconds", "int"},
    {"table_names", "list<string>", true},
    {"wait_after_last_change_seconds", "int"},
};
constexpr SchemaField kTaskFields[] = {
    {"agentic_task", "object:AgenticTask"},
    {"ai_runtime_task", "object:AiRuntimeTask"},
    {"alert_task", "object:AlertTask"},
    {"clean_rooms_notebook_task", "object:CleanRoomsNotebookTask"},
    {"compute", "object:Compute"},
    {"condition_task", "object:ConditionTask"},
    {"dashboard_task", "object:DashboardTask"},
    {"dbt_cloud_task", "object:DbtCloudTask"},
    {"dbt_platform_task", "object:DbtPlatformTask"},
    {"dbt_task", "object:DbtTask"},
    {"depends_on", "list<object:TaskDependency>"},
    {"description", "string"},
    {"disable_auto_optimization", "bool"},
    {"disabled", "bool"},
    {"email_notifications", "object:TaskEmailNotifications"},
    {"environment_key", "string"},
    {"environment_variables_key", "string"},
    {"existing_cluster_id", "string"},
    {"for_each_task", "object:ForEachTask"},
    {"gen_ai_compute_task", "object:GenAiComputeTask"},
    {"genie_task", "object:GenieTask"},
    {"health", "object:JobsHealthRules"},
    {"job_cluster_key", "string"},
    {"libraries", "list<object:Library>"},
    {"max_retries", "int"},
    {"min_retry_interval_millis", "int"},
    {"new_cluster", "object:ClusterSpec"},
    {"notebook_task", "object:NotebookTask"},
    {"notification_settings", "object:TaskNotificationSettings"},
    {"pipeline_task", "object:PipelineTask"},
    {"power_bi_task", "object:PowerBiTask"},
    {"python_operator_task", "object:PythonOperatorTask"},
    {"python_wheel_task", "object:PythonWheelTask"},
    {"retry_on_timeout", "bool"},
    {"run_if", "enum:RunIf"},
    {"run_job_task", "object:RunJobTask"},
    {"spark_jar_task", "object:SparkJarTask"},
    {"spark_python_task", "object:SparkPythonTask"},
    {"spark_submit_task", "object:SparkSubmitTask"},
    {"sql_task", "object:SqlTask"},
    {"task_key", "string", true},
    {"timeout_seconds", "int"},
    {"webhook_notifications", "object:WebhookNotifications"},
};
constexpr SchemaField kTaskDependencyFields[] = {
    {"outcome", "string"},
    {"task_key", "string", true},
};
constexpr SchemaField kTaskEmailNotificationsFields[] = {
    {"no_alert_for_skipped_runs", "bool"},
    {"on_duration_warning_threshold_exceeded", "list<string>"},
    {"on_failure", "list<string>"},
    {"on_maintenance_complete", "list<string>"},
    {"on_maintenance_start", "list<string>"},
    {"on_start", "list<string>"},
    {"on_streaming_backlog_exceeded", "list<string>"},
    {"on_success", "list<string>"},
};
constexpr SchemaField kTaskNotificationSettingsFields[] = {
    {"alert_on_last_attempt", "bool"},
    {"no_alert_for_canceled_runs", "bool"},
    {"no_alert_for_skipped_runs", "bool"},
};
constexpr SchemaField kTaskOutputSchemaFields[] = {
    {"properties", "map<string,object:TaskOutputSchemaProperty>"},
};
constexpr SchemaField kTaskOutputSchemaPropertyFields[] = {
    {"description", "string"},
};
constexpr SchemaField kTraceDestinationFields[] = {
    {"catalog_name", "string"},
    {"experiment_id", "string"},
    {"schema_name", "string"},
    {"table_prefix", "string"},
};
constexpr SchemaField kTriggerConfigurationFields[] = {
    {"continuous", "object:ContinuousTriggerConfiguration"},
    {"file_arrival", "object:FileArrivalTriggerConfiguration"},
    {"model", "object:ModelTriggerConfiguration"},
    {"pause_status", "enum:PauseStatus"},
    {"periodic", "object:PeriodicTriggerConfiguration"},
    {"schedule", "object:CronTriggerConfiguration"},
    {"sql_condition", "object:SqlConditionConfiguration"},
    {"table_update", "object:TableUpdateTriggerConfiguration"},
};
constexpr SchemaField kTriggerSettingsFields[] = {
    {"file_arrival", "object:FileArrivalTriggerConfiguration"},
    {"model", "object:ModelTriggerConfiguration"},
    {"pause_status", "enum:PauseStatus"},
    {"periodic", "object:PeriodicTriggerConfiguration"},
    {"sql_condition", "object:SqlConditionConfiguration"},
    {"table_update", "object:TableUpdateTriggerConfiguration"},
};
constexpr SchemaField kUcConnectionToolFields[] = {
    {"name", "string"},
};
constexpr SchemaField kUcFunctionToolFields[] = {
    {"name", "string"},
};
constexpr SchemaField kUcMcpToolFields[] = {
    {"name", "string"},
};
constexpr SchemaField kVectorSearchIndexToolFields[] = {
    {"name", "string"},
};
constexpr SchemaField kVolumeToolFields[] = {
    {"name", "string"},
};
constexpr SchemaField kVolumesStorageInfoFields[] = {
    {"destination", "string", true},
};
constexpr SchemaField kWebhookFields[] = {
    {"id", "string", true},
};
constexpr SchemaField kWebhookNotificationsFields[] = {
    {"on_duration_warning_threshold_exceeded", "list<object:Webhook>"},
    {"on_failure", "list<object:Webhook>"},
    {"on_maintenance_complete", "list<object:Webhook>"},
    {"on_maintenance_start", "list<object:Webhook>"},
    {"on_start", "list<object:Webhook>"},
    {"on_streaming_backlog_exceeded", "list<object:Webhook>"},
    {"on_success", "list<object:Webhook>"},
};
constexpr SchemaField kWorkloadTypeFields[] = {
    {"clients", "object:ClientsTypes", true},
};
constexpr SchemaField kWorkspaceStorageInfoFields[] = {
    {"destination", "string", true},
};

constexpr SchemaType kTypes[] = {
    {"Adlsgen2Info", kAdlsgen2InfoFields},
    {"AgentTool", kAgentToolFields},
    {"AgenticTask", kAgenticTaskFields},
    {"AgenticTaskContext", kAgenticTaskContextFields},
    {"AiRuntimeTask", kAiRuntimeTaskFields},
    {"AlertTask", kAlertTaskFields},
    {"AlertTaskSubscriber", kAlertTaskSubscriberFields},
    {"AppTool", kAppToolFields},
    {"AutoScale", kAutoScaleFields},
    {"AwsAttributes", kAwsAttributesFields},
    {"AzureAttributes", kAzureAttributesFields},
    {"CatalogTool", kCatalogToolFields},
    {"Channel", kChannelFields},
    {"CleanRoomsNotebookTask", kCleanRoomsNotebookTaskFields},
    {"ClientsTypes", kClientsTypesFields},
    {"CloneCluster", kCloneClusterFields},
    {"ClusterLogConf", kClusterLogConfFields},
    {"ClusterSpec", kClusterSpecFields},
    {"Compute", kComputeFields},
    {"ComputeConfig", kComputeConfigFields},
    {"ComputeSpec", kComputeSpecFields},
    {"ConditionTask", kConditionTaskFields},
    {"Continuous", kContinuousFields},
    {"ContinuousTriggerConfiguration", kContinuousTriggerConfigurationFields},
    {"CreateCluster", kCreateClusterFields},
    {"CreateInstancePool", kCreateInstancePoolFields},
    {"CreatePolicy", kCreatePolicyFields},
    {"CreateWarehouseRequest", kCreateWarehouseRequestFields},
    {"CronSchedule", kCronScheduleFields},
    {"CronTriggerConfiguration", kCronTriggerConfigurationFields},
    {"DashboardTask", kDashboardTaskFields},
    {"DashboardTool", kDashboardToolFields},
    {"DbfsStorageInfo", kDbfsStorageInfoFields},
    {"DbtCloudTask", kDbtCloudTaskFields},
    {"DbtPlatformTask", kDbtPlatformTaskFields},
    {"DbtTask", kDbtTaskFields},
    {"DeploymentSpec", kDeploymentSpecFields},
    {"DiskSpec", kDiskSpecFields},
    {"DiskType", kDiskTypeFields},
    {"DockerBasicAuth", kDockerBasicAuthFields},
    {"DockerImage", kDockerImageFields},
    {"EndpointTagPair", kEndpointTagPairFields},
    {"EndpointTags", kEndpointTagsFields},
    {"Environment", kEnvironmentFields},
    {"FileArrivalTriggerConfiguration", kFileArrivalTriggerConfigurationFields},
    {"ForEachTask", kForEachTaskFields},
    {"GcpAttributes", kGcpAttributesFields},
    {"GcsStorageInfo", kGcsStorageInfoFields},
    {"GenAiComputeTask", kGenAiComputeTaskFields},
    {"GenieCodeApi", {}},
    {"GenieSpaceTool", kGenieSpaceToolFields},
    {"GenieTask", kGenieTaskFields},
    {"GitSnapshot", kGitSnapshotFields},
    {"GitSource", kGitSourceFields},
    {"IncrementalRefreshConfig", kIncrementalRefreshConfigFields},
    {"InitScriptInfo", kInitScriptInfoFields},
    {"InstancePoolAwsAttributes", kInstancePoolAwsAttributesFields},
    {"InstancePoolAzureAttributes", kInstancePoolAzureAttributesFields},
    {"InstancePoolGcpAttributes", kInstancePoolGcpAttributesFields},
    {"JobCluster", kJobClusterFields},
    {"JobDeployment", kJobDeploymentFields},
    {"JobEmailNotifications", kJobEmailNotificationsFields},
    {"JobEnvironment", kJobEnvironmentFields},
    {"JobEnvironmentVariables", kJobEnvironmentVariablesFields},
    {"JobNotificationSettings", kJobNotificationSettingsFields},
    {"JobParameterDefinition", kJobParameterDefinitionFields},
    {"JobRunAs", kJobRunAsFields},
    {"JobSettings", kJobSettingsFields},
    {"JobSource", kJobSourceFields},
    {"JobsHealthRule", kJobsHealthRuleFields},
    {"JobsHealthRules", kJobsHealthRulesFields},
    {"KnowledgeAssistantTool", kKnowledgeAssistantToolFields},
    {"Library", kLibraryFields},
    {"LocalFileInfo", kLocalFileInfoFields},
    {"LogAnalyticsInfo", kLogAnalyticsInfoFields},
    {"MaintenanceWindow", kMaintenanceWindowFields},
    {"MavenLibrary", kMavenLibraryFields},
    {"ModelTriggerConfiguration", kModelTriggerConfigurationFields},
    {"NodeTypeFlexibility", kNodeTypeFlexibilityFields},
    {"NotebookTask", kNotebookTaskFields},
    {"PeriodicTriggerConfiguration", kPeriodicTriggerConfigurationFields},
    {"PipelineParams", kPipelineParamsFields},
    {"PipelineTask", kPipelineTaskFields},
    {"PowerBiModel", kPowerBiModelFields},
    {"PowerBiTable", kPowerBiTableFields},
    {"PowerBiTask", kPowerBiTaskFields},
    {"PythonOperatorTask", kPythonOperatorTaskFields},
    {"PythonOperatorTaskParameter", kPythonOperatorTaskParameterFields},
    {"PythonPyPiLibrary", kPythonPyPiLibraryFields},
    {"PythonWheelTask", kPythonWheelTaskFields},
    {"QueueSettings", kQueueSettingsFields},
    {"RCranLibrary", kRCranLibraryFields},
    {"RunJobTask", kRunJobTaskFields},
    {"S3StorageInfo", kS3StorageInfoFields},
    {"SchemaTool", kSchemaToolFields},
    {"ServingEndpointTool", kServingEndpointToolFields},
    {"SparkJarTask", kSparkJarTaskFields},
    {"SparkPythonTask", kSparkPythonTaskFields},
    {"SparkSubmitTask", kSparkSubmitTaskFields},
    {"SparseCheckout", kSparseCheckoutFields},
    {"SqlConditionConfiguration", kSqlConditionConfigurationFields},
    {"SqlTask", kSqlTaskFields},
    {"SqlTaskAlert", kSqlTaskAlertFields},
    {"SqlTaskDashboard", kSqlTaskDashboardFields},
    {"SqlTaskFile", kSqlTaskFileFields},
    {"SqlTaskQuery", kSqlTaskQueryFields},
    {"SqlTaskSubscription", kSqlTaskSubscriptionFields},
    {"Subscription", kSubscriptionFields},
    {"SubscriptionSubscriber", kSubscriptionSubscriberFields},
    {"SupervisorAgent", kSupervisorAgentFields},
    {"SupervisorAgentTool", kSupervisorAgentToolFields},
    {"SupervisorApi", kSupervisorApiFields},
    {"TableTool", kTableToolFields},
    {"TableUpdateTriggerConfiguration", kTableUpdateTriggerConfigurationFields},
    {"Task", kTaskFields},
    {"TaskDependency", kTaskDependencyFields},
    {"TaskEmailNotifications", kTaskEmailNotificationsFields},
    {"TaskNotificationSettings", kTaskNotificationSettingsFields},
    {"TaskOutputSchema", kTaskOutputSchemaFields},
    {"TaskOutputSchemaProperty", kTaskOutputSchemaPropertyFields},
    {"TraceDestination", kTraceDestinationFields},
    {"TriggerConfiguration", kTriggerConfigurationFields},
    {"TriggerSettings", kTriggerSettingsFields},
    {"UcConnectionTool", kUcConnectionToolFields},
    {"UcFunctionTool", kUcFunctionToolFields},
    {"UcMcpTool", kUcMcpToolFields},
    {"VectorSearchIndexTool", kVectorSearchIndexToolFields},
    {"VolumeTool", kVolumeToolFields},
    {"VolumesStorageInfo", kVolumesStorageInfoFields},
    {"WebSearchTool", {}},
    {"Webhook", kWebhookFields},
    {"WebhookNotifications", kWebhookNotificationsFields},
    {"WorkloadType", kWorkloadTypeFields},
    {"WorkspaceStorageInfo", kWorkspaceStorageInfoFields},
};

}  // namespace

constinit const Schema kApiSchema{kTypes, kEnums};

}  // namespace dbplan::databricks
