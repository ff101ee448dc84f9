"""The installer: doing nothing, and failing with one clear message. No network is needed."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from support import RUNTIME, RUNTIME_SOURCES

NOWHERE = "http://127.0.0.1:1"
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)


class Installer(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="dbplan-install-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.cache = self.folder / "cache" / "runtime"
        self.cache.mkdir(parents=True)

    def install(self, *arguments, **environment):
        variables = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        variables |= {"DBPLAN_CACHE": str(self.folder / "cache"), "HOME": str(self.folder), "PIP_RETRIES": "0"}
        done = subprocess.run(
            [BASE_PYTHON, str(RUNTIME_SOURCES / "install"), *arguments],
            env={**variables, **environment},
            capture_output=True,
            text=True,
        )
        self.assertNotIn("Traceback", done.stderr)
        return done

    def lend(self, *kinds):
        """Puts pieces of the installed runtime into this test's cache."""
        ready = json.loads((RUNTIME / "ready.json").read_text())
        real = Path(ready["files"][0]).parents[1]
        for kind in kinds:
            for piece in real.glob(kind + "-*"):
                (self.cache / piece.name).symlink_to(piece)

    def pieces(self):
        return sorted(piece.name.split("-")[0] for piece in self.cache.iterdir() if piece.name != ".lock")

    def test_a_second_call_does_nothing_and_says_so(self):
        self.lend("venv", "jars", "host")
        target = str(self.folder / "runtime")
        self.assertEqual(0, self.install("--no-archive", target).returncode)
        before = (self.folder / "runtime" / "ready.json").stat().st_mtime_ns
        again = self.install("--no-archive", target)
        self.assertEqual(0, again.returncode)
        self.assertEqual(1, len(again.stdout.splitlines()))
        self.assertIn("nothing to install", again.stdout)
        self.assertEqual(before, (self.folder / "runtime" / "ready.json").stat().st_mtime_ns)
        for entry in ("java.args", "env", "venv/bin/python", "python/fork_server.py"):
            self.assertTrue((self.folder / "runtime" / entry).exists(), entry)

    def test_a_folder_that_was_cut_off_is_filled_again(self):
        self.lend("venv", "jars", "host")
        target = self.folder / "runtime"
        self.install("--no-archive", str(target))
        (target / "ready.json").unlink()
        (target / "env").unlink()
        self.assertEqual(0, self.install("--no-archive", str(target)).returncode)
        self.assertTrue((target / "env").exists() and (target / "ready.json").exists())

    def test_drafts_of_an_interrupted_installation_are_removed(self):
        self.lend("venv", "jars", "host")
        (self.cache / ".draft-old").mkdir()
        self.install("--no-archive", str(self.folder / "runtime"))
        self.assertFalse((self.cache / ".draft-old").exists())

    def test_no_java(self):
        tools = self.folder / "bin"
        tools.mkdir()
        done = self.install(str(self.folder / "runtime"), PATH=str(tools))
        self.assertEqual(1, done.returncode)
        self.assertIn("there is no java (Java 17 or later is needed); on Debian 12: apt-get install openjdk-17", done.stderr)

    def test_java_that_is_too_old(self):
        tools = self.folder / "bin"
        tools.mkdir()
        for name in ("java", "javac"):
            (tools / name).write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
            (tools / name).chmod(0o755)
        done = self.install(str(self.folder / "runtime"), PATH=f"{tools}:/usr/bin:/bin")
        self.assertEqual(1, done.returncode)
        self.assertIn("java is version 11.0.2; 17 or later is needed", done.stderr)

    def test_no_package_index(self):
        done = self.install(str(self.folder / "runtime"), PIP_INDEX_URL=NOWHERE, PIP_NO_INDEX="0", PIP_FIND_LINKS="")
        self.assertEqual(1, done.returncode)
        self.assertRegex(done.stderr, "package index cannot be reached|network failed")
        self.assertEqual([], self.pieces())

    def test_no_repository_of_jars(self):
        self.lend("venv")
        done = self.install(str(self.folder / "runtime"), DBPLAN_MAVEN_URL=NOWHERE)
        self.assertEqual(1, done.returncode)
        self.assertIn("cannot get io/delta/", done.stderr)
        self.assertIn("DBPLAN_MAVEN_URL", done.stderr)
        self.assertEqual(["venv"], self.pieces())

    def test_a_jar_with_another_checksum_is_not_kept(self):
        self.lend("venv")
        server = HTTPServer(("127.0.0.1", 0), _Garbage)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        done = self.install(str(self.folder / "runtime"), DBPLAN_MAVEN_URL=f"http://127.0.0.1:{server.server_port}")
        self.assertEqual(1, done.returncode)
        self.assertRegex(done.stderr, "checksum [0-9a-f]{64}, expected 75a9400986853c06")
        self.assertEqual(["venv"], self.pieces())

    def test_a_cache_that_cannot_be_written(self):
        blocked = self.folder / "file"
        blocked.write_text("")
        done = self.install(str(self.folder / "runtime"), DBPLAN_CACHE=str(blocked))
        self.assertEqual(1, done.returncode)
        self.assertIn("set DBPLAN_CACHE to another", done.stderr)

    def test_a_wrong_call(self):
        for arguments in ([], ["a", "b"], ["--nonsense", "a"]):
            done = self.install(*arguments)
            self.assertEqual((1, True), (done.returncode, done.stderr.startswith("usage:")))


class _Garbage(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"garbage")

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    unittest.main()
