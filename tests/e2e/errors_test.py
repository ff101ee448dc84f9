"""What a user is told when something is wrong: one clear message, a way out, and nothing sent."""

import http.server
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import PROGRAM, ROOT, World, WorldCase, clean_environment  # noqa: E402

FIVE_MISTAKES = """\
bundle:
  name: broken
resources:
  jobs:
    first:
      name: first
      timout_seconds: 60
      max_concurrent_runs: many
      name: again
      tasks:
        - task_key: main
          existing_cluster_id: ${resources.clusters.missing.id}
          notebook_task:
            notebook_path: /Workspace/Shared/x
      schedule:
        quartz_cron_expression: 0 6 * * *
        timezone_id: UTC
"""


class FiveMistakes(WorldCase):
    def check(self, command, code):
        self.world.write("dbplan.yml", FIVE_MISTAKES)
        done = self.world.dbplan(command)
        self.assertEqual(done.returncode, code, done.stderr)
        messages = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
        self.assertEqual(len(messages), 5, done.stderr)
        places = [line.strip() for line in done.stderr.splitlines() if line.strip().startswith("dbplan.yml:")]
        self.assertEqual([place.split(":")[1] for place in places], ["7", "8", "9", "12", "16"], done.stderr)
        self.assertEqual(sum(set(line.strip()) <= {"|", " ", "^"} and "^" in line for line in done.stderr.splitlines()), 5)
        self.assertIn('"timeout_seconds"', done.stderr)
        return done

    def test_validate_tells_all_five_at_once_and_exits_2(self):
        self.check("validate", 2)

    def test_plan_tells_the_same_exits_1_and_sends_nothing(self):
        before = len(self.world.requests())
        self.check("plan", 1)
        self.assertEqual(len(self.world.requests()), before)


class Trap:
    """A server that counts who calls it."""

    def __init__(self):
        self.received = []
        trap = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                trap.received.append(self.path)
                self.send_error(500)

            do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Connections(WorldCase):
    def setUp(self):
        super().setUp()
        self.world.write("dbplan.yml", "bundle:\n  name: b\n")

    def message(self, *arguments, code=1, environment=None):
        done = self.world.dbplan(*arguments, environment=environment)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
        self.assertEqual(len(errors), 1, done.stderr)
        self.assertEqual(done.stdout, "")
        return errors[0]

    def test_a_wrong_token_is_told_without_the_token(self):
        text = self.message("plan", environment={"DATABRICKS_HOST": self.world.host, "DATABRICKS_TOKEN": "dapi-canary"})
        self.assertIn("refuses the token", text)
        self.assertNotIn("canary", text)

    def test_no_server_is_told(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            host = f"http://127.0.0.1:{unused.getsockname()[1]}"
        text = self.message("plan", environment={"DATABRICKS_HOST": host, "DATABRICKS_TOKEN": "x"})
        self.assertIn("cannot reach the workspace", text)

    def test_a_token_does_not_go_unencrypted_to_another_machine(self):
        text = self.message("plan", environment={"DATABRICKS_HOST": "http://db.example.com", "DATABRICKS_TOKEN": "x"})
        self.assertIn("http://db.example.com (DATABRICKS_HOST and DATABRICKS_TOKEN) is not encrypted", text)
        self.assertIn("Use https://", text)

    def test_no_workspace_at_all_names_the_ways_out(self):
        self.world.ok("workspace", "stop")
        text = self.message("plan")
        for way in ("DATABRICKS_HOST", "--profile", "dbplan workspace start"):
            self.assertIn(way, text)

    def test_a_profile_is_used(self):
        (self.world.home / ".databrickscfg").write_text(
            f"[other]\nhost = {self.world.host}/\ntoken = {self.world.token}\n")
        self.assertIn("to do", self.world.ok("plan", "--profile", "other"))
        self.assertIn("no profile nobody", self.message("plan", "--profile", "nobody"))

    def test_a_taken_port_is_told(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            text = self.message("workspace", "start", "--dir", str(self.world.folder / "second"), "--port", port,
                                "--notebooks", "none")
        self.assertIn(port, text)
        self.assertIn("--port", text)

    def test_a_spec_for_another_host_sends_nothing(self):
        self.world.write("dbplan.yml", "bundle:\n  name: b\nworkspace:\n  host: https://other.example.com\n")
        before = len(self.world.requests())
        environment = {"DATABRICKS_HOST": self.world.host, "DATABRICKS_TOKEN": self.world.token}
        self.assertIn("https://other.example.com", self.message("plan", environment=environment))
        self.assertEqual(len(self.world.requests()), before)


class NoJava(unittest.TestCase):
    def test_a_workspace_without_an_installed_runtime_says_how_to_install_it(self):
        world = World("none")
        self.addCleanup(world.close)
        world.ok("workspace", "stop")
        done = world.dbplan("workspace", "start", "--notebooks", "spark", "--runtime", str(world.folder / "nothing"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("./dev install", done.stderr)

    def test_the_installer_names_what_is_missing(self):
        tools = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / f"dbplan-no-java-{os.getpid()}"
        tools.mkdir()
        self.addCleanup(shutil.rmtree, tools)
        for name in ("bash", "sh", "env", "python3", "dirname", "cat", "sha256sum", "cut", "mkdir", "readlink", "uname"):
            found = shutil.which(name)
            if found:
                (tools / name).symlink_to(os.path.realpath(found))
        done = subprocess.run([str(ROOT / "providers/local/runtime/install"), str(tools / "runtime")], text=True,
                              capture_output=True, env={"PATH": str(tools), "HOME": str(tools)}, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("java", (done.stdout + done.stderr).lower())
        self.assertIn("install", done.stdout + done.stderr)

    def test_no_network_during_install_is_told(self):
        cache = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / f"dbplan-no-network-{os.getpid()}"
        cache.mkdir()
        self.addCleanup(shutil.rmtree, cache)
        nowhere = "http://127.0.0.1:9"
        environment = {**os.environ, "DBPLAN_CACHE": str(cache), "HOME": str(cache), "PIP_INDEX_URL": nowhere,
                       "PIP_RETRIES": "0", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": "/dev/null", "http_proxy": nowhere,
                       "https_proxy": nowhere, "HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere, "no_proxy": "", "NO_PROXY": ""}
        done = subprocess.run([str(ROOT / "providers/local/runtime/install"), str(cache / "runtime")], text=True,
                              capture_output=True, env=environment, check=False)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("network", done.stdout + done.stderr)
        self.assertFalse((cache / "runtime" / "ready.json").exists())


class TrapServer(unittest.TestCase):
    def test_dev_and_the_tests_never_talk_to_what_the_environment_names(self):
        trap = Trap()
        self.addCleanup(trap.close)
        environment = {**os.environ, "DATABRICKS_HOST": trap.url, "DATABRICKS_TOKEN": "x"}
        done = subprocess.run([str(ROOT / "dev"), "environment"], text=True, capture_output=True, env=environment, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("DATABRICKS", done.stdout)
        self.assertEqual(clean_environment("/nowhere").get("DATABRICKS_HOST"), None)
        self.assertEqual(trap.received, [])
        self.assertTrue(os.path.exists(PROGRAM))


if __name__ == "__main__":
    unittest.main()
