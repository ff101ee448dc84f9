"""Moves, adoptions, releases, permissions, secrets and selections, from the outside."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import WorldCase  # noqa: E402

JOB = """
bundle: {{name: b}}
resources:
  jobs:
    {key}:
      name: nightly
      {block}
"""

PERMISSIONS = """
bundle: {name: b}
resources:
  jobs:
    nightly:
      name: nightly
      permissions:
        - {level: CAN_VIEW, group_name: readers}
        - {level: CAN_MANAGE_RUN, user_name: You@example.com}
"""

SECRETS = """
bundle: {name: b}
resources:
  secret_scopes:
    db:
      name: database
      permissions:
        - {level: READ, group_name: users}
      secrets:
        password: {env: DB_PASSWORD}
"""

CANARY = "canary-3f9a1c"


class Identity(WorldCase):
    def spec(self, text):
        self.world.write("dbplan.yml", text)

    def job(self, key="nightly", block=""):
        self.spec(JOB.format(key=key, block=block))

    def effects_of(self, *arguments, **options):
        before = len(self.world.requests())
        self.world.ok(*arguments, **options)
        return self.world.effects(before)

    def test_a_moved_job_keeps_its_id(self):
        self.job("old")
        self.world.ok("apply")
        number = self.world.job_id("nightly")
        self.job("new", "moved: {from: jobs.old}")
        self.assertIn("moved from jobs.old", self.world.ok("plan"))
        self.assertEqual(self.effects_of("apply"), ["POST /api/2.2/jobs/reset"])
        self.assertEqual(self.world.job_id("nightly"), number)
        self.job("new")
        self.assertEqual(self.world.changes(), {})

    def test_without_moved_a_rename_is_a_delete_and_a_create(self):
        self.job("old")
        self.world.ok("apply")
        self.job("new")
        self.assertEqual(self.world.changes(), {"jobs.new": "create", "jobs.old": "delete"})

    def test_an_adopted_job_gets_a_stamp_and_nothing_else(self):
        number = self.world.api("POST", "/api/2.2/jobs/create", {"name": "nightly"})["job_id"]
        self.job(block=f'adopt: {{id: "{number}"}}')
        self.assertIn("becomes ours", self.world.ok("plan"))
        self.assertEqual(self.effects_of("apply"), ["POST /api/2.2/jobs/reset"])
        self.assertEqual(self.world.changes(), {})
        self.assertEqual(self.world.job_id("nightly"), number)

    def test_what_cannot_be_adopted_blocks_the_plan(self):
        self.job(block="adopt: {name: nobody}")
        done = self.world.dbplan("plan")
        self.assertEqual(done.returncode, 1)
        self.assertIn("what it adopts does not exist", done.stdout)
        self.assertNotEqual(self.world.dbplan("apply").returncode, 0)

    def test_a_released_job_stays_and_is_forgotten(self):
        self.job()
        self.world.ok("apply")
        number = self.world.job_id("nightly")
        self.job(block="lifecycle: {release: true}")
        self.assertEqual(self.world.changes(), {"jobs.nightly": "release"})
        self.world.ok("apply")
        self.spec("bundle: {name: b}\n")
        self.assertEqual(self.world.changes(), {})
        self.world.ok("destroy", "--auto-approve")
        self.assertEqual(self.world.job_id("nightly"), number)

    def test_prevent_destroy_blocks_destroy(self):
        self.job(block="lifecycle: {prevent_destroy: true}")
        self.world.ok("apply")
        self.assertEqual(self.world.dbplan("destroy", "--auto-approve").returncode, 1)
        self.world.job_id("nightly")

    def test_a_selection_takes_what_it_needs_and_leaves_the_rest(self):
        self.spec("""
bundle: {name: b}
resources:
  jobs:
    foo: {name: foo, description: "after ${resources.jobs.bar.id}"}
    bar: {name: bar}
    baz: {name: baz}
""")
        self.world.ok("apply", "--select", "foo")
        self.assertEqual(self.world.changes(), {"jobs.baz": "create"})
        wrong = self.world.dbplan("plan", "--select", "nightly")
        self.assertIn("neither the spec nor the workspace has it", wrong.stderr)

    def test_a_saved_plan_of_a_selection_applies_that_selection(self):
        self.spec("bundle: {name: b}\nresources: {jobs: {foo: {name: foo}, baz: {name: baz}}}\n")
        self.world.ok("plan", "--select", "foo", "--out", "plan.json")
        self.world.ok("apply", "plan.json")
        self.assertEqual(self.world.changes(), {"jobs.baz": "create"})


    def test_a_saved_plan_inside_of_a_synced_folder_is_no_part_of_itself(self):
        self.spec("bundle: {name: b}\nsync: {paths: [.]}\nresources: {jobs: {foo: {name: foo}}}\n")
        self.world.ok("plan", "--out", f"../{self.world.checkout.name}/plan.json")
        self.world.ok("apply", "plan.json")
        self.world.ok("plan", "--out", "plan.json", "--exit-code")
        root = "/Workspace/Users/me@example.com/.bundle/b/default/files"
        listed = self.world.api("GET", f"/api/2.0/workspace/list?path={root}")["objects"]
        self.assertEqual([item["path"] for item in listed], [f"{root}/dbplan.yml"])


class Permissions(WorldCase):
    def acl(self):
        number = self.world.job_id("nightly")
        answer = self.world.api("GET", f"/api/2.0/permissions/jobs/{number}")
        return sorted((entry.get("user_name") or entry.get("group_name"), permission["permission_level"])
                      for entry in answer["access_control_list"]
                      for permission in entry["all_permissions"] if not permission.get("inherited"))

    def setUp(self):
        super().setUp()
        self.world.write("dbplan.yml", PERMISSIONS)
        self.world.ok("apply")
        self.path = f'/api/2.0/permissions/jobs/{self.world.job_id("nightly")}'

    def test_the_caller_becomes_the_owner_where_nobody_else_is(self):
        self.assertEqual(self.acl(), [("me@example.com", "IS_OWNER"), ("readers", "CAN_VIEW"),
                                      ("you@example.com", "CAN_MANAGE_RUN")])
        self.assertEqual(self.world.changes(), {})

    def test_an_entry_added_or_removed_elsewhere_is_put_back_by_one_request(self):
        self.world.api("PATCH", self.path, {"access_control_list": [
            {"group_name": "others", "permission_level": "CAN_MANAGE"}]})
        shown = self.world.ok("plan")
        self.assertIn("access_control_list[group_name=others]", shown)
        self.assertIn("Drift", shown)
        self.assertEqual(self.world.changes(), {"permissions.jobs.nightly": "update"})
        before = len(self.world.requests())
        self.world.ok("apply")
        self.assertEqual(self.world.effects(before), [f"PUT {self.path}"])
        self.world.api("PUT", self.path, {"access_control_list": [
            {"user_name": "me@example.com", "permission_level": "IS_OWNER"}]})
        self.assertEqual(self.world.changes(), {"permissions.jobs.nightly": "update"})

    def test_the_order_of_entries_carries_no_meaning(self):
        text = PERMISSIONS.split("\n")
        text[8], text[9] = text[9], text[8]
        self.world.write("dbplan.yml", "\n".join(text))
        self.assertEqual(self.world.changes(), {})

    def test_removed_from_the_spec_they_go_back_to_the_owner(self):
        self.world.write("dbplan.yml", PERMISSIONS[:PERMISSIONS.index("      permissions")])
        self.world.ok("apply")
        self.assertEqual(self.acl(), [("me@example.com", "IS_OWNER")])
        self.assertEqual(self.world.changes(), {})

    def test_without_the_ledger_nothing_is_to_be_done(self):
        self.world.api("POST", "/api/2.0/workspace/delete",
                       {"path": "/Workspace/Users/me@example.com/.bundle/b/default/state", "recursive": True})
        self.assertEqual(self.world.changes(), {})

    def test_wider_permissions_are_refused_without_a_yes(self):
        self.world.write("dbplan.yml", PERMISSIONS.replace("CAN_VIEW", "CAN_MANAGE"))
        self.assertEqual(self.world.dbplan("apply").returncode, 3)
        self.world.ok("apply", "--auto-approve")


class Secrets(WorldCase):
    def setUp(self):
        super().setUp()
        self.world.write("dbplan.yml", SECRETS)
        self.value = {"DB_PASSWORD": CANARY}

    def addresses(self, **options):
        return [r["address"] for r in self.world_plan(**options) if r["action"] != "keep"]

    def world_plan(self, **options):
        import json
        return json.loads(self.world.ok("plan", "--json", **options))["resources"]

    def test_a_value_is_put_once_and_again_only_when_it_changes(self):
        self.world.ok("apply", environment=self.value)
        self.assertEqual(self.addresses(environment=self.value), [])
        self.assertEqual(self.addresses(environment={"DB_PASSWORD": "other"}), ["secrets.db.password"])

    def test_a_value_that_somebody_else_put_is_put_back(self):
        self.world.ok("apply", environment=self.value)
        self.world.api("POST", "/api/2.0/secrets/put",
                       {"scope": "database", "key": "password", "string_value": "theirs"})
        self.assertEqual(self.addresses(environment=self.value), ["secrets.db.password"])
        self.world.ok("apply", environment=self.value)
        self.assertEqual(self.addresses(environment=self.value), [])

    def test_apply_without_the_variable_changes_nothing(self):
        done = self.world.dbplan("apply")
        self.assertEqual(done.returncode, 1)
        self.assertIn("DB_PASSWORD (secrets.db.password)", done.stderr)
        self.assertEqual(self.world.mutating(), [])

    def test_the_value_is_in_no_output_and_no_file_of_ours(self):
        printed = ""
        for arguments in (["plan"], ["plan", "--json"], ["plan", "--md"], ["plan", "--out", "plan.json"],
                          ["apply", "--json"], ["show", "secrets.db.password"], ["plan", "--why"]):
            done = self.world.dbplan(*arguments, environment=self.value)
            printed += done.stdout + done.stderr
        printed += (self.world.checkout / "plan.json").read_text()
        state = "/api/2.0/workspace-files/Workspace/Users/me%40example.com/.bundle/b/default/state/ledger.json.gz"
        import gzip
        import urllib.request
        request = urllib.request.Request(self.world.host + state,
                                         headers={"Authorization": f"Bearer {self.world.token}"})
        with urllib.request.urlopen(request) as answer:
            printed += gzip.decompress(answer.read()).decode()
        self.assertIn("secrets.db.password", printed)
        self.assertNotIn(CANARY, printed)


if __name__ == "__main__":
    unittest.main()
