"""doctor and auth: what they say where all is well, and where it is not."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import WorldCase  # noqa: E402


class Doctor(WorldCase):
    def checks(self, *arguments, **options):
        done = self.world.dbplan("doctor", "--json", *arguments, **options)
        return done.returncode, {c["name"]: c for c in json.loads(done.stdout)["checks"]}

    def test_all_is_well(self):
        self.world.ok("init")
        code, checks = self.checks()
        self.assertEqual(code, 0, checks)
        self.assertEqual([checks[n]["verdict"] for n in ("spec", "credentials", "workspace")], ["ok"] * 3)
        self.assertIn("me@example.com", checks["workspace"]["text"])
        self.assertRegex(self.world.ok("doctor"), r"(?m)^ok      workspace    me@example\.com in http")
        self.assertEqual(self.world.mutating(), [])

    def test_no_spec_is_no_failure_but_an_invalid_one_is(self):
        code, checks = self.checks()
        self.assertEqual((code, checks["spec"]["verdict"]), (0, "note"))
        self.world.write("dbplan.yml", "bundle: {name: b}\nresources: {jobs: {x: {nmae: y}}}\n")
        code, checks = self.checks()
        self.assertEqual((code, checks["spec"]["verdict"]), (1, "failed"))

    def test_a_refused_token_is_named_and_not_printed(self):
        environment = {"DATABRICKS_HOST": self.world.host, "DATABRICKS_TOKEN": "dapi-wrong-token"}
        code, checks = self.checks(environment=environment)
        self.assertEqual((code, checks["workspace"]["verdict"]), (1, "failed"))
        self.assertIn("refuses the token", checks["workspace"]["text"])
        self.assertNotIn("dapi-wrong", json.dumps(checks))

    def test_auth_says_who_and_from_where(self):
        told = json.loads(self.world.ok("auth", "--json"))
        self.assertEqual((told["user"], told["host"]), ("me@example.com", self.world.host))
        self.assertEqual(told["source"], "the running local workspace")
        environment = {"DATABRICKS_HOST": self.world.host, "DATABRICKS_TOKEN": self.world.token}
        text = self.world.ok("auth", environment=environment)
        self.assertIn("from DATABRICKS_HOST and DATABRICKS_TOKEN", text)
        self.assertNotIn(self.world.token, text)
        (self.world.home / ".databrickscfg").write_text(
            f"[work]\nhost = {self.world.host}\ntoken = {self.world.token}\n")
        self.assertIn("profile work in", self.world.ok("auth", "--profile", "work"))
        self.assertEqual(self.world.dbplan("auth", "--profile", "play").returncode, 1)


if __name__ == "__main__":
    unittest.main()
