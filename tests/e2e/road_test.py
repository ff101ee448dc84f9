"""The road from a spec to a workspace and back, as a user walks it. No notebook runs here."""

import base64
import json
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import ROOT, WorldCase  # noqa: E402

SPEC = """\
bundle:
  name: shop
resources:
  clusters:
    small:
      cluster_name: small
      spark_version: 17.3.x-scala2.13
      node_type_id: i3.xlarge
      num_workers: 1
      autotermination_minutes: 30
  jobs:
    nightly:
      name: nightly
      timeout_seconds: 600
      tasks:
        - task_key: load
          existing_cluster_id: ${resources.clusters.small.id}
          notebook_task:
            notebook_path: ./load.py
  schedules:
    daily:
      job: nightly
      quartz_cron_expression: 0 0 6 * * ?
      timezone_id: UTC
      pause_status: PAUSED
"""

NOTEBOOK = """\
# Databricks notebook source
first = 1

# COMMAND ----------

second = 2

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT 3
"""


class Road(WorldCase):
    def setUp(self):
        super().setUp()
        self.spec = self.world.write("dbplan.yml", SPEC)
        self.notebook = self.world.write("load.py", NOTEBOOK)

    def apply(self):
        self.world.ok("apply", "--auto-approve")

    def edit(self, old, new):
        text = self.spec.read_text()
        self.assertIn(old, text)
        self.spec.write_text(text.replace(old, new))

    def sent_by_apply(self):
        before = len(self.world.requests())
        self.apply()
        return self.world.effects(before)

    def notebook_path(self):
        return next(r["id"] for r in self.world.plan()["resources"] if r["kind"] == "notebooks")

    def test_plan_of_an_empty_workspace_lists_every_address_once_and_changes_nothing(self):
        plan = self.world.plan()
        addresses = [r["address"] for r in plan["resources"]]
        self.assertEqual(addresses, sorted(set(addresses)))
        self.assertEqual({r["action"] for r in plan["resources"]}, {"create"})
        self.assertEqual(len(addresses), 4)
        self.assertEqual(self.world.mutating(), [])

    def test_apply_creates_and_the_next_plan_is_empty(self):
        self.apply()
        done = self.world.dbplan("plan", "--exit-code")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Nothing to do", done.stdout)

    def test_an_empty_apply_sends_no_mutating_request(self):
        self.apply()
        before = len(self.world.requests())
        self.apply()
        self.assertEqual(self.world.mutating(before), [])

    def test_the_ledger_deleted_the_plan_stays_empty(self):
        self.apply()
        root = self.world.plan()["root_path"]
        self.world.api("POST", "/api/2.0/workspace/delete", {"path": root + "/state/ledger.json.gz"})
        self.assertEqual(self.world.changes(), {})
        self.apply()  # writes it again
        self.assertEqual(self.world.changes(), {})

    def test_one_edited_cell_is_that_cells_diff_and_one_import(self):
        self.apply()
        self.notebook.write_text(NOTEBOOK.replace("second = 2", "second = 22"))
        plan = self.world.plan()
        changed = [r for r in plan["resources"] if r["action"] != "keep"]
        self.assertEqual(len(changed), 1)
        cells = changed[0]["notebook"]["cells"]
        self.assertEqual([(c["change"], c["after"]) for c in cells], [("changed", 2)])
        self.assertEqual(cells[0]["diff"], ["- second = 2", "+ second = 22"])
        self.assertEqual(changed[0]["used_by"], ["jobs.nightly"])
        self.assertEqual(self.sent_by_apply().count("POST /api/2.0/workspace/import"), 1)
        self.assertEqual(self.world.changes(), {})

    def test_an_edit_meets_no_conflict_where_the_export_has_fewer_blank_lines(self):
        spaced = NOTEBOOK.replace("\n# COMMAND", "\n\n\n# COMMAND")
        self.notebook.write_text(spaced)
        self.apply()
        self.notebook.write_text(spaced.replace("second = 2", "second = 22"))
        changed = [r for r in self.world.plan()["resources"] if r["action"] != "keep"]
        self.assertEqual([(r["reason"], r["risks"]) for r in changed], [("edited in the spec", [])])

    def test_a_notebook_edited_in_the_workspace_is_drift_by_cell(self):
        self.apply()
        path = self.notebook_path()
        edited = NOTEBOOK.replace("first = 1", "first = 100")
        self.world.api("POST", "/api/2.0/workspace/import",
                       {"path": path, "format": "SOURCE", "language": "PYTHON", "overwrite": True,
                        "content": base64.b64encode(edited.encode()).decode()})
        changed = [r for r in self.world.plan()["resources"] if r["action"] != "keep"]
        self.assertEqual([(r["action"], r["drift"]) for r in changed], [("update", True)])
        self.assertEqual(changed[0]["notebook"]["cells"][0]["diff"], ["- first = 100", "+ first = 1"])
        self.apply()
        exported = self.world.api("GET", f"/api/2.0/workspace/export?format=SOURCE&path={path}")
        # The service drops the last newline of what it exports.
        self.assertEqual(base64.b64decode(exported["content"]).decode().rstrip("\n"), NOTEBOOK.rstrip("\n"))
        self.assertEqual(self.world.changes(), {})

    def test_a_notebook_deleted_in_the_workspace_is_created_again(self):
        self.apply()
        path = self.notebook_path()
        self.world.api("POST", "/api/2.0/workspace/delete", {"path": path})
        changed = [r for r in self.world.plan()["resources"] if r["action"] != "keep"]
        self.assertEqual([(r["action"], r["reason"]) for r in changed],
                         [("create", "deleted in the workspace since the last apply")])
        self.apply()
        self.assertEqual(self.world.changes(), {})

    def test_a_changed_cron_line_is_the_schedules_and_one_reset(self):
        self.apply()
        self.edit("0 0 6 * * ?", "0 0 7 * * ?")
        self.assertEqual(self.world.changes(), {"schedules.daily": "update"})
        self.assertEqual(self.sent_by_apply().count("POST /api/2.2/jobs/reset"), 1)
        self.assertEqual(self.world.changes(), {})

    def test_a_job_deleted_in_the_workspace_is_created_with_the_reason(self):
        self.apply()
        old = self.world.job_id("nightly")
        self.world.api("POST", "/api/2.2/jobs/delete", {"job_id": old})
        plan = {r["address"]: r for r in self.world.plan()["resources"]}
        self.assertEqual(plan["jobs.nightly"]["action"], "create")
        self.assertEqual(plan["jobs.nightly"]["reason"], "deleted in the workspace since the last apply")
        self.apply()
        self.assertNotEqual(self.world.job_id("nightly"), old)
        self.assertEqual(self.world.changes(), {})

    def test_a_tag_added_in_the_workspace_is_drift_alone(self):
        self.apply()
        job = self.world.job_id("nightly")
        settings = self.world.api("GET", f"/api/2.2/jobs/get?job_id={job}")["settings"]
        settings["tags"]["from_ui"] = "yes"
        self.world.api("POST", "/api/2.2/jobs/reset", {"job_id": job, "new_settings": settings})
        changed = [r for r in self.world.plan()["resources"] if r["action"] != "keep"]
        self.assertEqual([r["address"] for r in changed], ["jobs.nightly"])
        acting = [f["path"] for f in changed[0]["fields"] if f["class"] != "server_default"]
        self.assertEqual(acting, ["tags.from_ui"])
        self.assertTrue(changed[0]["drift"])
        self.apply()
        self.assertEqual(self.world.changes(), {})

    def test_a_changed_worker_count_is_a_resize_when_running_and_an_edit_when_stopped(self):
        self.apply()
        self.edit("num_workers: 1", "num_workers: 2")
        self.assertEqual(self.world.changes(), {"clusters.small": "resize"})
        self.assertEqual(self.sent_by_apply(), ["POST /api/2.1/clusters/resize"] + self.state_writes())
        cluster = next(r["id"] for r in self.world.plan()["resources"] if r["kind"] == "clusters")
        self.world.api("POST", "/api/2.1/clusters/delete", {"cluster_id": cluster})
        self.wait_for_state(cluster, "TERMINATED")
        self.edit("num_workers: 2", "num_workers: 3")
        self.assertEqual(self.world.changes(), {"clusters.small": "update"})
        self.assertEqual(self.sent_by_apply(), ["POST /api/2.1/clusters/edit"] + self.state_writes())
        self.assertEqual(self.world.changes(), {})

    def state_writes(self):
        return []

    def wait_for_state(self, cluster, state):
        for _ in range(1000):
            if self.world.api("GET", f"/api/2.1/clusters/get?cluster_id={cluster}")["state"] == state:
                return
        self.fail(f"{cluster} does not become {state}")

    def test_everything_removed_from_the_spec_is_deleted_dependants_first(self):
        self.apply()
        self.spec.write_text("bundle:\n  name: shop\n")
        actions = self.world.changes()
        self.assertEqual(set(actions.values()), {"delete"})
        self.assertEqual(len(actions), 4)
        sent = self.sent_by_apply_with_deletes()
        self.assertLess(sent.index("POST /api/2.2/jobs/delete"), sent.index("POST /api/2.1/clusters/permanent-delete"))
        self.assertEqual(self.world.api("GET", "/api/2.2/jobs/list").get("jobs", []), [])
        self.assertEqual(self.world.plan()["resources"], [])

    def sent_by_apply_with_deletes(self):
        before = len(self.world.requests())
        self.apply()
        return self.world.mutating(before)

    def test_destroy_leaves_nothing_and_can_be_repeated(self):
        self.apply()
        self.world.ok("destroy", "--auto-approve")
        self.assertEqual(self.world.api("GET", "/api/2.2/jobs/list").get("jobs", []), [])
        listing = self.world.api("GET", "/api/2.0/workspace/list?path=/Workspace/Users/me@example.com")
        self.assertEqual([o["path"] for o in listing.get("objects", []) if ".bundle/shop" in o["path"]], [])
        self.world.ok("destroy", "--auto-approve")
        self.assertEqual(set(self.world.changes().values()), {"create"})

    def test_without_a_terminal_a_delete_is_refused_and_a_create_is_not(self):
        self.world.ok("apply")
        self.spec.write_text("bundle:\n  name: shop\n")
        refused = self.world.dbplan("apply")
        self.assertEqual(refused.returncode, 3, refused.stdout + refused.stderr)
        self.assertIn("--auto-approve", refused.stderr)
        self.world.job_id("nightly")

    def test_a_saved_plan_is_applied_exactly_or_refused(self):
        self.world.ok("plan", "--out", "plan.json")
        self.world.ok("apply", "plan.json")
        self.assertEqual(self.world.changes(), {})
        self.edit("timeout_seconds: 600", "timeout_seconds: 900")
        self.world.ok("plan", "--out", "plan.json")
        self.edit("timeout_seconds: 900", "timeout_seconds: 1200")
        stale = self.world.dbplan("apply", "plan.json")
        self.assertEqual(stale.returncode, 1)
        self.assertIn("stale", stale.stderr)
        saved = self.world.checkout / "plan.json"
        saved.write_text(saved.read_text().replace("nightly", "nightli"))
        damaged = self.world.dbplan("apply", "plan.json")
        self.assertIn("digest", damaged.stderr)
        saved.write_text(saved.read_text()[:200])
        self.assertIn("truncated", self.world.dbplan("apply", "plan.json").stderr)

    def test_two_users_on_one_spec_are_two_deployments(self):
        self.apply()
        other = self.world.api("POST", "/api/local/users", {"user": "other@example.com"})["token"]
        environment = {"DATABRICKS_HOST": self.world.host, "DATABRICKS_TOKEN": other}
        done = self.world.dbplan("plan", "--json", environment=environment)
        plan = json.loads(done.stdout)
        self.assertEqual({r["action"] for r in plan["resources"]}, {"create"})
        self.world.ok("apply", "--auto-approve", environment=environment)
        self.assertEqual(len(self.world.api("GET", "/api/2.2/jobs/list")["jobs"]), 2)
        self.assertEqual(self.world.changes(), {})

    def test_a_clone_with_the_same_stamp_is_offered_for_deletion(self):
        self.apply()
        job = self.world.job_id("nightly")
        settings = self.world.api("GET", f"/api/2.2/jobs/get?job_id={job}")["settings"]
        clone = self.world.api("POST", "/api/2.2/jobs/create", settings)["job_id"]
        doubles = [r for r in self.world.plan()["resources"] if r["action"] != "keep"]
        self.assertEqual([(r["address"], r["action"], r["id"]) for r in doubles],
                         [("jobs.nightly", "delete", str(clone))])
        self.apply()
        self.assertEqual(self.world.job_id("nightly"), job)
        self.assertEqual(self.world.changes(), {})

    def test_markdown_and_text_name_every_change(self):
        text, markdown = self.world.ok("plan"), self.world.ok("plan", "--md")
        for address in ("clusters.small", "jobs.nightly", "schedules.daily"):
            self.assertIn(address, text)
            self.assertIn(address, markdown)
        self.assertTrue(text.startswith("shop → default in the local workspace "), text)


class ReferenceSpec(WorldCase):
    def test_the_reference_workload_and_all_examples_come_out_even(self):
        for folder in ["specs", *sorted(str(p.parent.relative_to(ROOT)) for p in ROOT.glob("examples/*/dbplan.yml")),
                       *sorted(str(p.parent.relative_to(ROOT)) for p in ROOT.glob("examples/*/specs/dbplan.yml"))]:
            with self.subTest(folder=folder):
                at = str(ROOT / folder)
                self.world.ok("plan", at)
                self.world.ok("apply", at, "--auto-approve")
                done = self.world.dbplan("plan", at, "--exit-code")
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                before = len(self.world.requests())
                self.world.ok("apply", at, "--auto-approve")
                self.assertEqual(self.world.mutating(before), [])
                self.world.ok("destroy", at, "--auto-approve")


if __name__ == "__main__":
    unittest.main()
