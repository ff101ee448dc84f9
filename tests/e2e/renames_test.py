"""Keys, paths and names that change places: every object has one address, and none is deleted that is wanted."""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import WorldCase  # noqa: E402

HOME = "/Workspace/Users/me@example.com"
EVERY_KIND = """\
  notebooks:
    n_OLD: {source: one.py, path: @/n, permissions: [{group_name: readers, level: CAN_READ}]}
  folders:
    o_OLD: {path: @/folder}
  files:
    f_OLD: {source: ./src/lib, path: @/lib}
  cluster_policies:
    p_OLD: {name: policy, definition: "{}"}
  secret_scopes:
    s_OLD: {name: scope, secrets: {k: {env: VALUE}}, permissions: [{group_name: readers, level: READ}]}
"""
PAIRS = """\
  notebooks:
    a: {source: one.py, path: @/A}
    b: {source: two.py, path: @/B}
  cluster_policies:
    a: {name: A, definition: "{}"}
    b: {name: B, definition: "{}"}
"""


class Renames(WorldCase):
    def setUp(self):
        super().setUp()
        self.world.environment["VALUE"] = "v"
        for name in ("one", "two"):
            self.world.write(f"{name}.py", f"# Databricks notebook source\nprint('{name}')\n")
        for name in ("a", "b"):
            self.world.write(f"src/lib/{name}.txt", name)

    def spec(self, resources):
        self.world.write("dbplan.yml", "bundle: {name: shop}\nresources:\n" + resources.replace("@", HOME))

    def start(self, resources):
        self.spec(resources)
        self.world.ok("apply", "--auto-approve")

    def becomes(self, resources, changes):
        """The new spec plans `changes`, and one apply of it leaves nothing to do."""
        self.spec(resources)
        self.assertEqual(self.world.changes(), changes)
        told = self.world.ok("apply", "--auto-approve")
        if changes:
            self.assertIn(f"Applied {len(changes)} change{'' if len(changes) == 1 else 's'}.", told)
        self.assertEqual(self.world.changes(), {})

    def tree(self, folder=HOME):
        objects = self.world.api("GET", f"/api/2.0/workspace/list?path={folder}").get("objects", [])
        below = [self.tree(one["path"]) for one in objects if one["object_type"] == "DIRECTORY" and not one["path"].endswith("/.bundle")]
        named = {one["path"].removeprefix(HOME + "/") for one in objects if not one["path"].endswith("/.bundle")}
        return named.union(*below)

    def test_what_is_known_by_path_or_name_goes_with_it_to_a_new_key(self):
        self.start(EVERY_KIND)
        before, sent = self.tree(), len(self.world.requests())
        self.becomes(EVERY_KIND.replace("_OLD", "_NEW"), {})
        self.assertEqual(self.world.effects(sent), [])
        self.assertEqual(self.tree(), before)
        self.world.ok("destroy", "--auto-approve")  # the ledger knows it by the new keys
        self.assertEqual({path for path in self.tree() if "." in path or path == "n"}, set())

    def test_two_that_swap_places_are_written_in_place(self):
        self.start(PAIRS)
        self.becomes(PAIRS.replace("A", "C").replace("B", "A").replace("C", "B"), {"notebooks.a": "update", "notebooks.b": "update"})
        self.assertEqual(self.tree(), {"A", "B"})

    def test_equal_notebooks_that_swap_places_are_not_touched(self):
        self.world.write("two.py", "# Databricks notebook source\nprint('one')\n")
        self.start(PAIRS)
        self.becomes(PAIRS.replace("A", "C").replace("B", "A").replace("C", "B"), {})
        self.assertEqual(self.tree(), {"A", "B"})

    def test_a_row_of_three_moves_up_by_one(self):
        self.start(PAIRS)
        self.becomes(PAIRS.replace("B", "C").replace("A", "B"),
                     {"notebooks.a": "update", "notebooks.b": "replace", "cluster_policies.b": "update"})
        self.assertEqual(self.tree(), {"B", "C"})

    def test_one_takes_the_place_of_one_that_is_removed(self):
        self.start(PAIRS)
        without = "\n".join(line for line in PAIRS.split("\n") if not line.startswith("    b:"))
        self.becomes(without.replace("A", "B"), {"notebooks.a": "update", "notebooks.b": "delete", "cluster_policies.b": "delete"})
        self.assertEqual(self.tree(), {"B"})

    def test_nothing_stays_at_the_former_path(self):
        both = "  folders:\n    o: {path: @/o1}\n  files:\n    f: {source: ./src/lib, path: @/f1}\n"
        self.start(both)
        self.becomes(both.replace("1", "2"), {
            "folders.o": "create", f"folders.o at {HOME}/o1": "delete",
            "files.f": "create", f"files.f at {HOME}/f1": "delete"})
        self.assertEqual(self.tree(), {"f1", "f2", "f2/a.txt", "f2/b.txt", "o2"})

    def test_a_folder_stays_while_it_holds_what_is_wanted(self):
        inside = "  notebooks:\n    n: {source: one.py, path: @/o/n}\n"
        self.start("  folders:\n    o: {path: @/o}\n" + inside)
        self.becomes(inside, {})
        self.assertEqual(self.tree(), {"o", "o/n"})

    def test_a_notebook_and_a_folder_take_each_others_place(self):
        place = "  notebooks:\n    n: {source: one.py, path: @/report}\n"
        inside = "  notebooks:\n    n: {source: one.py, path: @/report/main}\n    other: {source: two.py, path: @/report/deep/other}\n"
        self.start(place)
        self.becomes(inside, {"notebooks.n": "replace", "notebooks.other": "create"})
        self.assertEqual(self.tree(), {"report", "report/main", "report/deep", "report/deep/other"})
        self.becomes(place, {"notebooks.n": "replace", "notebooks.other": "delete"})
        self.assertEqual(self.tree(), {"report"})
        self.becomes("  folders:\n    f: {path: @/report}\n", {"notebooks.n": "delete", "folders.f": "create"})
        self.becomes(place, {"notebooks.n": "create", "folders.f": "delete"})
        self.assertEqual(self.tree(), {"report"})

    def test_what_somebody_put_into_a_folder_that_is_in_the_way_stays(self):
        self.start("  notebooks:\n    n: {source: one.py, path: @/report/main}\n")
        self.world.api("POST", "/api/2.0/workspace/import", {"path": HOME + "/report/mine", "language": "SQL", "content": ""})
        self.spec("  notebooks:\n    n: {source: one.py, path: @/report}\n")
        refused = self.world.dbplan("apply", "--auto-approve")
        self.assertEqual(refused.returncode, 1)
        self.assertIn(f"the folder {HOME}/report is in the way and holds {HOME}/report/mine", refused.stdout)
        self.assertEqual(self.tree(), {"report", "report/mine"})
        self.world.api("POST", "/api/2.0/workspace/delete", {"path": HOME + "/report/mine"})
        self.world.ok("apply", "--auto-approve")
        self.assertEqual(self.world.changes(), {})
        self.assertEqual(self.tree(), {"report"})

    def test_a_file_that_another_row_has_now_is_not_deleted_with_its_former_row(self):
        self.start("  files:\n    lib: {source: ./src/lib, path: @/x/lib}\n")
        sent = len(self.world.requests())
        self.becomes("  files:\n    all: {source: ./src, path: @/x}\n", {})
        self.assertEqual(self.world.effects(sent), [])

    def test_a_new_key_of_what_has_a_stamp_is_pointed_out_not_guessed(self):
        spec = "  jobs:\n    OLD: {name: nightly}\n"
        self.start(spec)
        self.spec(spec.replace("OLD", "NEW"))
        self.assertIn('looks like jobs.OLD renamed: "moved: {from: jobs.OLD}" keeps it', self.world.ok("plan"))
        self.becomes(spec.replace("OLD: {", "NEW: {moved: {from: jobs.OLD}, "), {"jobs.NEW": "update"})

    def test_a_new_key_of_a_unique_name_needs_moved(self):
        spec = "  instance_pools:\n    OLD: {instance_pool_name: pool, node_type_id: i3.xlarge}\n"
        self.start(spec)
        self.spec(spec.replace("OLD", "NEW"))
        refused = self.world.dbplan("apply", "--auto-approve")
        self.assertEqual(refused.returncode, 1)
        self.assertIn('keep it by "moved: {from: instance_pools.OLD}"', refused.stdout)
        self.becomes(spec.replace("OLD: {", "NEW: {moved: {from: instance_pools.OLD}, "), {"instance_pools.NEW": "update"})

    def test_a_schedule_is_its_jobs_whatever_its_key(self):
        jobs = "  jobs:\n    j: {name: j}\n    k: {name: k}\n"
        block = 'quartz_cron_expression: "0 0 3 * * ?", timezone_id: UTC'
        self.start(jobs + f"  schedules:\n    s: {{job: j, {block}}}\n")
        self.becomes(jobs + f"  schedules:\n    t: {{job: j, {block}}}\n", {})
        self.becomes(jobs + f"  schedules:\n    t: {{job: j, {block}, pause_status: PAUSED}}\n", {"schedules.t": "update"})
        self.becomes(jobs + f"  schedules:\n    t: {{job: k, {block}}}\n", {"jobs.j": "update", "schedules.t": "create"})
        self.becomes(jobs.replace("name: k", f"name: k, schedule: {{{block}}}"), {})
        self.becomes(jobs + f"  schedules:\n    t: {{job: k, {block}}}\n", {})
        self.becomes(jobs, {"schedules.t": "delete"})

    def test_a_diff_of_revisions_knows_moves(self):
        def commit(spec):
            self.spec(spec)
            for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "x"]):
                subprocess.run(["git", *command], cwd=self.world.checkout, check=True)

        commit("  jobs:\n    OLD: {name: nightly}\n" + EVERY_KIND)
        commit("  jobs:\n    NEW: {name: nightly, moved: {from: jobs.OLD}, max_concurrent_runs: 2}\n" + EVERY_KIND.replace("_OLD", "_NEW"))
        told = self.world.ok("diff", "HEAD~1..HEAD", ".")
        self.assertIn("0 to create, 1 to update, 0 to replace, 0 to delete", told)
        self.assertIn("jobs.NEW", told)


if __name__ == "__main__":
    unittest.main()
