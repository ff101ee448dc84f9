"""Pools, policies and warehouses from spec to applied, and back to nothing."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import WorldCase  # noqa: E402

SPEC = """
bundle: {name: b}
resources:
  instance_pools:
    small:
      instance_pool_name: small machines
      node_type_id: i3.xlarge
      preloaded_spark_versions: [17.3.x-scala2.13]
      permissions:
        - {level: CAN_ATTACH_TO, group_name: users}
  cluster_policies:
    limits:
      name: limits
      definition: '{"autotermination_minutes": {"type": "fixed", "value": 60}}'
      permissions:
        - {level: CAN_USE, group_name: users}
  sql_warehouses:
    reports:
      name: reports
      cluster_size: 2X-Small
      tags:
        custom_tags:
          - {key: team, value: reports}
      permissions:
        - {level: CAN_USE, group_name: users}
  clusters:
    worker:
      cluster_name: worker
      spark_version: 17.3.x-scala2.13
      num_workers: 1
      instance_pool_id: ${resources.instance_pools.small.id}
      policy_id: ${resources.cluster_policies.limits.id}
"""


class Kinds(WorldCase):
    def setUp(self):
        super().setUp()
        self.world.write("dbplan.yml", SPEC)

    def edit(self, old, new):
        self.assertIn(old, SPEC)
        self.world.write("dbplan.yml", SPEC.replace(old, new))

    def applied(self):
        self.world.ok("apply", "--auto-approve")
        self.assertEqual(self.world.changes(), {})

    def effects_of_apply(self):
        before = len(self.world.requests())
        self.world.ok("apply", "--auto-approve")
        self.assertEqual(self.world.changes(), {})
        return self.world.effects(before)

    def test_all_are_created_once_and_then_nothing_is_to_be_done(self):
        self.assertEqual(set(self.world.changes().values()), {"create"})
        self.applied()
        before = len(self.world.requests())
        self.world.ok("apply")
        self.assertEqual(self.world.mutating(before), [])

    def test_without_the_ledger_nothing_is_to_be_done(self):
        self.applied()
        self.world.api("POST", "/api/2.0/workspace/delete",
                       {"path": "/Workspace/Users/me@example.com/.bundle/b/default/state", "recursive": True})
        self.assertEqual(self.world.changes(), {})

    def test_a_field_that_an_edit_takes_is_edited(self):
        self.applied()
        self.edit("node_type_id: i3.xlarge", "node_type_id: i3.xlarge\n      min_idle_instances: 1")
        self.assertEqual(self.world.changes(), {"instance_pools.small": "update"})
        self.assertEqual(self.effects_of_apply(), ["POST /api/2.0/instance-pools/edit"])

    def test_a_field_that_no_edit_takes_replaces_the_pool_and_what_names_it(self):
        self.applied()
        self.edit("[17.3.x-scala2.13]", "[16.4.x-scala2.12]")
        changes = self.world.changes()
        self.assertEqual(changes["instance_pools.small"], "replace")
        self.assertEqual(changes["permissions.instance_pools.small"], "create")
        self.world.ok("apply", "--auto-approve")
        pools = self.world.api("GET", "/api/2.0/instance-pools/list")["instance_pools"]
        self.assertEqual(len(pools), 1)
        self.world.ok("apply", "--auto-approve")
        self.assertEqual(self.world.changes(), {})
        clusters = self.world.api("GET", "/api/2.1/clusters/list")["clusters"]
        self.assertEqual([c["instance_pool_id"] for c in clusters], [pools[0]["instance_pool_id"]])

    def test_spaces_and_order_inside_a_policy_carry_no_meaning(self):
        self.applied()
        self.edit('{"type": "fixed", "value": 60}', '{"value":60,   "type":"fixed"}')
        self.assertEqual(self.world.changes(), {})
        self.edit('"value": 60', '"value": 30')
        self.assertEqual(self.world.changes(), {"cluster_policies.limits": "update"})

    def test_somebody_elses_policy_of_that_name_needs_an_adoption(self):
        self.world.api("POST", "/api/2.0/policies/clusters/create", {"name": "limits", "definition": "{}"})
        done = self.world.dbplan("plan")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not known to be ours", done.stdout)
        self.edit("name: limits", "name: limits\n      adopt: {name: limits}")
        self.applied()
        self.assertEqual(len(self.world.api("GET", "/api/2.0/policies/clusters/list")["policies"]), 1)

    def test_a_warehouse_changed_elsewhere_is_put_back(self):
        self.applied()
        found = self.world.api("GET", "/api/2.0/sql/warehouses")["warehouses"][0]
        body = {key: found[key] for key in ("name", "cluster_size", "tags")}
        self.world.api("POST", f'/api/2.0/sql/warehouses/{found["id"]}/edit', {**body, "auto_stop_mins": 15})
        self.assertEqual(self.world.changes(), {"sql_warehouses.reports": "update"})
        self.assertIn("Drift", self.world.ok("plan"))
        self.assertEqual(self.effects_of_apply(), [f'POST /api/2.0/sql/warehouses/{found["id"]}/edit'])

    def test_a_warehouse_is_started_and_stopped_as_wanted(self):
        self.edit("name: reports\n", "name: reports\n      lifecycle: {started: false}\n")
        self.applied()
        found = self.world.api("GET", "/api/2.0/sql/warehouses")["warehouses"][0]
        self.assertEqual(found["state"], "STOPPED")

    def test_destroy_leaves_nothing(self):
        self.applied()
        self.world.ok("destroy", "--auto-approve")
        for path in ("instance-pools/list", "policies/clusters/list", "sql/warehouses"):
            self.assertEqual(self.world.api("GET", f"/api/2.0/{path}"), {})
        self.assertEqual(json.loads(self.world.ok("plan", "--json", "--destroy"))["counts"]["delete"], 0)


if __name__ == "__main__":
    unittest.main()
