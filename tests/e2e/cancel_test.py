"""An apply that is interrupted while one of its requests is under way, for each of its requests.

A proxy holds the answer of request k, the signal is sent, and only once the program has taken it is the
answer let through: no time is guessed. Then what was done is recorded, the lock is free, and another
apply converges with nothing doubled.
"""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import shutil  # noqa: E402

from hostile import Hostile  # noqa: E402
from program import PROGRAM, ROOT, World  # noqa: E402

PATIENCE = 60  # seconds, after which something waits for ever


def taken(pid, number):
    """Whether a signal that was sent to the process is no longer pending."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True
    pending = [int(line.split()[1], 16) for line in status.splitlines() if line.startswith(("SigPnd", "ShdPnd"))]
    return not any(mask >> (number - 1) & 1 for mask in pending)


class Held:
    """Forwards; holds the answer of the k-th request back until it is let go."""

    def __init__(self, world):
        self.world, self.hold, self.count = world, None, 0
        self.arrived, self.free = threading.Event(), threading.Event()
        self.guard = threading.Lock()
        self.proxy = Hostile(self.reply, world.host)

    def arm(self, k):
        self.hold, self.count = k, 0
        self.arrived.clear()
        self.free.clear()

    def reply(self, call):
        with self.guard:
            self.count += 1
            mine = self.count == self.hold
        answer = self.proxy.forward(call)  # the effect has happened
        if mine:
            self.call = call
            self.arrived.set()
            self.free.wait(PATIENCE)
        return answer

    def start(self, *command):
        environment = {**self.world.environment, "DATABRICKS_HOST": self.proxy.url, "DATABRICKS_TOKEN": self.world.token}
        return subprocess.Popen([PROGRAM, *command], cwd=self.world.checkout, stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)

    def signal(self, process, number):
        process.send_signal(number)
        deadline = time.monotonic() + PATIENCE
        while not taken(process.pid, number) and time.monotonic() < deadline:
            os.sched_yield()


class Cancelled(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        subprocess.run(["git", "init", "-q", str(self.world.checkout)], check=True)
        for name in ("specs", "notebooks"):
            shutil.copytree(ROOT / name, self.world.checkout / name)
        self.held = Held(self.world)
        self.addCleanup(self.held.proxy.close)

    def objects(self):
        jobs = [job["settings"]["name"] for job in self.world.api("GET", "/api/2.2/jobs/list?limit=100").get("jobs", [])]
        clusters = [cluster["cluster_name"] for cluster in self.world.api("GET", "/api/2.1/clusters/list").get("clusters", [])]
        return sorted(jobs), sorted(clusters)

    def locks(self):
        path = "/Workspace/Users/me@example.com/.bundle/sales/dev/state"
        try:
            entries = self.world.api("GET", f"/api/2.0/workspace/list?path={path}").get("objects", [])
        except OSError:
            return []
        return [entry["path"] for entry in entries if "/lock." in entry["path"]]

    def count_requests(self):
        self.held.arm(None)
        done = self.held.start("apply", "specs", "--auto-approve")
        out, err = done.communicate(timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, out + err)
        return self.held.count

    def cancelled_at(self, k, *signals):
        """The exit code of an apply that gets the signals while the answer of request k is held."""
        self.held.arm(k)
        process = self.held.start("apply", "specs", "--auto-approve")
        try:
            if not self.held.arrived.wait(PATIENCE):
                self.fail(f"request {k} never came")
            for number in signals:
                self.held.signal(process, number)
        finally:
            self.held.free.set()
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out + err

    def test_a_signal_at_any_request_records_what_was_done_and_unlocks(self):
        requests = self.count_requests()
        wanted = self.objects()
        self.assertGreater(requests, 30)
        for k in range(1, requests + 1):
            number = signal.SIGTERM if k % 2 else signal.SIGINT
            self.world.ok("destroy", "specs", "--auto-approve")
            code, text = self.cancelled_at(k, number)
            with self.subTest(k=k, request=str(self.held.call)):
                if code != 130:  # it came when everything was done and only recorded
                    self.assertEqual((code, "Applied 17 changes." in text), (0, True), text)
                self.assertEqual(self.locks(), [], text)
                done = [line for line in text.splitlines() if line.startswith("ok ")]
                created = sum(map(len, self.objects()))
                told = sum(" jobs." in line or " clusters." in line for line in done)
                self.assertEqual(created, told, text)
                self.world.ok("apply", "specs", "--auto-approve")
                self.assertEqual(self.objects(), wanted)
                self.assertEqual(self.world.changes("specs"), {})
        print(f"\ncancelled at each of {requests} requests", file=sys.stderr)

    def test_a_second_ctrl_c_ends_the_program_and_the_next_apply_converges(self):
        requests = self.count_requests()
        wanted = self.objects()
        for k in range(requests // 2, requests + 1, 5):
            self.world.ok("destroy", "specs", "--auto-approve")
            code, text = self.cancelled_at(k, signal.SIGINT, signal.SIGINT)
            with self.subTest(k=k, request=str(self.held.call)):
                # A read may have ended the program before the second one came.
                self.assertIn(code, (-signal.SIGINT, 130), text)
                self.world.ok("apply", "specs", "--auto-approve")
                self.assertEqual(self.objects(), wanted)
                self.assertEqual(self.world.changes("specs"), {})

    def test_ctrl_c_ends_the_wait_for_a_lock(self):
        self.count_requests()
        folder = "/Workspace/Users/me@example.com/.bundle/sales/dev/state"
        holder = '{"id": "x", "beat": 1, "holder": {"user": "you@example.com", "host": "elsewhere", "pid": 1}}'
        self.world.write("holder.json", holder)
        subprocess.run(["curl", "-sf", "-X", "POST", "-H", f"Authorization: Bearer {self.world.token}", "--data-binary", holder,
                        f"{self.world.host}/api/2.0/workspace-files/import-file{folder}/lock.99?overwrite=false"], check=True, capture_output=True)
        spec = self.world.checkout / "specs" / "resources" / "jobs.yml"
        spec.write_text(spec.read_text().replace("Four merges", "Five merges"))
        self.held.arm(None)
        process = self.held.start("apply", "specs", "--auto-approve")
        line = ""
        while "waiting for the lock" not in line:
            line = process.stderr.readline()
            self.assertTrue(line, "it did not wait")
        self.held.signal(process, signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 130, out + err)
        self.assertIn("you@example.com", line)


if __name__ == "__main__":
    unittest.main()
