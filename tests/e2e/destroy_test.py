"""destroy leaves nothing behind, whoever deleted the objects."""

import pathlib
import sys
import unittest
import urllib.error

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import WorldCase  # noqa: E402

SPEC = """
bundle: {name: shop}
resources:
  jobs:
    nightly:
      name: nightly
      tasks:
        - task_key: main
          new_cluster: {spark_version: 17.3.x-scala2.13, node_type_id: i3.xlarge, num_workers: 1}
          notebook_task: {notebook_path: jobs/main.py}
"""
PERMISSIONS = """
permissions:
  - {group_name: users, level: CAN_VIEW}
"""
ROOT_PATH = "/Workspace/Users/me@example.com/.bundle/shop/default"


class Destroy(WorldCase):
    def apply(self, spec):
        self.world.write("dbplan.yml", spec)
        self.world.write("jobs/main.py", "# Databricks notebook source\nprint(1)\n")
        self.world.ok("apply", "--auto-approve")
        self.assertTrue(self.is_there(ROOT_PATH))

    def is_there(self, path):
        try:
            self.world.api("GET", "/api/2.0/workspace/get-status?path=" + path)
        except urllib.error.HTTPError as error:
            self.assertEqual(error.code, 404)
            return False
        return True

    def assert_gone(self):
        self.assertFalse(self.is_there(ROOT_PATH))
        first = len(self.world.requests())
        self.world.ok("destroy", "--auto-approve")
        self.assertEqual(self.world.mutating(first), [])

    def test_a_root_folder_with_permissions_of_the_whole_spec_goes_with_the_rest(self):
        self.apply(SPEC + PERMISSIONS)
        self.world.ok("destroy", "--auto-approve")
        self.assert_gone()

    def test_what_others_deleted_before_leaves_no_ledger_and_no_folders(self):
        self.apply(SPEC)
        self.world.api("POST", "/api/2.2/jobs/delete", {"job_id": self.world.job_id("nightly")})
        self.world.api("POST", "/api/2.0/workspace/delete", {"path": ROOT_PATH + "/files/jobs/main"})
        self.world.ok("destroy", "--auto-approve")
        self.assert_gone()


if __name__ == "__main__":
    unittest.main()
