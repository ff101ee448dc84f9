#include "providers/databricks/kinds/kinds.hpp"

namespace dbplan::databricks {
namespace {

constexpr std::string_view kPauseStatus[] = {"PAUSED", "UNPAUSED"};
constexpr std::string_view kUnits[] = {"DAYS", "HOURS", "MINUTES", "WEEKS"};
constexpr std::string_view kRetryModes[] = {"NEVER", "ON_FAILURE"};
constexpr std::string_view kConditions[] = {"ALL_UPDATED", "ANY_UPDATED"};
constexpr SchemaEnum kEnums[] = {
    {"PauseStatus", kPauseStatus},
    {"TableCondition", kConditions},
    {"TaskRetryMode", kRetryModes},
    {"TimeUnit", kUnits},
};

constexpr SchemaField kScheduleFields[] = {
    {"continuous", "object:Continuous"},
    {"file_arrival", "object:FileArrival"},
    {"job", "string", true},
    {"pause_status", "enum:PauseStatus"},
    {"periodic", "object:Periodic"},
    {"quartz_cron_expression", "string"},
    {"table_update", "object:TableUpdate"},
    {"timezone_id", "string"},
};
constexpr SchemaField kContinuousFields[] = {
    {"task_retry_mode", "enum:TaskRetryMode"},
};
constexpr SchemaField kFileArrivalFields[] = {
    {"min_time_between_triggers_seconds", "int"},
    {"url", "string", true},
    {"wait_after_last_change_seconds", "int"},
};
constexpr SchemaField kPeriodicFields[] = {
    {"interval", "int", true},
    {"unit", "enum:TimeUnit", true},
};
constexpr SchemaField kTableUpdateFields[] = {
    {"condition", "enum:TableCondition"},
    {"min_time_between_triggers_seconds", "int"},
    {"table_names", "list<string>", true},
    {"wait_after_last_change_seconds", "int"},
};
constexpr SchemaType kTypes[] = {
    {"Continuous", kContinuousFields},   {"FileArrival", kFileArrivalFields},
    {"Periodic", kPeriodicFields},       {"Schedule", kScheduleFields},
    {"TableUpdate", kTableUpdateFields},
};
constexpr Schema kSchema{kTypes, kEnums};
constexpr Reference kReferences[] = {{"job", "jobs"}};

}  // namespace

// A schedule is no object of the API: it is the schedule, trigger or continuous block of its job.
constinit const Kind kSchedules{
    .name = "schedules",
    .noun = "schedule",
    .home = Home::Carrier,
    .schema = &kSchema,
    .body_type = "Schedule",
    .references = kReferences,
};

}  // namespace dbplan::databricks
