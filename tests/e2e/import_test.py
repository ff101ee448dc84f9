"""dbplan import: a workspace that others filled, its spec, and the empty plan of that."""

import base64
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import ROOT, WorldCase  # noqa: E402

HOME = "/Users/me@example.com"


class Import(WorldCase):
    """A workspace made through the API alone, as people make them in the UI."""

    def notebook(self, path, text, language="PYTHON"):
        self.world.api("POST", "/api/2.0/workspace/mkdirs", {"path": path.rsplit("/", 1)[0]})
        self.world.api("POST", "/api/2.0/workspace/import",
                       {"path": path, "format": "SOURCE", "language": language, "overwrite": True,
                        "content": base64.b64encode(text.encode()).decode()})

    def cluster(self, name, **more):
        spec = {"cluster_name": name, "spark_version": "17.3.x-scala2.13", "node_type_id": "i3.xlarge",
                "num_workers": 1, "autotermination_minutes": 30, **more}
        return self.world.api("POST", "/api/2.1/clusters/create", spec)["cluster_id"]

    def job(self, settings):
        return self.world.api("POST", "/api/2.2/jobs/create", settings)["job_id"]

    def setUp(self):
        super().setUp()
        self.notebook(f"{HOME}/etl/load", "# Databricks notebook source\n# MAGIC %run ./lib/util\n\n"
                                          "# COMMAND ----------\n\nprint('load: # no comment')\n")
        self.notebook(f"{HOME}/etl/lib/util", "# Databricks notebook source\nx = 1\n")
        self.notebook(f"{HOME}/etl/report", "-- Databricks notebook source\nSELECT 1\n", "SQL")
        self.stopped = self.cluster("Shared ETL", custom_tags={"team": "etl"}, spark_conf={"spark.x": "yes"})
        self.world.api("POST", "/api/2.1/clusters/delete", {"cluster_id": self.stopped})
        self.wait_for_state(self.stopped, "TERMINATED")
        self.running = self.cluster("interactive")
        self.wait_for_state(self.running, "RUNNING")
        self.load = self.job({
            "name": "Nightly load", "description": "first line\nsecond: line\n", "tags": {"team": "etl"},
            "schedule": {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC"},
            "parameters": [{"name": "day", "default": "2026-03-01"}],
            "job_clusters": [{"job_cluster_key": "small", "new_cluster": {
                "spark_version": "17.3.x-scala2.13", "node_type_id": "i3.xlarge", "num_workers": 2}}],
            "tasks": [
                {"task_key": "load", "job_cluster_key": "small", "max_retries": 2,
                 "notebook_task": {"notebook_path": f"/Workspace{HOME}/etl/load"}},
                {"task_key": "report", "depends_on": [{"task_key": "load"}], "existing_cluster_id": self.stopped,
                 "notebook_task": {"notebook_path": f"{HOME}/etl/report", "base_parameters": {"yes": "no"}}}]})
        self.chain = self.job({
            "name": "Chain", "tasks": [
                {"task_key": "first", "run_job_task": {"job_id": self.load}},
                {"task_key": "gate", "depends_on": [{"task_key": "first"}],
                 "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "{{job.id}}"}}]})
        self.twin = self.job({"name": "Chain", "tasks": [
            {"task_key": "x", "existing_cluster_id": self.running,
             "notebook_task": {"notebook_path": f"/Workspace{HOME}/etl/load"}}]})

    def wait_for_state(self, cluster, state):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.world.api("GET", f"/api/2.1/clusters/get?cluster_id={cluster}")["state"] == state:
                return
        self.fail(f"{cluster} does not become {state}")

    def file(self, path):
        return (self.world.checkout / "out" / path).read_text()

    def plan_is_empty(self):
        done = self.world.dbplan("plan", "out", "--exit-code")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_all_of_a_workspace_imported_and_claimed_plans_empty(self):
        before = len(self.world.requests())
        self.world.ok("import", "--all", "--out", "out", "--auto-approve")
        sent = self.world.mutating(before)
        self.assertEqual(sent.count("POST /api/2.2/jobs/reset"), 3, sent)
        self.assertEqual(sent.count("POST /api/2.1/clusters/edit"), 1, "a running cluster is not restarted")
        self.plan_is_empty()
        self.assertEqual(self.world.api("GET", f"/api/2.1/clusters/get?cluster_id={self.running}")["state"], "RUNNING")
        before = len(self.world.requests())
        self.world.ok("apply", "out", "--auto-approve")
        self.assertEqual(self.world.mutating(before), [])
        self.assertEqual(len(self.world.api("GET", "/api/2.2/jobs/list")["jobs"]), 3)

    def test_what_was_claimed_is_found_without_the_ledger(self):
        self.world.ok("import", f"jobs/{self.load}", "--out", "out", "--auto-approve")
        root = self.world.plan("out")["root_path"]
        self.world.api("POST", "/api/2.0/workspace/delete", {"path": root + "/state/ledger.json.gz"})
        self.plan_is_empty()

    def test_the_spec_is_readable(self):
        self.world.ok("import", "--all", "--out", "out", "--auto-approve")
        jobs, clusters = self.file("resources/jobs.yml"), self.file("resources/clusters.yml")
        self.assertIn("    nightly_load:\n      name: Nightly load\n      description: |\n        first line\n", jobs)
        self.assertIn("existing_cluster_id: ${resources.clusters.shared_etl.id}", jobs)
        self.assertIn("job_id: ${resources.jobs.nightly_load.id}", jobs)
        self.assertIn("notebook_path: ../notebooks/load.py", jobs)
        self.assertIn("notebook_path: ../notebooks/report.sql", jobs, "the mount may be left out of a path")
        self.assertIn("    chain:\n", jobs)
        self.assertIn("    chain_2:\n", jobs)
        self.assertIn('default: "2026-03-01"', jobs)
        self.assertIn('"yes": "no"', jobs)
        for noise in ("max_concurrent_runs", "MULTI_TASK", "run_if", "creator", "dbplan:", "email_notifications"):
            self.assertNotIn(noise, jobs)
        for noise in ("cluster_id:", "state:", "driver:", "dbplan:", "default_tags"):
            self.assertNotIn(noise, clusters)
        self.assertIn("# MAGIC %run ./lib/util", self.file("notebooks/load.py"))
        self.assertIn("SELECT 1", self.file("notebooks/report.sql"))
        self.assertIn("x = 1", self.file("notebooks/lib/util.py"))

    def test_one_job_brings_its_notebooks_and_keeps_foreign_ids(self):
        self.world.ok("import", f"jobs/{self.load}", "--out", "out", "--auto-approve")
        self.assertIn(f"existing_cluster_id: {self.stopped}", self.file("resources/jobs.yml"))
        self.assertIn(f"# clusters/{self.stopped} is not part of this spec", self.file("resources/jobs.yml"))
        self.assertEqual(set(self.kinds_in_plan()), {"jobs", "notebooks"})
        self.plan_is_empty()

    def kinds_in_plan(self):
        return [r["kind"] for r in self.world.plan("out")["resources"]]

    def test_filters_choose_among_all(self):
        self.world.ok("import", "--all", "--tag", "team=etl", "--out", "out", "--auto-approve")
        self.assertIn("nightly_load:", self.file("resources/jobs.yml"))
        self.assertNotIn("chain:", self.file("resources/jobs.yml"))
        self.assertNotIn("interactive", self.file("resources/clusters.yml"))
        self.plan_is_empty()

    def test_a_name_pattern_and_a_path_choose_too(self):
        self.world.ok("import", "--all", "--name", "Cha*", "--out", "out", "--no-claim")
        self.assertNotIn("nightly_load", self.file("resources/jobs.yml"))
        self.world.ok("import", "--all", "--path", f"{HOME}/etl/lib", "--out", "lib", "--auto-approve")
        self.assertFalse((self.world.checkout / "lib/resources/jobs.yml").exists())
        done = self.world.dbplan("plan", "lib", "--exit-code")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_without_a_claim_nothing_in_the_workspace_changes(self):
        before = len(self.world.requests())
        done = self.world.dbplan("import", "--all", "--out", "out", "--no-claim")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.world.mutating(before), [])
        self.assertIn(f'adopt:\n        id: "{self.load}"', self.file("resources/jobs.yml"))

    def test_nobody_to_ask_is_no_claim_and_says_so(self):
        before = len(self.world.requests())
        done = self.world.dbplan("import", f"jobs/{self.load}", "--out", "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.world.mutating(before), [])
        self.assertIn("--auto-approve would add the tag", done.stderr)

    def test_files_are_not_overwritten_without_force(self):
        self.world.ok("import", f"jobs/{self.load}", "--out", "out", "--no-claim")
        again = self.world.dbplan("import", f"jobs/{self.load}", "--out", "out", "--no-claim")
        self.assertEqual(again.returncode, 1)
        self.assertIn("nothing was written", again.stderr)

    def test_what_dbplan_manages_already_is_left_out(self):
        self.world.ok("import", "--all", "--out", "out", "--auto-approve")
        done = self.world.dbplan("import", f"jobs/{self.load}", "--out", "other")
        self.assertEqual(done.returncode, 1)
        self.assertIn("a dbplan deployment manages it already", done.stderr)

    def test_what_is_not_there_or_no_kind_is_an_error(self):
        for wanted, text in (("jobs/999", "there is no job 999"), ("dashboards/1", "cannot import"),
                             ("notebooks:/nowhere", "there is nothing at")):
            done = self.world.dbplan("import", wanted, "--out", "out")
            self.assertEqual(done.returncode, 1)
            self.assertIn(text, done.stderr)
        self.assertIn("--all", self.world.dbplan("import").stderr)

    def test_the_json_names_files_and_resources(self):
        told = json.loads(self.world.ok("import", "--all", "--out", "out", "--auto-approve", "--json"))
        self.assertIn("resources/jobs.yml", told["files"])
        self.assertEqual(told["differs"], [])
        self.assertTrue(all(r["claimed"] for r in told["resources"]))


class ImportOfWhatSpecsMade(WorldCase):
    """The reference workload and the examples, deployed and then orphaned: tags and ledgers gone."""

    def orphan(self):
        for job in self.world.api("GET", "/api/2.2/jobs/list?limit=100&expand_tasks=true")["jobs"]:
            job["settings"]["tags"].pop("dbplan")
            self.world.api("POST", "/api/2.2/jobs/reset", {"job_id": job["job_id"], "new_settings": job["settings"]})
        for cluster in self.world.api("GET", "/api/2.1/clusters/list").get("clusters", []):
            self.world.api("POST", "/api/2.1/clusters/delete", {"cluster_id": cluster["cluster_id"]})
            spec = {k: cluster[k] for k in ("cluster_name", "spark_version", "node_type_id", "num_workers",
                                            "autoscale", "autotermination_minutes", "spark_conf", "spark_env_vars")
                    if k in cluster}
            tags = {k: v for k, v in cluster.get("custom_tags", {}).items() if k != "dbplan"}
            self.world.api("POST", "/api/2.1/clusters/edit",
                           {"cluster_id": cluster["cluster_id"], **spec, **({"custom_tags": tags} if tags else {})})

    def test_it_is_imported_whole_and_plans_empty(self):
        folders = [ROOT / "specs", *sorted(p.parent for p in ROOT.glob("examples/*/dbplan.yml"))]
        for folder in folders:
            self.world.ok("apply", str(folder), "--auto-approve")
        jobs = len(self.world.api("GET", "/api/2.2/jobs/list?limit=100")["jobs"])
        self.orphan()
        told = json.loads(self.world.ok("import", "--all", "--out", "out", "--auto-approve", "--json"))
        self.assertEqual(told["differs"], [])
        self.assertEqual(sum(r["address"].startswith("jobs.") for r in told["resources"]), jobs)
        done = self.world.dbplan("plan", "out", "--exit-code")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
