"""What the local workspace can be started with: faults, latency, a seed and a clock of its own."""

import json
import pathlib
import sys
import time
import unittest
import urllib.error

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import ROOT, World  # noqa: E402


class Faults(unittest.TestCase):
    def start(self, *flags):
        world = World(flags=flags)
        self.addCleanup(world.close)
        return world

    def test_a_file_of_faults_is_met_from_the_first_request_on(self):
        file = ROOT / "tests" / "e2e" / "data" / "faults.json"
        world = self.start("--faults", str(file))
        with self.assertRaises(urllib.error.HTTPError) as refused:
            world.api("GET", "/api/2.2/jobs/list")
        self.assertEqual((refused.exception.code, refused.exception.headers["Retry-After"]), (429, "3"))
        self.assertEqual(world.api("GET", "/api/2.2/jobs/list"), {"has_more": False})
        self.assertEqual(world.api("GET", "/api/local/faults")["faults"][0]["fired"], 1)
        self.assertEqual([r.get("fault") for r in world.requests()], ["status", None, None])

    def test_a_file_that_is_wrong_is_told_at_the_start(self):
        world = self.start()
        world.dbplan("workspace", "stop")
        bad = world.folder / "bad.json"
        bad.write_text('[{"fault": "sunspots"}]')
        told = world.dbplan("workspace", "start", "--notebooks", "none", "--faults", str(bad))
        self.assertNotEqual(told.returncode, 0)
        self.assertIn("sunspots", told.stdout + told.stderr)

    def test_a_server_that_is_killed_by_a_fault_keeps_what_was_done(self):
        world = self.start()
        rule = {"match": {"path": "/api/2.2/jobs/create"}, "fault": "kill", "effect": True}
        world.api("PUT", "/api/local/faults", {"faults": [rule]})
        with self.assertRaises(OSError):
            world.api("POST", "/api/2.2/jobs/create", {"name": "kept"})
        with self.assertRaises(OSError):
            world.api("GET", "/api/2.2/jobs/list")
        world.ok("workspace", "start", "--notebooks", "none")
        self.assertEqual(world.api("GET", "/api/2.2/jobs/list")["jobs"][0]["settings"]["name"], "kept")

    def test_latency_is_added_to_every_request(self):
        world = self.start("--latency", "300")
        begin = time.monotonic()
        world.api("GET", "/api/2.2/jobs/list")
        self.assertGreaterEqual(time.monotonic() - begin, 0.3)


class Status(unittest.TestCase):
    def test_it_tells_clusters_active_runs_and_schedules(self):
        world = World(outcome="RUNNING")
        self.addCleanup(world.close)
        world.api("POST", "/api/2.0/workspace/import", {"path": "/Users/me@example.com/nb", "language": "PYTHON", "content": ""})
        cluster = world.api("POST", "/api/2.1/clusters/create", {
            "cluster_name": "shared", "spark_version": "17.3.x-scala2.13", "node_type_id": "i3.xlarge", "num_workers": 1})
        task = {"task_key": "t", "notebook_task": {"notebook_path": "/Users/me@example.com/nb"},
                "existing_cluster_id": cluster["cluster_id"]}
        schedule = {"quartz_cron_expression": "0 0 2 * * ?", "timezone_id": "UTC"}
        job = world.api("POST", "/api/2.2/jobs/create", {"name": "nightly", "tasks": [task], "schedule": schedule})
        run = world.api("POST", "/api/2.2/jobs/run-now", job)["run_id"]
        text = world.ok("workspace", "status")
        self.assertRegex(text, rf"1 cluster\n  {cluster['cluster_id']}  RUNNING  shared ")
        self.assertRegex(text, rf"1 active run\n  {run}  RUNNING  since 20.*Z  nightly\n")
        self.assertRegex(text, rf"1 active schedule\n  {job['job_id']}  next 20\d\d-\d\d-\d\dT02:00:00Z  nightly\n")
        told = json.loads(world.ok("workspace", "status", "--json"))
        self.assertEqual([r["run_id"] for r in told["summary"]["active_runs"]], [run])
        self.assertEqual([c["cluster_id"] for c in told["clusters"]], [cluster["cluster_id"]])
        self.assertNotIn(world.token, text + json.dumps(told))


class Determinism(unittest.TestCase):
    def transcript(self, seed):
        """What a client that asks one thing after the other gets to see, byte by byte."""
        world = World(flags=("--seed", seed, "--clock", "2026-01-05T08:00:00Z"))
        try:
            cluster = {"spark_version": "17.3.x-scala2.13", "node_type_id": "i3.xlarge", "num_workers": 1}
            notebook = {"path": "/Users/me@example.com/nb", "language": "PYTHON", "content": "cHJpbnQoMSk="}
            task = {"task_key": "t", "new_cluster": cluster, "notebook_task": {"notebook_path": notebook["path"]}}
            for path, body in (("/api/2.0/workspace/import", notebook), ("/api/2.1/clusters/create", cluster),
                               ("/api/2.2/jobs/create", {"name": "j", "tasks": [task]}),
                               ("/api/2.0/sql/warehouses", {"name": "w", "cluster_size": "Small"}),
                               ("/api/2.0/secrets/scopes/create", {"scope": "s"}),
                               ("/api/2.0/secrets/put", {"scope": "s", "key": "k", "string_value": "v"})):
                world.api("POST", path, body)
            listed = world.api("GET", "/api/2.2/jobs/list?expand_tasks=true")
            run = world.api("POST", "/api/2.2/jobs/run-now", {"job_id": listed["jobs"][0]["job_id"]})["run_id"]
            answers = [listed, world.api("GET", f"/api/2.2/jobs/runs/get?run_id={run}"),
                       world.api("GET", "/api/2.1/clusters/list"), world.api("GET", "/api/2.0/sql/warehouses"),
                       world.api("GET", "/api/2.0/secrets/list?scope=s"),
                       world.api("GET", "/api/2.0/workspace/list?path=/Users/me@example.com"),
                       world.api("POST", "/api/local/users", {"user": "you@example.com"})]
            return json.dumps(answers).replace(world.host.rsplit(":")[-1], "1"), world.token
        finally:
            world.close()

    def test_the_same_seed_and_clock_give_the_same_answers(self):
        first, token = self.transcript("7")
        self.assertEqual((first, token), self.transcript("7"))
        other, other_token = self.transcript("8")
        self.assertNotEqual(token, other_token)
        start = 1767600000000
        made = [job["created_time"] for job in json.loads(first)[0]["jobs"]]
        self.assertTrue(all(start < when < start + 1000 for when in made), made)

    def test_a_standing_clock_needs_notebooks_that_take_no_time(self):
        world = World()
        self.addCleanup(world.close)
        world.dbplan("workspace", "stop")
        told = world.dbplan("workspace", "start", "--notebooks", "spark", "--clock", "2026-01-05T08:00:00Z")
        self.assertNotEqual(told.returncode, 0)
        self.assertIn("--notebooks none", told.stdout + told.stderr)
        told = world.dbplan("workspace", "start", "--notebooks", "none", "--clock", "yesterday")
        self.assertIn("2026-01-05T08:00:00Z", told.stdout + told.stderr)


if __name__ == "__main__":
    unittest.main()
