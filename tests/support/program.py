"""The program and a local workspace of its own, for tests that look from the outside.

Every World has a folder for its workspace and another as HOME; nothing of the caller's environment
that could name another workspace reaches the program.
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("DBPLAN_BIN", str(ROOT / "build" / "dbplan"))


def clean_environment(home):
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "DBPLAN_RUNTIME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS") if name in os.environ}
    return {**kept, "HOME": str(home), "NO_COLOR": "1"}


class World:
    """A running local workspace and a checkout of files to plan from."""

    def __init__(self, notebooks="none", outcome="SUCCESS", port=0, flags=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dbplan-test-"))
        self.home = self.folder / "home"
        self.checkout = self.folder / "checkout"
        self.workspace = self.folder / "workspace"
        self.home.mkdir()
        self.checkout.mkdir()
        self.environment = {**clean_environment(self.home), "DBPLAN_WORKSPACE": str(self.workspace)}
        self.notebooks = notebooks
        self.start_flags = ["--notebooks", notebooks] + (["--outcome", outcome] if notebooks == "none" else [])
        self.start_flags += ["--port", str(port)] if port else []
        self.start_flags += flags
        started = self.dbplan("workspace", "start", *self.start_flags)
        if started.returncode != 0:
            raise RuntimeError(f"workspace start: {started.stdout}{started.stderr}")
        lines = self.dbplan("workspace", "env").stdout.replace("export ", "").split("\n")
        values = dict(line.split("=", 1) for line in lines if "=" in line)
        self.host = values["DATABRICKS_HOST"].strip("'\"")
        self.token = values["DATABRICKS_TOKEN"].strip("'\"")

    def close(self):
        self.dbplan("workspace", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def dbplan(self, *arguments, environment=None, stdin=subprocess.DEVNULL, cwd=None):
        return subprocess.run([PROGRAM, *arguments], cwd=cwd or self.checkout, stdin=stdin, text=True,
                              capture_output=True, env={**self.environment, **(environment or {})}, check=False)

    def ok(self, *arguments, **options):
        """The standard output of a command that must exit 0."""
        done = self.dbplan(*arguments, **options)
        if done.returncode != 0:
            raise AssertionError(f"dbplan {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def plan(self, *arguments):
        return json.loads(self.ok("plan", "--json", *arguments))

    def changes(self, *arguments):
        """Address -> action of everything that is not kept."""
        return {r["address"]: r["action"] for r in self.plan(*arguments)["resources"] if r["action"] != "keep"}

    def api(self, method, path, body=None, token=None):
        request = urllib.request.Request(
            self.host + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token or self.token}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def raw(self, path):
        """The bytes of an answer."""
        request = urllib.request.Request(self.host + urllib.parse.quote(path), headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def requests(self):
        """What the server has received so far, oldest first."""
        log = self.workspace / "requests.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def mutating(self, since=0):
        """"POST /api/2.2/jobs/reset" for every request from number `since` on that may change something."""
        return [f'{r["method"]} {r["path"]}' for r in self.requests()[since:] if r["method"] != "GET"]

    def effects(self, since=0):
        """The mutating requests without those for ledger and lock."""
        return [line for line in self.mutating(since) if "/state" not in line and not self._is_state_call(line)]

    def _is_state_call(self, line):
        return line == "POST /api/2.0/workspace/delete" or line == "POST /api/2.0/workspace/mkdirs"

    def write(self, path, text):
        file = self.checkout / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def job_id(self, name):
        jobs = self.api("GET", "/api/2.2/jobs/list?limit=100&expand_tasks=true").get("jobs", [])
        found = [job["job_id"] for job in jobs if job["settings"]["name"] == name]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} jobs are called {name}")
        return found[0]


class WorldCase(unittest.TestCase):
    """A test with a World of its own."""

    notebooks = "none"

    def setUp(self):
        self.world = World(self.notebooks)
        self.addCleanup(self.world.close)
