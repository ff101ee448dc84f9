"""Real runs: the reference workload and what a user relies on, through the REST API of the local
workspace, on real Spark. One workspace for the whole file, because clusters take seconds to start."""

import json
import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import ROOT, World  # noqa: E402

PATIENCE = 600  # seconds; a deadline, not an expectation
LINES = "40000"  # a tenth of the workload's size

PAIR = """\
bundle:
  name: pair
resources:
  clusters:
    left: &shape
      cluster_name: left
      spark_version: 17.3.x-scala2.13
      node_type_id: i3.xlarge
      num_workers: 1
    right:
      <<: *shape
      cluster_name: right
  jobs:
    make:
      name: make
      tasks:
        - {task_key: t, existing_cluster_id: "${resources.clusters.left.id}", notebook_task: {notebook_path: ./make.py}}
    read:
      name: read
      tasks:
        - {task_key: t, existing_cluster_id: "${resources.clusters.right.id}", notebook_task: {notebook_path: ./read.py}}
    parent:
      name: parent
      tasks:
        - {task_key: t, existing_cluster_id: "${resources.clusters.left.id}", notebook_task: {notebook_path: ./parent.py}}
    endless:
      name: endless
      tasks:
        - {task_key: t, existing_cluster_id: "${resources.clusters.left.id}", notebook_task: {notebook_path: ./endless.py}}
    late:
      name: late
      tasks:
        - task_key: t
          timeout_seconds: 5
          existing_cluster_id: ${resources.clusters.left.id}
          notebook_task: {notebook_path: ./endless.py}
    jobs_left:
      name: jobs_left
      tasks:
        - {task_key: t, existing_cluster_id: "${resources.clusters.left.id}", notebook_task: {notebook_path: ./jobs_left.py}}
    cells:
      name: cells
      parameters:
        - {name: who, default: nobody}
      tasks:
        - {task_key: t, existing_cluster_id: "${resources.clusters.right.id}", notebook_task: {notebook_path: ./cells.py}}
"""

HEADER = "# Databricks notebook source\n"
BREAK = "\n# COMMAND ----------\n\n"
NOTEBOOKS = {
    "make.py": 'spark.sql("CREATE SCHEMA IF NOT EXISTS main.shared")\n'
               'spark.range(7).write.mode("overwrite").saveAsTable("main.shared.seven")\n',
    "read.py": 'dbutils.notebook.exit(str(spark.table("main.shared.seven").count()))\n',
    "parent.py": 'dbutils.notebook.run("./child", 0)\n',
    "child.py": 'raise ValueError("the child is broken")\n',
    "endless.py": 'spark.range(10**15).selectExpr("sum(id % 7)").collect()\n',
    "jobs_left.py": 'dbutils.notebook.exit(str(len([j for j in sc.statusTracker().getActiveJobsIds()])))\n',
    "cells.py": 'dbutils.widgets.text("who", "")' + BREAK + "# MAGIC %run ./names" + BREAK +
                "# MAGIC %sql\n# MAGIC CREATE OR REPLACE TEMP VIEW three AS SELECT * FROM range(3)" + BREAK +
                'dbutils.notebook.exit(f"{greeting} {dbutils.widgets.get(\'who\')} {spark.table(\'three\').count()}")\n',
    "names.py": 'greeting = "hello"\n',
}


class Runs(unittest.TestCase):
    """Runs jobs of cls.world and waits for them."""

    def start(self, job, **parameters):
        body = {"job_id": self.world.job_id(job)}
        if parameters:
            body["job_parameters"] = parameters
        return self.world.api("POST", "/api/2.2/jobs/run-now", body)["run_id"]

    def get(self, run):
        return self.world.api("GET", f"/api/2.2/jobs/runs/get?run_id={run}")

    def wait(self, run, done=lambda run: run["state"]["life_cycle_state"] in ("TERMINATED", "SKIPPED", "INTERNAL_ERROR")):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = self.get(run)
            if done(found):
                return found
            time.sleep(0.1)
        self.fail(f"run {run} did not get there: {json.dumps(self.get(run))}")

    def output(self, run, task=0):
        task_run = self.get(run)["tasks"][task]["run_id"]
        return self.world.api("GET", f"/api/2.2/jobs/runs/get-output?run_id={task_run}")

    def succeed(self, job, **parameters):
        run = self.start(job, **parameters)
        state = self.wait(run)["state"]
        output = self.output(run)
        self.assertEqual(state.get("result_state"), "SUCCESS", json.dumps([state, output], indent=1))
        return output.get("notebook_output", {}).get("result")


class Spark(Runs):
    @classmethod
    def setUpClass(cls):
        cls.world = World("spark")
        cls.addClassCleanup(cls.world.close)
        cls.world.write("dbplan.yml", PAIR)
        for name, text in NOTEBOOKS.items():
            cls.world.write(name, HEADER + text)
        cls.world.ok("apply", "--auto-approve")

    def test_two_clusters_at_once_see_the_same_tables(self):
        self.succeed("make")
        self.assertEqual(self.succeed("read"), "7")

    def test_widgets_run_magic_and_sql_cells(self):
        self.assertEqual(self.succeed("cells", who="world"), "hello world 3")

    def test_a_failing_child_fails_its_parent_with_the_childs_error(self):
        run = self.start("parent")
        ended = self.wait(run)
        self.assertEqual(ended["state"]["result_state"], "FAILED")
        output = self.output(run)
        self.assertIn("the child is broken", output["error"] + output["error_trace"])

    def notebook_processes(self):
        """Processes of notebook runs of this workspace: the children of its fork servers."""
        listing = subprocess.run(["ps", "-eo", "pid,ppid,args"], text=True, capture_output=True, check=True).stdout
        rows = [line.split(None, 2) for line in listing.splitlines()[1:]]
        servers = {pid for pid, _, text in rows if "fork_server.py" in text and self.is_ours(pid)}
        top = {pid for pid, parent, _ in rows if pid in servers and parent not in servers}
        return [pid for pid, parent, _ in rows if parent in top]

    def is_ours(self, pid):
        try:
            return str(self.world.workspace) in str(pathlib.Path(f"/proc/{pid}/cwd").resolve())
        except OSError:
            return False

    def test_a_cancelled_run_leaves_no_process_and_no_spark_job(self):
        run = self.start("endless")
        self.wait(run, lambda found: found["state"]["life_cycle_state"] == "RUNNING" and self.notebook_processes())
        self.world.api("POST", "/api/2.2/jobs/runs/cancel", {"run_id": run})
        self.assertEqual(self.wait(run)["state"]["result_state"], "CANCELED")
        self.assertEqual(self.notebook_processes(), [])
        self.assertEqual(self.succeed("jobs_left"), "0")

    def test_a_timed_out_run_leaves_no_process_and_no_spark_job(self):
        run = self.start("late")
        ended = self.wait(run)
        self.assertEqual(ended["tasks"][0]["state"]["result_state"], "TIMEDOUT", json.dumps(ended["state"]))
        self.assertEqual(self.notebook_processes(), [])
        self.assertEqual(self.succeed("jobs_left"), "0")

    def test_a_schedule_fires_with_nobody_asking(self):
        example = str(ROOT / "examples" / "hello")
        self.world.ok("apply", example, "--target", "awake", "--auto-approve")
        job = self.world.job_id("hello (awake)")
        deadline = time.monotonic() + PATIENCE
        runs = []
        while time.monotonic() < deadline and not runs:
            listed = self.world.api("GET", f"/api/2.2/jobs/runs/list?job_id={job}&completed_only=true").get("runs", [])
            runs = [r for r in listed if r["state"].get("result_state") == "SUCCESS"]
            time.sleep(0.2)
        self.world.ok("destroy", example, "--target", "awake", "--auto-approve")
        self.assertTrue(runs, "no scheduled run has succeeded")
        self.assertEqual(runs[0]["trigger"], "PERIODIC")


class Workload(Runs):
    """Both orchestrators, judged by a computation that asks no Spark."""

    @classmethod
    def setUpClass(cls):
        cls.world = World("spark")
        cls.addClassCleanup(cls.world.close)
        cls.world.ok("apply", str(ROOT / "specs"), "--auto-approve")

    def tables(self, arm):
        result = json.loads(self.succeed(f"sales {arm} (dev)"))
        file = self.world.folder / f"{arm}.json"
        file.write_text(json.dumps(result))
        done = subprocess.run([sys.executable, str(ROOT / "tests/workload/verify_tables.py"), str(self.world.workspace),
                               "main", f"sales_{arm}", "--lines", LINES, "--run-output", str(file)],
                              text=True, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for name, table in result["tables"].items():
            with self.subTest(table=name, arm=arm):
                self.assertGreater(table["inserted"], 0)
                self.assertGreater(table["updated"], 0)
        return {name: (t["rows"], t["checksum"]) for name, t in result["tables"].items()}

    def test_both_jobs_write_the_tables_that_plain_python_computes(self):
        self.succeed("sales reset (dev)", lines=LINES)
        sequential, parallel = self.tables("sequential"), self.tables("parallel")
        self.assertEqual(len(sequential), 5)
        self.assertEqual(sequential, parallel)


if __name__ == "__main__":
    unittest.main()
