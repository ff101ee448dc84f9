"""What holds for every spec: the reference workload, all examples, and generated ones."""

import json
import pathlib
import random
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import ROOT, World  # noqa: E402

WRITTEN = ["specs", *(f"examples/{folder.name}" for folder in sorted((ROOT / "examples").iterdir())
                      if any(folder.glob("*.yml")))]
SEEDS = range(1, 13)
NOW = ("--now", "2026-01-05T08:00:00Z")


def shuffled(value, dice):
    """The same with the keys of every map in another order."""
    if isinstance(value, dict):
        keys = list(value)
        dice.shuffle(keys)
        return {key: shuffled(value[key], dice) for key in keys}
    return [shuffled(item, dice) for item in value] if isinstance(value, list) else value


def notebook(dice):
    cells = [f"print({dice.randrange(1000)})" for _ in range(dice.randint(1, 4))]
    return "# Databricks notebook source\n" + "\n\n# COMMAND ----------\n\n".join(cells) + "\n"


def task(dice, name, before, clusters):
    made = {"task_key": name, "notebook_task": {"notebook_path": f"./n{dice.randrange(3)}.py",
                                                "base_parameters": {"p": str(dice.randrange(9))}}}
    needs = [{"task_key": key} for key in before if dice.random() < 0.4]
    if needs:
        made["depends_on"] = needs
    if clusters and dice.random() < 0.5:
        made["existing_cluster_id"] = f"${{resources.clusters.{dice.choice(clusters)}.id}}"
    elif dice.random() < 0.5:
        made["job_cluster_key"] = "shared"
    for field, value in (("timeout_seconds", 60), ("max_retries", 2), ("run_if", "ALL_DONE")):
        if dice.random() < 0.3:
            made[field] = value
    return made


def job(dice, name, clusters):
    keys = [f"t{i}" for i in range(dice.randint(1, 5))]
    made = {"name": f"{name} {dice.choice(['täglich', 'nightly', '日次', 'a: b'])}",
            "tasks": [task(dice, key, keys[:i], clusters) for i, key in enumerate(keys)],
            "job_clusters": [{"job_cluster_key": "shared", "new_cluster": {
                "spark_version": "17.3.x-scala2.13", "node_type_id": "i3.xlarge", "num_workers": dice.randint(1, 4)}}]}
    if dice.random() < 0.5:
        made["tags"] = {f"k{i}": str(i) for i in range(dice.randint(1, 3))}
    if dice.random() < 0.5:
        made["parameters"] = [{"name": f"p{i}", "default": str(i)} for i in range(2)]
    if dice.random() < 0.4:
        made["permissions"] = [{"level": "CAN_VIEW", "group_name": "readers"}]
    if dice.random() < 0.4:
        made["email_notifications"] = {"on_failure": ["b@example.com", "a@example.com"]}
    return made


def generated(seed):
    """A spec and its notebooks."""
    dice = random.Random(seed)
    clusters = [f"c{i}" for i in range(dice.randint(0, 2))]
    resources = {"jobs": {f"j{i}": job(dice, f"j{i}", clusters) for i in range(dice.randint(1, 4))}}
    if clusters:
        resources["clusters"] = {key: {"cluster_name": key, "spark_version": "17.3.x-scala2.13",
                                       "node_type_id": "i3.xlarge", "num_workers": dice.randint(1, 3)}
                                 for key in clusters}
    if dice.random() < 0.7:
        resources["schedules"] = {"s0": {"job": "j0", "quartz_cron_expression": "0 0 6 * * ?",
                                         "timezone_id": "Europe/Berlin", "pause_status": "PAUSED"}}
    if dice.random() < 0.5:
        resources["instance_pools"] = {"pool": {"instance_pool_name": f"pool {seed}", "node_type_id": "i3.xlarge"}}
    return {"bundle": {"name": f"g{seed}"}, "resources": resources}, {f"n{i}.py": notebook(dice) for i in range(3)}


class Invariants(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        for name in ("specs", "notebooks", "examples"):
            shutil.copytree(ROOT / name, cls.world.checkout / name)
        (cls.world.checkout / ".git").mkdir()  # the root of a project
        cls.specs = list(WRITTEN)
        for seed in SEEDS:
            spec, notebooks = generated(seed)
            cls.specs.append(f"generated/{seed}")
            cls.world.write(f"generated/{seed}/dbplan.yml", json.dumps(spec, ensure_ascii=False))
            for name, text in notebooks.items():
                cls.world.write(f"generated/{seed}/{name}", text)

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def each(self, check):
        """check(spec) for every spec, between its apply and its destroy."""
        for spec in self.specs:
            with self.subTest(spec=spec):
                self.world.ok("apply", "--auto-approve", spec)
                check(spec)
                self.world.ok("destroy", "--auto-approve", spec)

    def sends_nothing(self, *arguments, **options):
        before = len(self.world.requests())
        self.world.ok(*arguments, **options)
        self.assertEqual(self.world.mutating(before), [])

    def root(self, spec):
        return json.loads(self.world.ok("plan", "--json", spec))["root_path"]

    def test_after_an_apply_the_plan_is_empty_and_a_second_apply_sends_nothing(self):
        def check(spec):
            self.assertEqual(self.world.changes(spec), {})
            self.sends_nothing("apply", spec)
        self.each(check)

    def test_a_second_destroy_sends_nothing(self):
        def check(spec):
            self.world.ok("destroy", "--auto-approve", spec)
            self.sends_nothing("destroy", "--auto-approve", spec)
        self.each(check)

    def test_the_plan_is_empty_without_the_ledger(self):
        def check(spec):
            self.world.api("POST", "/api/2.0/workspace/delete",
                           {"path": self.root(spec) + "/state", "recursive": True})
            self.assertEqual(self.world.changes(spec), {})
        self.each(check)

    def test_the_order_of_keys_carries_no_meaning(self):
        dice = random.Random(7)
        for seed in SEEDS:
            file = self.world.checkout / f"generated/{seed}/dbplan.yml"
            written = file.read_text()
            with self.subTest(seed=seed):
                self.world.ok("apply", "--auto-approve", f"generated/{seed}")
                file.write_text(json.dumps(shuffled(json.loads(written), dice), ensure_ascii=False))
                self.assertEqual(self.world.changes(f"generated/{seed}"), {})
                self.world.ok("destroy", "--auto-approve", f"generated/{seed}")
            file.write_text(written)

    def test_the_order_and_number_of_files_carries_no_meaning(self):
        for seed in SEEDS:
            spec, notebooks = generated(seed)
            with self.subTest(seed=seed):
                self.world.ok("apply", "--auto-approve", f"generated/{seed}")
                for name, text in notebooks.items():
                    self.world.write(f"split/{seed}/{name}", text)
                for kind, entries in spec["resources"].items():
                    for number, (key, body) in enumerate(reversed(entries.items())):
                        part = {"resources": {kind: {key: body}}}
                        self.world.write(f"split/{seed}/{kind}{9 - number}.yml", json.dumps(part, ensure_ascii=False))
                self.world.write(f"split/{seed}/zz.yml", json.dumps({"bundle": spec["bundle"]}))
                self.assertEqual(self.world.changes(f"split/{seed}"), {})
                self.world.ok("destroy", "--auto-approve", f"generated/{seed}")

    def test_a_second_checkout_has_nothing_to_do(self):
        def check(spec):
            other = self.world.folder / "other"
            shutil.copytree(self.world.checkout, other)
            self.sends_nothing("apply", spec, cwd=other)
            shutil.rmtree(other)
        self.each(check)

    def test_the_bytes_of_a_plan_are_the_same_from_run_to_run(self):
        for spec in self.specs:
            with self.subTest(spec=spec):
                for form in ([], ["--json"], ["--md"]):
                    plans = {self.world.ok("plan", *NOW, *form, spec) for _ in range(3)}
                    self.assertEqual(len(plans), 1)


if __name__ == "__main__":
    unittest.main()
