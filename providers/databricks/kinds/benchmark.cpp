#include "providers/databricks/kinds/kinds.hpp"

namespace dbplan::databricks {
namespace {

constexpr std::string_view kOrders[] = {"abba"};
constexpr std::string_view kClusterModes[] = {"own", "shared"};
constexpr std::string_view kMetrics[] = {"exec_span", "run_duration"};
constexpr std::string_view kCompare[] = {"equal"};
constexpr std::string_view kModes[] = {"off", "strict", "warn"};
constexpr std::string_view kSources[] = {"exit_json", "none"};
constexpr SchemaEnum kEnums[] = {
    {"ClusterMode", kClusterModes}, {"Compare", kCompare}, {"FairnessMode", kModes},
    {"Metric", kMetrics},           {"Order", kOrders},    {"TimelineSource", kSources},
};

constexpr SchemaField kBenchmarkFields[] = {
    {"arms", "map<string,object:Arm>", true},
    {"asserts", "list<string>"},
    {"baseline", "string", true},
    {"description", "string"},
    {"design", "object:Design"},
    {"equivalence", "list<object:Equivalence>"},
    {"fairness", "object:Fairness"},
    {"metric", "enum:Metric"},
    {"notebooks", "object:Timeline"},
    {"reset", "object:Arm"},
};
constexpr SchemaField kArmFields[] = {
    {"job", "string", true},
    {"parameters", "map<string,string>"},
};
constexpr SchemaField kDesignFields[] = {
    {"clusters", "enum:ClusterMode"},      {"max_invalid", "int"}, {"order", "enum:Order"},
    {"repetitions", "object:Repetitions"}, {"timeout", "string"},  {"warmups", "int"},
};
constexpr SchemaField kEquivalenceFields[] = {
    {"compare", "enum:Compare"},
    {"path", "string", true},
};
constexpr SchemaField kFairnessFields[] = {
    {"ignore", "list<string>"},
    {"mode", "enum:FairnessMode"},
};
constexpr SchemaField kRepetitionsFields[] = {{"max", "int"}, {"min", "int"}};
constexpr SchemaField kTimelineFields[] = {
    {"path", "string"},
    {"source", "enum:TimelineSource"},
    {"workers", "int"},
};
constexpr SchemaType kTypes[] = {
    {"Arm", kArmFields},           {"Benchmark", kBenchmarkFields},
    {"Design", kDesignFields},     {"Equivalence", kEquivalenceFields},
    {"Fairness", kFairnessFields}, {"Repetitions", kRepetitionsFields},
    {"Timeline", kTimelineFields},
};
constexpr Schema kSchema{kTypes, kEnums};
constexpr Reference kReferences[] = {{"arms.*.job", "jobs"}, {"reset.job", "jobs"}};

}  // namespace

// Never sent: `dbplan bench run` reads it. Fields that the benchmark step does not act on yet are
// left out, so that a spec which uses one is told so.
constinit const Kind kBenchmarks{
    .name = "benchmarks",
    .noun = "benchmark",
    .home = Home::Local,
    .schema = &kSchema,
    .body_type = "Benchmark",
    .references = kReferences,
};

}  // namespace dbplan::databricks
