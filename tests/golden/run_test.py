"""Golden transcripts: what a user types and sees, and what the server receives. See README.md.

DBPLAN_ACCEPT=1 writes `expected` and `requests` anew: read every line that changed.
"""

import base64
import fcntl
import json
import os
import pathlib
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from program import PROGRAM, World  # noqa: E402

ACCEPT = os.environ.get("DBPLAN_ACCEPT") == "1"
PORT = 28437  # is on the screen, so it is always the same
ROOT_PATH = "/Workspace/Users/me@example.com/.bundle/shop/default"
NOT_FILES = {"script", "expected", "requests"}
MOST_LINES = 10
CLOCK = ("--clock", "2026-01-05T08:00:00Z")
ROWS = 37  # behaviours that users rely on
FOLDERS = sorted(script.parent for script in HERE.glob("*/script"))


class Scenario:
    """A checkout, a workspace, and the lines of a script that act on them."""

    def __init__(self, folder):
        self.folder = folder
        lines = [line for line in (folder / "script").read_text().splitlines() if line.strip()]
        self.options = lines.pop(0).split()[1:] if lines[0].startswith("workspace ") else []
        self.lines = lines
        self.world = World("none", port=PORT, outcome="RUNNING" if "running" in self.options else "SUCCESS",
                           flags=("--seed", "1", *(CLOCK if "clock" in self.options else ())))
        self.logged = 0
        self.environment = {}
        self.children = []
        self.screen, self.requests = [], []
        self.checkout("checkout")

    def close(self):
        for child in self.children:
            child.kill()
            child.wait()
        self.world.close()

    def play(self):
        for line in self.lines:
            self.screen.append(f"$ {line}\n")
            self.requests.append(f"$ {line}\n")
            command, _, rest = line.partition(" ")
            getattr(self, command.replace("-", "_"))(rest)
            self.take_requests(quiet=command != "dbplan")
        return "".join(self.screen), "".join(self.requests)

    def take_requests(self, quiet):
        """Reading is left out: what is read together comes in any order, and the receipt counts it."""
        new, first = self.world.requests()[self.logged:], len(self.requests)
        self.logged += len(new)
        for r in new if not quiet else []:
            if r["method"] != "GET":
                self.note_request(r["method"], r["path"], r.get("body"), r["status"])
        if "unordered" in self.options:
            self.requests[first:] = sorted(self.requests[first:])

    def note_request(self, method, path, body, status):
        if isinstance(body, str):
            body = None  # a request that a fault struck is logged by its hash, and locks hold random bytes
        if body and "idempotency_token" in body:
            body = {**body, "idempotency_token": "(random)"}
        shown = "" if body is None else " " + json.dumps(body, sort_keys=True, ensure_ascii=False)
        self.requests.append(f"{method} {path}{shown}{'' if status == 200 else f' -> {status}'}\n")

    # The commands of the script. ---------------------------------------------------------------

    def dbplan(self, rest):
        done = subprocess.run([PROGRAM, *shlex.split(rest)], cwd=self.at, stdin=subprocess.DEVNULL, check=False,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**self.world.environment, **self.environment})
        self.screen.append(done.stdout)
        if done.returncode != 0:
            self.screen.append(f"[exit {done.returncode}]\n")

    def checkout(self, name):
        """Goes to the checkout of that name, a fresh copy of the scenario's files if it is new."""
        self.at = self.world.folder / name
        if not self.at.exists() or not any(self.at.iterdir()):
            shutil.copytree(self.folder, self.at, ignore=lambda _, names: NOT_FILES & set(names), dirs_exist_ok=True)
            for variant in self.at.glob("*.yml.variant"):
                variant.unlink()

    def use(self, name):
        """Another version of the spec: NAME.yml.variant becomes dbplan.yml."""
        shutil.copy(self.folder / f"{name}.yml.variant", self.at / "dbplan.yml")

    def edit(self, rest):
        name, _, change = rest.partition(" ")
        old, new = change.replace("\\n", "\n").split(change[1])[1:3]
        text = (self.at / name).read_text()
        assert old in text, f"{name} does not hold {old}"
        (self.at / name).write_text(text.replace(old, new))

    def remove(self, name):
        (self.at / name).unlink()

    def truncate(self, name):
        text = (self.at / name).read_text()
        (self.at / name).write_text(text[: len(text) // 2])

    def api(self, rest):
        """Somebody else changes something in the workspace."""
        method, path, body = (rest.split(" ", 2) + [""])[:3]
        body = self.filled(body)
        answer = self.world.api(method, self.filled(path), json.loads(body) if body else None)
        if method == "GET":
            self.screen.append(json.dumps(answer, indent=1, sort_keys=True) + "\n")

    def jobs(self, rest):
        """The ids and names of all jobs in the workspace."""
        for job in self.world.api("GET", "/api/2.2/jobs/list").get("jobs", []):
            self.screen.append(f"{job['job_id']} {job['settings']['name']}\n")

    def settings(self, rest):
        """settings NAME {json}: the job of that name gets these settings besides those that it has."""
        name, _, patch = rest.partition(" ")
        self.world.api("POST", "/api/2.2/jobs/update", {"job_id": self.world.job_id(name), "new_settings": json.loads(self.filled(patch))})

    def filled(self, text):
        """{job:NAME} and {cluster:NAME} are ids."""
        text = re.sub(r"\{job:([^}]+)\}", lambda m: str(self.world.job_id(m[1])), text)
        return re.sub(r"\{cluster:([^}]+)\}", lambda m: self.cluster_id(m[1]), text)

    def cluster_id(self, name):
        clusters = self.world.api("GET", "/api/2.1/clusters/list").get("clusters", [])
        return next(c["cluster_id"] for c in clusters if c["cluster_name"] == name)

    def lock(self, pid):
        """A process of this machine holds the deployment's lock; none has a number of 4194304 or more."""
        boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        holder = {"user": "you@example.com", "host": socket.gethostname(), "boot": boot, "pid": int(pid), "ci": ""}
        content = json.dumps({"id": "theirs", "holder": holder, "lease_seconds": 60, "beat": 0, "creates": []})
        self.world.api("POST", "/api/2.0/workspace/import",
                       {"path": ROOT_PATH + "/state/lock.7", "format": "AUTO",
                        "content": base64.b64encode(content.encode()).decode()})

    def run_active(self, name):
        self.world.api("POST", "/api/2.2/jobs/run-now", {"job_id": self.world.job_id(name)})

    def as_(self, user):
        token = self.world.api("POST", "/api/local/users", {"user": user})["token"]
        self.environment = {"DATABRICKS_HOST": self.world.host, "DATABRICKS_TOKEN": token}

    def fault(self, rest):
        """The server's fault of that rule strikes from here on; `fault none` ends it."""
        rules = [] if rest == "none" else [json.loads(rest)]
        self.world.api("PUT", "/api/local/faults", {"faults": rules})


setattr(Scenario, "as", Scenario.as_)


class Golden(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.turn = open(pathlib.Path(tempfile.gettempdir()) / f"dbplan-golden-{PORT}.lock", "w")
        fcntl.flock(cls.turn, fcntl.LOCK_EX)  # one at a time has the port

    @classmethod
    def tearDownClass(cls):
        cls.turn.close()

    def check(self, folder):
        scenario = Scenario(folder)
        self.addCleanup(scenario.close)
        self.assertLessEqual(len(scenario.lines), MOST_LINES)
        for name, text in zip(("expected", "requests"), scenario.play()):
            if ACCEPT:
                (folder / name).write_text(text)
            self.assertEqual((folder / name).read_text(), text, f"{folder.name}/{name}")


    def test_every_row_has_a_folder_that_the_readme_names(self):
        told = {}
        for number, names in re.findall(r"^\| (\d+) \|.*\| ([^|]+) \|$", (HERE / "README.md").read_text(), re.MULTILINE):
            told[int(number)] = re.findall(r"`([^`]+)`", names)
        found = {number: [] for number in range(1, ROWS + 1)}
        for folder in FOLDERS:
            found.setdefault(int(folder.name[:2]), []).append(folder.name)
        self.assertEqual([number for number, folders in found.items() if not folders], [], "rows without a folder")
        self.assertEqual(told, found)


def add_test(folder):
    setattr(Golden, f"test_{folder.name}", lambda self: self.check(folder))


for each in FOLDERS:
    add_test(each)

if __name__ == "__main__":
    unittest.main()
