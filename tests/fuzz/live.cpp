#include <algorithm>

#include "engine/import/collect.hpp"
#include "engine/live/observe.hpp"
#include "engine/net/retry.hpp"
#include "engine/report/plan_json.hpp"
#include "engine/report/plan_markdown.hpp"
#include "engine/report/plan_text.hpp"
#include "providers/databricks/databricks.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/world.hpp"

namespace dbplan::fuzz {
namespace {

/// Says the same to requests whose path begins in a way, and that nothing is there to the rest.
class OneAnswer final : public Transport {
 public:
  OneAnswer(std::string path, std::string body) : path_(std::move(path)), body_(std::move(body)) {}
  Result<Response> send(const Request& request) override {
    demand(request.method == "GET", "a plan changes nothing");
    if (request.path.starts_with(path_))
      return Response{.status = 200, .headers = {}, .body = body_};
    return Response{.status = 404,
                    .headers = {},
                    .body = R"({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"})"};
  }

 private:
  std::string path_, body_;
};

/// One of every kind that is listed, half of it known to the ledger.
test::World world_of_all() {
  test::World world;
  world.spec("jobs.a", R"({"name": "a", "tasks": [{"task_key": "t"}]})");
  world.spec("jobs.b", R"({"name": "b"})");
  world.spec("clusters.a", R"({"cluster_name": "a", "num_workers": 1})");
  world.spec("cluster_policies.a", R"({"name": "a", "definition": "{}"})");
  world.spec("instance_pools.a", R"({"instance_pool_name": "a", "node_type_id": "n"})");
  world.spec("sql_warehouses.a", R"({"name": "a"})");
  world.spec("secret_scopes.a", R"({"name": "a"})");
  world.spec("secrets.a", R"({"scope": "a", "key": "k", "string_value": "v"})");
  world.spec("secret_acls.a", R"({"scope": "a", "principal": "p", "permission": "READ"})");
  world.spec("notebooks.a", R"({"path": "/Workspace/a", "language": "PYTHON"})").content = "1";
  world.spec("folders.a", R"({"path": "/Workspace/f"})");
  world.spec("permissions.jobs.a", R"({"access_control_list": []})").owner = Address{"jobs", "a"};
  world.last("jobs.a", "1", R"({"name": "a", "tasks": [{"task_key": "t"}]})");
  world.last("jobs.gone", "2", R"({"name": "gone"})");
  world.last("clusters.a", "c", R"({"cluster_name": "a", "num_workers": 1})");
  world.last("secret_scopes.a", "a", R"({"name": "a"})");
  world.last("instance_pools.a", "p", R"({"instance_pool_name": "a", "node_type_id": "n"})");
  return world;
}

void check_plan(const test::World& world, const Plan& plan) {
  for (const Change& change : plan.changes) {
    if (change.action != Action::Delete) continue;
    demand(!world.desired.find(change.address) ||
               change.reason.starts_with("a second object with the stamp"),
           "what the spec wants is not deleted, but for a twin");
    demand(!change.id.empty(), "what is deleted has an id");
  }
  const PlanFrame frame{.host = "https://x.example", .user = "me@example.com"};
  const std::string text = plan_text(plan, frame, {.color = false, .why = true});
  demand(text.find('\x1b') == std::string::npos, "no escape reaches the terminal");
  demand(plan_markdown(plan, frame).find('\x1b') == std::string::npos, "nor the pull request");
  demand(parse_json(canonical(plan_json(plan, frame))).has_value(), "a plan is JSON");
}

}  // namespace

/// The first line is how a path begins ("/api/2.2/jobs/list"), the rest what the server says there.
void fuzz_live(std::string_view input) {
  const std::string path(take_line(input));
  if (path.empty()) return;
  const test::World world = world_of_all();
  const auto provider = databricks::make_provider(
      "https://x.example",
      std::make_unique<RetryingTransport>(std::make_unique<OneAnswer>(path, std::string(input)),
                                          system_clock()));
  (void)provider->identity();
  (void)provider->entry("/Workspace/a");
  for (const Kind* kind : databricks::databricks_kinds())
    if (!kind->read.path.empty()) (void)provider->read(*kind, "1");
  (void)collect({.all = true}, databricks::databricks_kinds(), *provider);
  const auto live = observe(world.desired, world.ledger, *provider, databricks::databricks_kinds(),
                            Look::Named, 1);
  if (!live) return demand(!live.error().message.empty(), "a refusal says why");
  check_plan(world, make_plan(world.desired, *live, world.ledger, databricks::databricks_kinds()));
}

}  // namespace dbplan::fuzz
