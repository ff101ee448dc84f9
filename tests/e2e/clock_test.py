"""A server whose clock is years away from ours: nothing that is decided depends on either's time of day."""

import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import ROOT, World  # noqa: E402

SECRET = {"ALL_PASSWORD": "pw"}


class Clocks(unittest.TestCase):
    def check(self, clock):
        world = World(flags=["--clock", clock])
        self.addCleanup(world.close)
        subprocess.run(["git", "init", "-q", str(world.checkout)], check=True)
        shutil.copy(ROOT / "tests" / "e2e" / "data" / "every_kind.yml", world.checkout / "dbplan.yml")
        world.write("load.py", "# Databricks notebook source\nprint(1)\n")
        world.write("src/lib.py", "x = 1\n")
        world.environment.update(SECRET)
        world.ok("apply", "--auto-approve")
        self.assertEqual(world.changes(), {})
        world.write("load.py", "# Databricks notebook source\nprint(2)\n")
        self.assertEqual(world.changes(), {"notebooks.load": "update"})
        world.ok("apply")
        self.assertEqual(world.changes(), {})
        world.ok("destroy", "--auto-approve")
        self.assertEqual(world.api("GET", "/api/2.2/jobs/list").get("jobs", []), [])

    def test_a_server_that_lives_in_the_past(self):
        self.check("2001-01-01T00:00:00Z")

    def test_a_server_that_lives_in_the_future(self):
        self.check("2090-01-01T00:00:00Z")


if __name__ == "__main__":
    unittest.main()
