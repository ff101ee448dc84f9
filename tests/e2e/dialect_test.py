"""What a bundle brings beside jobs and notebooks: files, permissions, secrets, lookups, warnings."""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import WorldCase  # noqa: E402

BUNDLE = "bundle:\n  name: b\nworkspace:\n  root_path: /Workspace/Shared/b\n"


class Dialect(WorldCase):
    def test_files_permissions_and_secrets_are_applied_once_and_then_kept(self):
        self.world.write("src/main.py", "print(1)\n")
        self.world.write("src/lib.py", "x = 1\n")
        self.world.write(".gitignore", "*.log\n")
        self.world.write("src/noise.log", "")
        self.world.write("dbplan.yml", BUNDLE + """\
sync:
  exclude: [dbplan.yml, .gitignore]
permissions:
  - level: CAN_VIEW
    group_name: users
resources:
  jobs:
    j:
      name: j
      tasks:
        - task_key: main
          spark_python_task:
            python_file: ./src/main.py
  secret_scopes:
    vault:
      name: vault
      secrets:
        TOKEN: {env: SERVICE_TOKEN}
""")
        secret = {"SERVICE_TOKEN": "canary-value"}
        done = self.world.dbplan("apply", "--auto-approve", environment=secret)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotIn("canary", done.stdout + done.stderr)
        job = self.world.api("GET", f"/api/2.2/jobs/get?job_id={self.world.job_id('j')}")["settings"]
        path = job["tasks"][0]["spark_python_task"]["python_file"]
        self.assertEqual(path, "/Workspace/Shared/b/files/src/main.py")
        listed = self.world.api("GET", "/api/2.0/workspace/list?path=/Workspace/Shared/b/files/src")["objects"]
        self.assertEqual(sorted(entry["path"].rsplit("/", 1)[1] for entry in listed), ["lib.py", "main.py"])
        acl = self.world.api("GET", f"/api/2.0/permissions/jobs/{self.world.job_id('j')}")["access_control_list"]
        levels = {entry.get("group_name", entry.get("user_name")): entry["all_permissions"][0]["permission_level"]
                  for entry in acl}
        self.assertEqual(levels["users"], "CAN_VIEW")
        before = len(self.world.requests())
        self.assertEqual(self.world.dbplan("plan", "--exit-code", environment=secret).returncode, 0)
        self.assertEqual(self.world.mutating(before), [])

    def test_a_lookup_finds_one_and_says_so_otherwise(self):
        spec = BUNDLE + """\
variables:
  load: {lookup: {job: load}}
resources:
  jobs:
    after:
      name: after
      tasks:
        - task_key: main
          run_job_task: {job_id: "${var.load}"}
"""
        self.world.write("dbplan.yml", spec)
        done = self.world.dbplan("plan")
        self.assertEqual(done.returncode, 1)
        self.assertIn('dbplan.yml:6: the variable "load" looks for the job "load", and the workspace has none', done.stderr)
        first = self.world.api("POST", "/api/2.2/jobs/create", {"name": "load"})["job_id"]
        self.world.ok("apply", "--auto-approve")
        job = self.world.api("GET", f"/api/2.2/jobs/get?job_id={self.world.job_id('after')}")["settings"]
        self.assertEqual(job["tasks"][0]["run_job_task"]["job_id"], first)
        self.world.api("POST", "/api/2.2/jobs/create", {"name": "load"})
        done = self.world.dbplan("plan")
        self.assertIn("there are 2 objects of that name", done.stderr)
        self.assertEqual(self.world.dbplan("plan", "--var", f"load={first}").returncode, 0)

    def test_a_warning_is_printed_once(self):
        self.world.write("dbplan.yml", BUNDLE + """\
resources:
  clusters:
    c: {cluster_name: c, spark_version: 15.4.x-scala2.12, node_type_id: n, num_workers: 0}
  notebooks:
    all: {source: nb}
""")
        self.world.write("nb/a.sql", "-- Databricks notebook source\nSELECT 1\n")
        self.world.write("nb/readme.txt", "no notebook\n")
        for command in ("validate", "plan"):
            done = self.world.dbplan(command)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stderr.count("no notebook and is left out"), 1, done.stderr)
            self.assertEqual(done.stderr.count("Cluster without workers") + done.stderr.count("no workers runs Spark"), 2,
                             done.stderr)

    def test_a_revision_and_the_files_here_upload_the_same(self):
        def git(*arguments):
            subprocess.run(["git", "-c", "user.name=me", "-c", "user.email=me@example.com", *arguments],
                           cwd=self.world.checkout, check=True, capture_output=True, env=self.world.environment)

        self.world.write("dbplan.yml", BUNDLE + "sync: {}\n")
        self.world.write(".gitignore", "*.log\nbuild/\n")
        self.world.write("a.txt", "a\n")
        self.world.write("noise.log", "")
        self.world.write("build/x.txt", "")
        self.world.write("src/local.txt", "")
        git("init", "-q")
        (self.world.checkout / ".git" / "info" / "exclude").write_text("src/local.txt\n")
        git("add", ".")
        git("commit", "-qm", "one")
        self.assertEqual(self.world.dbplan("diff", "HEAD", "--exit-code").returncode, 0)
        files = next(r for r in self.world.plan()["resources"] if r["address"] == "files.sync")
        self.assertNotIn("local.txt", str(files))
        self.world.write("a.txt", "b\n")
        done = self.world.dbplan("diff", "HEAD", "--exit-code")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("files.sync", done.stdout)

    def test_what_dbplan_does_not_manage_can_be_left_out(self):
        self.world.write("dbplan.yml", BUNDLE + "resources:\n  pipelines:\n    p: {name: p}\n  jobs:\n    j: {name: j}\n")
        done = self.world.dbplan("validate")
        self.assertEqual(done.returncode, 2)
        self.assertIn("dbplan.yml:6", done.stderr)
        self.assertIn("resources.pipelines", done.stderr)
        done = self.world.dbplan("validate", "--skip-unsupported")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("resources.pipelines", done.stderr)


if __name__ == "__main__":
    unittest.main()
