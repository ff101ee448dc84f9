#include "tests/support/spec_check.hpp"

using namespace dbplan;
using namespace dbplan::test;

namespace {

/// The cluster of a job's only job cluster.
LoadedSpecs job_cluster(const std::string& fields) {
  return load_text(
      "resources:\n  jobs:\n    j:\n      job_clusters: [{job_cluster_key: c, "
      "new_cluster: {spark_version: x, " +
      fields + "}}]\n");
}
Json body_of(const LoadedSpecs& loaded) {
  Json body = loaded.at("jobs", "j").body["job_clusters"][0]["new_cluster"];
  body.erase("spark_version");
  return body;
}

const std::string kSingleNode =
    "spark_conf: {spark.databricks.cluster.profile: singleNode, spark.master: 'local[*]'}, "
    "custom_tags: {ResourceClass: SingleNode}";

}  // namespace

TEST_CASE("compute: five job clusters") {
  const auto scaled = job_cluster("autoscale: {min_workers: 1, max_workers: 2}");
  check_clean(scaled);
  CHECK_FALSE(body_of(scaled).contains("num_workers"));
  const auto both = job_cluster("autoscale: {min_workers: 1, max_workers: 2}, num_workers: 1");
  check_clean(both);
  CHECK_FALSE(body_of(both).contains("num_workers"));
  const auto one = job_cluster("num_workers: 1");
  check_clean(one);
  CHECK(body_of(one) == Json{{"num_workers", 1}});
  const auto zero = job_cluster("num_workers: 0");
  check_one(zero, "Cluster without workers at 5: num_workers", "singleNode");
  CHECK(zero.problems[0].severity == Diagnostic::Severity::Warning);
  CHECK(body_of(zero) == Json{{"num_workers", 0}});
  const auto neither = job_cluster("node_type_id: n");
  check_one(neither, "Cluster without workers at 5: new_cluster", "num_workers");
  CHECK(body_of(neither) == Json{{"node_type_id", "n"}, {"num_workers", 0}});
}

TEST_CASE("compute: a single node needs no workers, a policy may set them") {
  const auto single = job_cluster("num_workers: 0, " + kSingleNode);
  check_clean(single);
  CHECK(body_of(single)["num_workers"] == 0);
  check_clean(job_cluster("is_single_node: true, kind: CLASSIC_PREVIEW"));
  const auto policy = job_cluster("policy_id: p");
  check_clean(policy);
  CHECK_FALSE(body_of(policy).contains("num_workers"));
}

TEST_CASE("compute: a pool decides the machines") {
  const auto loaded = job_cluster(
      "num_workers: 1, instance_pool_id: p, node_type_id: n, driver_node_type_id: d, "
      "enable_elastic_disk: true, aws_attributes: {instance_profile_arn: arn, zone_id: z}, "
      "azure_attributes: {first_on_demand: 1}, gcp_attributes: {zone_id: z}");
  check_clean(loaded);
  CHECK(body_of(loaded) == Json{{"num_workers", 1},
                                {"instance_pool_id", "p"},
                                {"aws_attributes", {{"instance_profile_arn", "arn"}}}});
}

TEST_CASE("compute: half a workload type is completed") {
  CHECK(
      body_of(job_cluster(
          "num_workers: 1, workload_type: {clients: {jobs: false}}"))["workload_type"]["clients"] ==
      Json{{"jobs", false}, {"notebooks", true}});
}

TEST_CASE("compute: clusters of tasks, also inside a loop") {
  const auto loaded = load_text(R"(
resources:
  jobs:
    j:
      tasks:
        - task_key: loop
          for_each_task:
            inputs: "[1]"
            task:
              task_key: t
              notebook_task: {notebook_path: /x}
              new_cluster: {spark_version: x, num_workers: 1, autoscale: {min_workers: 1, max_workers: 2}}
)");
  check_clean(loaded);
  CHECK_FALSE(loaded.at("jobs", "j")
                  .body["tasks"][0]["for_each_task"]["task"]["new_cluster"]
                  .contains("num_workers"));
}

TEST_CASE("compute: an all-purpose cluster stops by itself") {
  const auto loaded = load_text(
      "resources: {clusters: {a: {spark_version: x, num_workers: 1}, b: {spark_version: x, "
      "num_workers: 1, autotermination_minutes: 0}, c: {spark_version: x, policy_id: p}}}\n");
  check_clean(loaded);
  CHECK(loaded.at("clusters", "a").body["autotermination_minutes"] == 60);
  CHECK(loaded.at("clusters", "b").body["autotermination_minutes"] == 0);
  CHECK_FALSE(loaded.at("clusters", "c").body.contains("autotermination_minutes"));
}
