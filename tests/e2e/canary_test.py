"""A secret, a token and a variable of the environment with values that are nowhere else: after every
command, and after every way in which one can fail, they are searched for in all that was written."""

import base64
import gzip
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from hostile import Hostile, Reply  # noqa: E402
from program import PROGRAM, ROOT, World  # noqa: E402

SECRET = "canary-secret-7c1e94d05b"
TOKEN = "dapicanary3f8a61c2e7d4"
VARIABLE = "canary-variable-a93b07f1cc"
PATIENCE = 60


def forms(value):
    """The ways in which a value could be written down."""
    raw = value.encode()
    found = {raw, raw.hex().encode(), raw[::-1], value.upper().encode()}
    for shift in range(3):  # base64 of a text that holds the value, whatever stands before it
        inner = base64.b64encode(b"\0" * shift + raw)
        found.add(inner[(4 if shift else 0):-4])
    return found


def unpacked(data):
    """What a file holds, also inside gzip."""
    yield data
    if data[:2] == b"\x1f\x8b":
        try:
            yield gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            pass


class Canary(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        subprocess.run(["git", "init", "-q", str(self.world.checkout)], check=True)
        shutil.copy(ROOT / "tests" / "e2e" / "data" / "every_kind.yml", self.world.checkout / "dbplan.yml")
        self.world.write("load.py", "# Databricks notebook source\nprint(1)\n")
        self.world.write("src/lib.py", "x = 1\n")
        self.temporary = self.world.folder / "tmp"
        self.temporary.mkdir()
        self.mode = "forward"
        self.proxy = Hostile(self.reply, self.world.host)
        self.addCleanup(self.proxy.close)
        self.said = []
        self.environment = {**self.world.environment, "ALL_PASSWORD": SECRET, "UNRELATED": VARIABLE, "TMPDIR": str(self.temporary),
                            "DATABRICKS_HOST": self.proxy.url, "DATABRICKS_TOKEN": TOKEN}

    def reply(self, call):
        """The workspace, or a server that says back whatever it was sent."""
        told = call.headers.get("authorization", "")
        echo = f"{told} {call.body.decode(errors='replace')} {base64.b64encode(call.body).decode()} {call.headers}"
        if self.mode == "echo" or self.mode == "echo secrets" and call.path == "/api/2.0/secrets/put":
            return Reply(400, {"error_code": "INVALID_PARAMETER_VALUE", "message": "you sent: " + echo})
        if self.mode == "echo text":
            return Reply(400, echo.encode(), {"Content-Type": "text/plain"})
        if self.mode == "hang" and call.path == "/api/2.0/secrets/put":
            self.process.send_signal(signal.SIGABRT)
            self.process.wait(PATIENCE)
            return None
        call.headers["authorization"] = f"Bearer {self.world.token}"
        return self.proxy.forward(call)

    def dbplan(self, *arguments, **more):
        self.process = subprocess.Popen([PROGRAM, *arguments], cwd=self.world.checkout, stdin=subprocess.DEVNULL, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**self.environment, **more},
                                        preexec_fn=self.allow_cores)
        out, err = self.process.communicate(timeout=PATIENCE)
        self.said.append((arguments, out + err))
        return self.process.returncode

    @staticmethod
    def allow_cores():
        import resource
        limit = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))

    def search(self):
        for arguments, text in self.said:
            self.check(f"the output of {' '.join(arguments)}", text.encode())
        store = self.world.workspace / "workspace.db"
        self.assertTrue(store.exists())
        for root, _, names in os.walk(self.world.folder):
            for name in names:
                file = pathlib.Path(root) / name
                if file.is_file() and not file.is_symlink() and not str(file).startswith(str(store)):
                    self.check(str(file), file.read_bytes())
        self.search_workspace("/")

    def search_workspace(self, folder):
        """Ledger, lock, notebooks and files as they lie in the workspace."""
        for entry in self.world.api("GET", f"/api/2.0/workspace/list?path={folder}").get("objects", []):
            if entry["object_type"] == "DIRECTORY":
                self.search_workspace(entry["path"])
            elif entry["object_type"] == "FILE":
                self.files_read += 1
                self.check(entry["path"], self.world.raw(f"/api/2.0/workspace-files{entry['path']}"))

    def check(self, where, data):
        for text in unpacked(data):
            for name, value in (("secret", SECRET), ("token", TOKEN), ("variable", VARIABLE)):
                for form in forms(value):
                    self.assertFalse(form in text, f"the {name} is in {where}: ...{text[max(0, text.find(form) - 200):][:300]!r}")

    def test_no_command_writes_them_down(self):
        self.files_read = 0
        self.assertNotEqual(self.dbplan("apply", "--auto-approve", "--timeout", "0", ALL_PASSWORD=""), 0)
        for mode in ("echo", "echo text"):
            self.mode = mode
            for command in (["plan"], ["apply"], ["destroy"], ["drift"], ["show"], ["run", "load"], ["bench", "run", "race"],
                            ["import", "--all", "--out", "in"], ["doctor"], ["auth"]):
                self.assertNotEqual(self.dbplan(*command), 0, self.said[-1])
        self.mode = "echo secrets"
        self.assertEqual(self.dbplan("apply", "--auto-approve"), 2, self.said[-1])
        self.assertIn("secrets.vault.password", self.said[-1][1])
        self.mode = "hang"
        self.assertEqual(self.dbplan("apply", "--auto-approve"), -signal.SIGABRT)
        self.search()
        self.mode = "forward"
        self.assertEqual(self.dbplan("plan", "--out", "saved.json"), 0, self.said[-1])
        self.assertEqual(self.dbplan("apply", "saved.json"), 0, self.said[-1])
        commands = [["plan"], ["plan", "--json"], ["plan", "--md"], ["plan", "--why"], ["drift"], ["drift", "--json"], ["show"], ["show", "--json"],
                    ["graph"], ["validate"], ["doctor"], ["auth"], ["run", "load"], ["run", "load", "--json"], ["bench", "run", "race"],
                    ["import", "--all", "--out", "in", "--no-claim"], ["kinds"], ["schema"], ["version"], ["diff", "HEAD..HEAD"]]
        for command in commands:
            self.dbplan(*command)
        self.assertEqual(self.dbplan("plan", "--json", ALL_PASSWORD="another-value"), 0)
        self.assertIn('"update"', self.said[-1][1])
        self.search()
        kept = b"".join(file.read_bytes() for file in self.world.workspace.iterdir() if file.name.startswith("workspace.db"))
        self.assertTrue(any(form in kept for form in forms(SECRET)))  # the search finds it where it belongs
        self.assertGreater(self.files_read, 1)
        self.assertEqual(self.dbplan("destroy", "--auto-approve"), 0, self.said[-1])
        self.search()


if __name__ == "__main__":
    unittest.main()
