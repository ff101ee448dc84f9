"""graph, kinds, init and drift, from the outside."""

import base64
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import ROOT, WorldCase  # noqa: E402


class Offline(WorldCase):
    def test_the_graph_of_the_reference_workload_is_the_same_in_every_form(self):
        nodes = json.loads(self.world.ok("graph", str(ROOT / "specs"), "--json"))["nodes"]
        edges = sum(len(n["needs"]) for n in nodes)
        text = self.world.ok("graph", str(ROOT / "specs"))
        for node in nodes:
            shown = [l for l in text.splitlines() if l.strip("│├└─ ").split("  ")[0] == node["address"]]
            self.assertGreaterEqual(len(shown), 1, node["address"])
        dot = self.world.ok("graph", str(ROOT / "specs"), "--format", "dot")
        self.assertEqual((dot.count("[label="), dot.count(" -> ")), (len(nodes), edges))
        mermaid = self.world.ok("graph", str(ROOT / "specs"), "--format", "mermaid")
        self.assertEqual(mermaid.count(" --> "), edges)
        self.assertEqual(self.world.requests(), [])

    def test_a_job_stands_above_its_notebook(self):
        text = self.world.ok("graph", str(ROOT / "examples" / "hello"))
        lines = text.splitlines()
        self.assertEqual([l.split("  \"")[0].strip("└─ ") for l in lines],
                         ["schedules.every_morning", "jobs.hello", "notebooks.hello"])

    def test_kinds_fields_and_one_field(self):
        self.assertIn("jobs", self.world.ok("kinds"))
        self.assertIn("run_if", self.world.ok("kinds", "jobs", "tasks"))
        field = json.loads(self.world.ok("kinds", "jobs", "tasks.run_if", "--json"))["field"]
        self.assertEqual(field["rules"][0]["value"], "ALL_SUCCESS")
        wrong = self.world.dbplan("kinds", "jobz")
        self.assertEqual(wrong.returncode, 1)
        self.assertIn('did you mean "jobs"?', wrong.stderr)

    def test_what_init_writes_is_valid_and_deploys(self):
        self.world.ok("init", "my shop")
        self.assertIn("Valid: my_shop", self.world.ok("validate", "my shop"))
        self.world.ok("apply", "my shop", "--auto-approve")
        self.assertEqual(self.world.changes("my shop"), {})
        self.world.ok("run", "hello", "my shop")
        again = self.world.dbplan("init", "my shop")
        self.assertEqual(again.returncode, 1)
        self.assertIn("exists already; nothing was written", again.stderr)


class Drift(WorldCase):
    def setUp(self):
        super().setUp()
        self.world.ok("init")
        self.world.ok("apply", "--auto-approve")

    def test_nothing_changed_is_exit_0(self):
        done = self.world.dbplan("drift")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("No drift", done.stdout)

    def test_an_edit_of_the_spec_is_no_drift(self):
        spec = self.world.checkout / "dbplan.yml"
        spec.write_text(spec.read_text().replace("num_workers: 1", "num_workers: 2"))
        self.assertEqual(self.world.dbplan("drift").returncode, 0)

    def test_what_was_changed_or_deleted_in_the_workspace_is_exit_2_and_shown_alone(self):
        spec = self.world.checkout / "dbplan.yml"
        spec.write_text(spec.read_text().replace("num_workers: 1", "num_workers: 2"))
        job = self.world.job_id("checkout hello (dev)")
        settings = self.world.api("GET", f"/api/2.2/jobs/get?job_id={job}")["settings"]
        settings["tags"]["from_ui"] = "yes"
        self.world.api("POST", "/api/2.2/jobs/reset", {"job_id": job, "new_settings": settings})
        notebook = next(r["id"] for r in self.world.plan()["resources"] if r["kind"] == "notebooks")
        self.world.api("POST", "/api/2.0/workspace/import",
                       {"path": notebook, "format": "SOURCE", "language": "PYTHON", "overwrite": True,
                        "content": base64.b64encode(b"# Databricks notebook source\nedited = 1\n").decode()})
        done = self.world.dbplan("drift")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("tags.from_ui", done.stdout)
        self.assertIn("edited = 1", done.stdout)
        self.assertNotIn("num_workers", done.stdout)
        shown = json.loads(self.world.dbplan("drift", "--json").stdout)["resources"]
        self.assertEqual(sorted(r["kind"] for r in shown), ["jobs", "notebooks"])
        self.world.api("POST", "/api/2.2/jobs/delete", {"job_id": job})
        gone = self.world.dbplan("drift")
        self.assertEqual(gone.returncode, 2)
        self.assertIn("deleted in the workspace", gone.stdout)


if __name__ == "__main__":
    unittest.main()
