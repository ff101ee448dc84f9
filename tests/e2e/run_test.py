"""dbplan run, from the outside: what it prints, what it sends, how it ends."""

import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import PROGRAM, World, WorldCase  # noqa: E402

SPEC = """\
bundle:
  name: shop
resources:
  jobs:
    nightly:
      name: nightly
      parameters:
        - name: day
          default: today
      tasks:
        - task_key: extract
          notebook_task: {notebook_path: ./load.py}
        - task_key: load
          depends_on: [{task_key: extract}]
          notebook_task: {notebook_path: ./load.py}
        - task_key: report
          depends_on: [{task_key: load}]
          notebook_task: {notebook_path: ./load.py}
        - task_key: aside
          notebook_task: {notebook_path: ./load.py}
    plain:
      name: plain
      tasks:
        - task_key: only
          notebook_task: {notebook_path: ./load.py}
"""


class Deployed(WorldCase):
    def setUp(self):
        super().setUp()
        self.deploy(self.world)

    def deploy(self, world):
        self.spec = world.write("dbplan.yml", SPEC)
        world.write("load.py", "# Databricks notebook source\nprint(1)\n")
        world.ok("apply", "--auto-approve")

    def requests_to(self, path, since=0):
        return [r for r in self.world.requests()[since:] if r["path"].startswith(path)]

    def starts(self, since=0):
        return [r for r in self.requests_to("/api/2.2/jobs/run-now", since)]


class Run(Deployed):
    def run_json(self, *arguments):
        return json.loads(self.world.ok("run", *arguments, "--json"))

    def executed(self, run):
        return sorted(t["task_key"] for t in run["tasks"] if t["result"] == "SUCCESS")

    def test_a_job_runs_to_its_end_and_every_task_is_one_line(self):
        done = self.world.dbplan("run", "nightly")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(sorted(line.split()[0] for line in lines if line.startswith("  ") and "succeeded" in line),
                         ["aside", "extract", "load", "report"])
        self.assertRegex(lines[-1], r"^Run \d+ succeeded after [\d.]+ s\.$")
        self.assertRegex(done.stderr, r"Run \d+ of jobs\.nightly: http\S+#job/\d+/run/\d+")

    def test_the_address_names_the_same_job_as_the_key(self):
        self.assertEqual(self.run_json("jobs.plain")["address"], "jobs.plain")
        self.assertEqual(self.run_json("plain", ".")["job_id"], self.world.job_id("plain"))

    def test_chosen_tasks_alone_run(self):
        self.assertEqual(self.executed(self.run_json("nightly", "--only", "load")), ["load"])
        self.assertEqual(self.executed(self.run_json("nightly", "--only", "+load")), ["extract", "load"])
        self.assertEqual(self.executed(self.run_json("nightly", "--only", "load+,aside")), ["aside", "load", "report"])

    def test_an_unknown_task_is_refused_here_with_a_near_name(self):
        done = self.world.dbplan("run", "nightly", "--only", "lood")
        self.assertEqual(done.returncode, 1)
        self.assertIn('the job has no task "lood"; did you mean "load"?', done.stderr)
        self.assertEqual(self.starts(), [])

    def test_an_unknown_job_and_an_unknown_parameter_are_refused_here(self):
        job = self.world.dbplan("run", "nightli")
        self.assertEqual(job.returncode, 1)
        self.assertIn('did you mean "nightly"?', job.stderr)
        parameter = self.world.dbplan("run", "nightly", "--param", "dey=1")
        self.assertEqual(parameter.returncode, 1)
        self.assertIn('the job declares no parameter "dey"; did you mean "day"?', parameter.stderr)
        self.assertEqual(self.starts(), [])

    def test_parameters_reach_the_run(self):
        run = self.run_json("nightly", "--param", "day=2026-03-01")
        seen = self.world.api("GET", f"/api/2.2/jobs/runs/get?run_id={run['run_id']}")
        self.assertEqual([(p["name"], p["value"]) for p in seen["job_parameters"]], [("day", "2026-03-01")])
        run = self.run_json("plain", "--param", "mode=fast=yes")
        seen = self.world.api("GET", f"/api/2.2/jobs/runs/get?run_id={run['run_id']}")
        self.assertEqual(seen["overriding_parameters"]["notebook_params"], {"mode": "fast=yes"})

    def test_a_run_is_started_once_with_a_token_of_its_own(self):
        self.world.ok("run", "plain")
        self.world.ok("run", "plain")
        runs = self.world.api("GET", f"/api/2.2/jobs/runs/list?job_id={self.world.job_id('plain')}")["runs"]
        self.assertEqual(len(runs), 2)

    def test_without_waiting_only_the_id_is_printed(self):
        number = self.world.ok("run", "plain", "--no-wait").strip()
        seen = self.world.api("GET", f"/api/2.2/jobs/runs/get?run_id={number}")
        self.assertEqual(seen["job_id"], self.world.job_id("plain"))

    def test_what_is_deployed_runs_and_a_spec_ahead_of_it_is_said(self):
        self.spec.write_text(SPEC.replace("name: plain", "name: plain\n      timeout_seconds: 60"))
        done = self.world.dbplan("run", "plain")
        self.assertEqual(done.returncode, 0)
        self.assertIn("jobs.plain is not deployed as the spec says (update)", done.stderr)
        self.assertNotIn("is not deployed as", self.world.dbplan("run", "nightly", "--no-wait").stderr)

    def test_a_job_that_is_not_deployed_is_exit_1(self):
        self.world.ok("destroy", "--auto-approve")
        done = self.world.dbplan("run", "plain")
        self.assertEqual(done.returncode, 1)
        self.assertIn("jobs.plain is not deployed; run dbplan apply first", done.stderr)

    def test_no_job_is_a_usage_error(self):
        done = self.world.dbplan("run")
        self.assertEqual(done.returncode, 1)
        self.assertIn("name one job", done.stderr)


class FailedRun(Deployed):
    def setUp(self):
        self.world = World("none", outcome="FAILED")
        self.addCleanup(self.world.close)
        self.deploy(self.world)

    def test_a_failed_run_is_exit_2_and_says_which_task_failed_and_why(self):
        done = self.world.dbplan("run", "nightly")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"extract\s+failed")
        self.assertRegex(done.stdout, r"load\s+not run: a task that it needs failed")
        self.assertIn("Error of extract", done.stdout)
        self.assertRegex(done.stdout, r"Run \d+ failed after")

    def test_the_json_says_the_same(self):
        done = self.world.dbplan("run", "plain", "--json")
        self.assertEqual(done.returncode, 2)
        run = json.loads(done.stdout)
        self.assertFalse(run["succeeded"])
        self.assertEqual(run["tasks"][0]["result"], "FAILED")
        self.assertTrue(run["tasks"][0]["output"]["error"])


class EndlessRun(Deployed):
    """A run that goes on until somebody cancels it, and somebody who presses Ctrl-C."""

    def setUp(self):
        self.world = World("none", outcome="RUNNING")
        self.addCleanup(self.world.close)
        self.deploy(self.world)

    def start(self, *flags, **options):
        """The program once it has said which run it watches, and that run's id."""
        process = subprocess.Popen([PROGRAM, "run", "plain", *flags], cwd=self.world.checkout, text=True,
                                   stderr=subprocess.PIPE, env=self.world.environment,
                                   **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, **options})
        self.addCleanup(process.kill)
        line = process.stderr.readline()
        self.assertRegex(line, r"^Run \d+ of jobs\.plain")
        return process, line.split()[1]

    def state(self, run):
        return self.world.api("GET", f"/api/2.2/jobs/runs/get?run_id={run}")["state"]["life_cycle_state"]

    def wait_for_end(self, run):
        deadline = time.monotonic() + 30
        while self.state(run) != "TERMINATED":
            self.assertLess(time.monotonic(), deadline, "the run does not end")

    def test_ctrl_c_leaves_the_run_going_and_says_how_to_cancel_it(self):
        process, run = self.start()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.assertIn(f"run {run} goes on", told)
        self.assertIn(f"dbplan run --cancel {run}", told)
        self.assertNotEqual(self.state(run), "TERMINATED")
        self.world.ok("run", "--cancel", run)
        self.wait_for_end(run)

    def test_ctrl_c_cancels_when_the_flag_says_so(self):
        process, run = self.start("--cancel-on-interrupt")
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.assertIn("is being cancelled", told)
        self.wait_for_end(run)

    def test_on_a_terminal_a_second_ctrl_c_cancels(self):
        ours, its = pty.openpty()
        self.addCleanup(os.close, ours)
        process, run = self.start(stdin=its)
        os.close(its)
        process.send_signal(signal.SIGINT)
        line = process.stderr.readline()
        self.assertIn("press Ctrl-C again", line)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.assertIn("is being cancelled", told)
        self.wait_for_end(run)

    def test_a_run_that_is_no_number_cannot_be_cancelled(self):
        done = self.world.dbplan("run", "--cancel", "x")
        self.assertEqual(done.returncode, 1)
        self.assertIn("a run's id is a number", done.stderr)


if __name__ == "__main__":
    unittest.main()
