"""Every answer that the program reads, with every field of it dropped or replaced by something wrong.

The workspace is the true one; a proxy changes one place of one answer. The program then says which
answer it could not use, or works; it never crashes, never waits for ever, and never deletes, replaces
or doubles what is there.
"""

import collections
import concurrent.futures
import gzip
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from hostile import Hostile, Reply, fields, lies, place_text, replaced  # noqa: E402
from program import PROGRAM, ROOT, World  # noqa: E402

PATIENCE = 60  # seconds; a command takes a fiftieth of one, so that longer is for ever
# What has its identity by its name or place: to create it where it is there already is refused, or does nothing.
SAFE_TO_CREATE = {"notebooks", "files", "folders", "secret_scopes", "secrets", "secret_acls", "permissions", "schedules"}
# Fields that cannot be changed in place: a text that is another text, or none, is believed.
REPLACED = ("scopes[0].backend_type", "instance_pools[0].node_type_id")
SECRET = {"ALL_PASSWORD": "pw"}
# Of answers that repeat what others have, how deep they are looked at.
DEEPEST = {("GET", "/runs/get-output"): 2, ("GET", "/runs/get"): 4, ("PUT", "/permissions/"): 1}
# How each kind of object is listed and called.
LISTS = {
    "/api/2.2/jobs/list?limit=100": ("jobs", lambda job: job["settings"]["name"]),
    "/api/2.1/clusters/list?page_size=100": ("clusters", lambda cluster: cluster["cluster_name"]),
    "/api/2.0/instance-pools/list": ("instance_pools", lambda pool: pool["instance_pool_name"]),
    "/api/2.0/policies/clusters/list": ("policies", lambda policy: policy["name"]),
    "/api/2.0/sql/warehouses": ("warehouses", lambda warehouse: warehouse["name"]),
    "/api/2.0/secrets/scopes/list": ("scopes", lambda scope: scope["name"]),
}


def make_world():
    world = World()
    subprocess.run(["git", "init", "-q", str(world.checkout)], check=True)
    shutil.copy(ROOT / "tests" / "e2e" / "data" / "every_kind.yml", world.checkout / "dbplan.yml")
    world.write("load.py", "# Databricks notebook source\nprint(1)\n")
    world.write("src/lib.py", "x = 1\n")
    world.environment.update(SECRET)
    return world


def objects(world):
    """The names of everything that is there."""
    return {items: sorted(map(name, world.api("GET", path).get(items, []))) for path, (items, name) in LISTS.items()}


class Answers:
    """What the server said to each request, and a proxy that tells one lie to whoever has a token "lie-<n>".

    With `again`, reads are answered from what was recorded, which makes a lie cheap."""

    def __init__(self, world, again=False, truth=lambda call, reply: reply):
        self.world, self.again, self.truth = world, again, truth
        self.said = collections.OrderedDict()
        self.told = []  # (what, (method, target or path), place, lie)
        self.recording = False
        self.proxy = Hostile(self.reply, world.host)

    def key(self, call):
        if self.again:
            return call.method, call.target
        return call.method, re.sub(r"(/permissions/[\w-]+/|/lock\.|/sql/warehouses/).+", r"\1*", call.path)

    def reply(self, call):
        if self.recording:
            self.said[self.key(call)] = answer = self.truth(call, self.proxy.forward(call))
            return answer
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        lie = self.told[int(token[4:])] if token.startswith("lie-") else None
        known = self.said.get(self.key(call)) if self.again else None
        if known is None:
            call.headers["authorization"] = f"Bearer {self.world.token}"
            known = self.truth(call, self.proxy.forward(call))
        if lie and self.key(call) == lie[1] and known.status == 200:
            try:
                return Reply(known.status, replaced(known.json(), lie[2], lie[3]), known.headers)
            except (KeyError, IndexError, TypeError):
                pass  # this answer has no such place
        return known

    def record(self, *command, code=0):
        self.recording = True
        done = self.run(self.world.token, *command)
        self.recording = False
        if done.returncode != code:
            raise AssertionError(f"{command}: exit {done.returncode}: {done.stdout}{done.stderr}")

    def run(self, token, *command):
        environment = {**self.world.environment, "DATABRICKS_HOST": self.proxy.url, "DATABRICKS_TOKEN": token}
        return subprocess.run([PROGRAM, *command], cwd=self.world.checkout, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, env=environment, timeout=PATIENCE, check=False)

    def lie(self, about=lambda key: True, names=None):
        """Makes the lies about the recorded answers, as numbers."""
        for key, answer in self.said.items():
            value = answer.json()
            if value is None or not about(key):
                continue
            deepest = next((depth for (method, path), depth in DEEPEST.items() if method == key[0] and path in key[1]), 99)
            for place, truth in fields(value):
                if len(place) <= deepest:
                    for name, lie in lies(truth):
                        if names and name not in names:
                            continue
                        self.told.append((f"{key[0]} {key[1]}: {place_text(place)} {name}", key, place, lie))
        return range(len(self.told))


def lasting(call, reply):
    """Runs that take no time cannot be measured: each task gets a second."""
    if call.path != "/api/2.2/jobs/runs/get" or reply.status != 200:
        return reply
    run = reply.json()
    for number, task in enumerate(run["tasks"]):
        start = run["start_time"] + number * 1000
        task.update(start_time=start, setup_duration=0, execution_duration=1000, end_time=start + 1000)
    run.update(end_time=run["start_time"] + len(run["tasks"]) * 1000)
    return Reply(reply.status, run, reply.headers)


def unusable(what, key, done):
    """What is wrong with how a command that failed says so; empty: nothing."""
    path = key[1].split("?")[0].rstrip("*")
    if done.returncode not in (1, 2) or "ERROR: " in done.stderr or "runtime error" in done.stderr:
        return f"{what}: exit {done.returncode}: {done.stderr}"
    if path not in done.stdout + done.stderr and "/state/lock." not in done.stderr:
        return f"{what}: unclear: {done.stdout[-300:]}{done.stderr}"
    return ""


class LyingAnswers(unittest.TestCase):
    maxDiff = None

    def world(self):
        world = make_world()
        self.addCleanup(world.close)
        return world

    def answers(self, world, **options):
        answers = Answers(world, **options)
        self.addCleanup(answers.proxy.close)
        return answers

    def judge_all(self, answers, numbers, judge, workers=3):
        def guarded(number):
            try:
                return judge(number)
            except subprocess.TimeoutExpired:
                return f"{answers.told[number][0]}: does not end"

        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            wrong = [line for line in pool.map(guarded, numbers) if line]
        self.assertEqual(wrong, [], f"{len(wrong)} of {len(numbers)}")
        print(f"\n{self._testMethodName}: {len(numbers)} lies", file=sys.stderr)

    def test_a_plan_of_what_is_applied_never_deletes_replaces_or_doubles(self):
        world = self.world()
        world.ok("apply", "--auto-approve")
        answers = self.answers(world, again=True)
        answers.record("plan", "--json")

        def judge(number):
            what, key, _, _ = answers.told[number]
            done = answers.run(f"lie-{number}", "plan", "--json")
            if done.returncode != 0:
                return unusable(what, key, done)
            acts = {r["address"]: r["action"] for r in json.loads(done.stdout)["resources"] if self.harms(what, r)}
            return f"{what}: {acts}" if acts else ""

        self.judge_all(answers, answers.lie(), judge)

    def test_a_ledger_that_lies_deletes_replaces_and_doubles_nothing(self):
        world = self.world()
        world.ok("apply", "--auto-approve")
        answers = self.answers(world, again=True)
        answers.record("plan", "--json")
        key = next(key for key in answers.said if key[1].endswith("/ledger.json.gz"))
        truth = answers.said[key]
        ledger = json.loads(gzip.decompress(truth.body))
        packed = [("nothing", b""), ("no gzip", b"x"), ("cut off", truth.body[:-20]), ("a list", gzip.compress(b"[]")), ("an object", gzip.compress(b"{}"))]
        for place, value in fields(ledger):
            if 0 < len(place) <= 3:
                packed += [(f"{place_text(place)} {name}", gzip.compress(json.dumps(replaced(ledger, place, lie)).encode()))
                           for name, lie in lies(value) if name in ("dropped", "text", "number", "huge", "empty", "list")]
        forward = answers.proxy.script
        answers.proxy.script = lambda call: Reply(200, packed[int(call.headers["authorization"][11:])][1]) if call.path == key[1] else forward(call)
        answers.told = [(what, key, (), None) for what, _ in packed]

        def judge(number):
            answers.told[number] = (packed[number][0], ("", ""), (), None)
            done = answers.run(f"lie-{number}", "plan", "--json")
            if done.returncode != 0:
                return "" if done.returncode == 1 and done.stderr.startswith(("error: ", "warning: ")) else f"{packed[number][0]}: exit {done.returncode}: {done.stderr}"
            acts = {r["address"]: r["action"] for r in json.loads(done.stdout)["resources"] if self.harms("", r) and not r.get("blocked")}
            return f"{packed[number][0]}: {acts}" if acts else ""

        self.judge_all(answers, range(len(packed)), judge)

    @staticmethod
    def harms(what, resource):
        if resource["action"] == "replace":
            return not any(field in what for field in REPLACED)
        doubles = resource["action"] == "create" and resource["address"].split(".")[0] not in SAFE_TO_CREATE
        return doubles or resource["action"] == "delete"

    def test_a_run_ends_or_says_why_it_cannot_be_watched(self):
        world = self.world()
        world.ok("apply", "--auto-approve")
        answers = self.answers(world)
        answers.record("run", "load", "--json")
        numbers = answers.lie(lambda key: "/runs/get" in key[1] or "/run-now" in key[1], {"dropped", "null", "text", "number", "huge"})

        def judge(number):
            what, key, _, _ = answers.told[number]
            done = answers.run(f"lie-{number}", "run", "load", "--json")
            if done.returncode in (0, 2):
                return "" if json.loads(done.stdout) else what
            return unusable(what, key, done)

        self.judge_all(answers, numbers, judge)

    def test_a_benchmark_ends_or_says_why_it_cannot_measure(self):
        world = self.world()
        world.ok("apply", "--auto-approve")
        answers = self.answers(world, truth=lasting)
        answers.record("bench", "run", "race", "--json")
        numbers = answers.lie(lambda key: "/runs/get" in key[1] or "/run-now" in key[1], {"dropped", "text", "number", "huge", "list"})

        def judge(number):
            what, key, _, _ = answers.told[number]
            done = answers.run(f"lie-{number}", "bench", "run", "race", "--json", "--out", f"report-{number}")
            return "" if done.returncode in (0, 1, 2, 3, 4) else f"{what}: exit {done.returncode}: {done.stderr}"

        self.judge_all(answers, numbers, judge)

    def test_an_import_writes_what_it_can_read_or_says_what_it_cannot(self):
        world = self.world()
        job = {"name": "old", "tasks": [{"task_key": "a", "notebook_task": {"notebook_path": "/Shared/n"}}]}
        world.api("POST", "/api/2.0/workspace/import", {"path": "/Shared/n", "content": "cHJpbnQoMSkK", "language": "PYTHON", "format": "SOURCE"})
        world.api("POST", "/api/2.2/jobs/create", job)
        answers = self.answers(world, again=True)
        answers.record("import", "--all", "--out", "recorded", "--no-claim", "--json")
        world_before = objects(world)

        def judge(number):
            what, key, _, _ = answers.told[number]
            done = answers.run(f"lie-{number}", "import", "--all", "--out", f"out-{number}", "--no-claim", "--json")
            told = "nothing to import" in done.stderr or f"  out-{number}/resources/" in done.stderr
            return unusable(what, key, done) if done.returncode != 0 and not told else ""

        self.judge_all(answers, answers.lie(), judge)
        self.assertEqual(objects(world), world_before)

    def test_after_a_first_apply_with_a_lie_another_converges_and_nothing_is_doubled(self):
        first, second = self.world(), self.world()
        shared = [self.answers(first), self.answers(second)]
        for answers in shared:
            answers.record("apply", "--auto-approve", "--parallelism", "1")  # the same answers in both worlds
        wanted = objects(first)
        for answers in shared:
            answers.world.ok("destroy", "--auto-approve")
            answers.said = collections.OrderedDict(sorted(answers.said.items()))
        numbers = [answers.lie(lambda key: key[0] != "GET" or "/workspace" in key[1]) for answers in shared][0]
        self.assertEqual([told[0] for told in shared[0].told], [told[0] for told in shared[1].told])
        free = list(shared)

        def judge(number):
            answers = free.pop()
            try:
                return self.one_apply(answers, number, wanted)
            finally:
                free.append(answers)

        self.judge_all(shared[0], numbers, judge, workers=2)

    def one_apply(self, answers, number, wanted):
        what, key, _, _ = answers.told[number]
        done = answers.run(f"lie-{number}", "apply", "--auto-approve", "--lock-timeout", "0")
        wrong = unusable(what, key, done) if done.returncode != 0 else ""
        again = answers.run(answers.world.token, "apply", "--auto-approve")
        if again.returncode != 0:
            wrong += f"{what}: then exit {again.returncode}: {again.stderr}"
        if objects(answers.world) != wanted:
            wrong += f"{what}: {objects(answers.world)}"
        answers.world.ok("destroy", "--auto-approve")
        return wrong


if __name__ == "__main__":
    unittest.main()
