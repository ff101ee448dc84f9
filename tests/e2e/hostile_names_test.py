"""Names, tags, contents and messages that try to fool whoever reads the screen, the Markdown of a pull
request, the report of a benchmark or JSON."""

import base64
import json
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from hostile import Hostile, Reply  # noqa: E402
from program import PROGRAM, WorldCase  # noqa: E402

FORGED = "Nothing to do: all is well"
# What fools a terminal, a reader, and Markdown; the newline starts a line that looks like ours.
EVIL = ("x\n" + FORGED + "\nerror: forged\n# forged\n```\n<img src=https://evil.example/x>\n| a | b |\n`@everyone` @everyone [click](https://evil.example) "
        "</details><script>alert(1)</script>\r\x1b[2J\x1b]0;title\x07\x9b31m\u202egnp.exe\u2066\u200b\ufeff\x08\x00 end").replace("\x00", "")
BAD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
PATIENCE = 60


def outside_code(markdown):
    """Markdown without fenced blocks and code spans: what a page makes something of."""
    kept, fence = [], None
    for line in markdown.split("\n"):
        mark = re.match(r"\s*(`{3,}|~{3,})", line)
        if fence is None and mark:
            fence = mark.group(1)
        elif fence is not None:
            if re.fullmatch(r"\s*" + re.escape(fence[0]) + "{%d,}\\s*" % len(fence), line):
                fence = None
        else:
            kept.append(line)
    return re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", "\n".join(kept))


class HostileNames(WorldCase):
    def check_screen(self, what, text):
        found = BAD.search(text)
        self.assertIsNone(found, f"{what}: {text[max(0, (found.start() if found else 0) - 100):][:200]!r}")
        for line in text.splitlines():
            self.assertNotIn(line.strip(), (FORGED, "error: forged", "# forged"), f"{what}: {text}")

    def check_markdown(self, what, text):
        self.check_screen(what, text)
        rest = outside_code(text)
        for forged in ("<img", "<script", "@everyone", "](https://evil.example", "</details><script"):
            self.assertNotIn(forged, rest, f"{what}: {text}")
        self.assertNotRegex(rest, r"(?m)^\s*# forged", what)

    def run_all(self, commands):
        for command in commands:
            done = self.world.dbplan(*command)
            self.assertIn(done.returncode, (0, 1, 2, 3, 4), done.stderr)
            self.check_screen(f"stderr of {command}", done.stderr)
            if "--json" in command:
                if done.stdout:
                    json.loads(done.stdout)
            elif "--md" in command:
                self.check_markdown(command, done.stdout)
            else:
                self.check_screen(command, done.stdout)

    def commands(self):
        plans = [["plan"], ["plan", "--why"], ["plan", "--md"], ["plan", "--json"], ["plan", "--destroy"], ["plan", "--destroy", "--md"]]
        return plans + [["drift"], ["drift", "--json"], ["show"], ["show", "--json"], ["graph"], ["validate"], ["doctor"], ["show", "jobs.one"]]

    def spec(self, name="one", text="plain", notebook="print(1)\n"):
        job = {"name": name, "description": text, "tags": {"team": text}, "parameters": [{"name": "p", "default": text}],
               "tasks": [{"task_key": "a", "description": text, "notebook_task": {"notebook_path": "./load.py", "base_parameters": {text: text}}}]}
        self.world.write("dbplan.yml", json.dumps({"bundle": {"name": "b"}, "resources": {"jobs": {"one": job}}}))
        self.world.write("load.py", "# Databricks notebook source\n" + notebook)

    def test_what_somebody_wrote_into_the_workspace_fools_nobody(self):
        self.spec()
        self.world.ok("apply", "--auto-approve")
        number = self.world.job_id("one")
        job = self.world.api("GET", f"/api/2.2/jobs/get?job_id={number}")["settings"]
        job.update(name=EVIL, description=EVIL, parameters=[{"name": EVIL, "default": EVIL}])
        job["tags"] = {**job["tags"], EVIL: EVIL}
        job["tasks"][0].update(task_key="a", description=EVIL)
        job["tasks"][0]["notebook_task"]["base_parameters"] = {EVIL: EVIL}
        self.world.api("POST", "/api/2.2/jobs/reset", {"job_id": number, "new_settings": job})
        path = job["tasks"][0]["notebook_task"]["notebook_path"]
        content = base64.b64encode(("# Databricks notebook source\n" + EVIL + "\n```\n" + EVIL).encode()).decode()
        self.world.api("POST", "/api/2.0/workspace/import", {"path": path, "content": content, "language": "PYTHON", "format": "SOURCE", "overwrite": True})
        self.world.api("POST", "/api/2.2/jobs/create", {"name": EVIL, "tags": {"team": EVIL}})
        for flags in ([], ["--md"]):
            self.assertIn("⟨U+202E⟩", self.world.ok("plan", *flags))
        self.run_all(self.commands())
        self.run_all([["import", "--all", "--out", "in", "--no-claim"], ["import", "--all", "--out", "in2", "--no-claim", "--json"]])
        self.run_all([["apply", "--auto-approve"], ["destroy", "--auto-approve"]])

    def test_what_a_pull_request_writes_into_the_spec_fools_nobody(self):
        git = ["git", "-c", "user.name=me", "-c", "user.email=me@example.com"]
        subprocess.run(["git", "init", "-q", str(self.world.checkout)], check=True)
        self.spec()
        self.world.ok("apply", "--auto-approve")
        for _ in range(2):
            subprocess.run([*git, "add", "-A"], cwd=self.world.checkout, check=True)
            subprocess.run([*git, "commit", "-qm", "x"], cwd=self.world.checkout, check=True)
            self.spec(EVIL, EVIL, "x = 1\n" + EVIL + "\n````\n" + EVIL)
        self.run_all(self.commands() + [["diff", "HEAD~1..HEAD"], ["diff", "HEAD~1..HEAD", "--md"], ["diff", "HEAD~1..HEAD", "--json"]])
        self.run_all([["apply", "--auto-approve"], ["run", "one"], ["run", "one", "--json"]])

    def test_what_the_server_says_when_it_refuses_fools_nobody(self):
        self.spec()
        error = {"error_code": EVIL, "message": EVIL}

        def script(call):
            if call.path.endswith(self.struck):
                return Reply(400, error)
            return self.proxy.forward(call)

        self.proxy = Hostile(script, self.world.host)
        self.addCleanup(self.proxy.close)
        self.world.environment.update(DATABRICKS_HOST=self.proxy.url, DATABRICKS_TOKEN=self.world.token)
        for self.struck in ("/Me", "/jobs/list", "/jobs/create", "/workspace/import", "ledger.json.gz"):
            self.run_all([["plan"], ["plan", "--md"], ["plan", "--json"], ["apply", "--auto-approve"], ["apply", "--json", "--auto-approve"], ["doctor"], ["auth"]])
            self.struck = "nothing"
            self.world.dbplan("destroy", "--auto-approve")

    def test_an_import_writes_nothing_outside_its_folder(self):
        climbing = ["/Shared/../../../../escaped", "/Shared/a/../../../../../../escaped", "/../escaped", "/Shared/./../../x/../../../escaped"]
        for number, path in enumerate(climbing):
            self.world.api("POST", "/api/2.2/jobs/create", {
                "name": f"j{number}", "tasks": [{"task_key": "a", "notebook_task": {"notebook_path": path}}]})

        def script(call):
            path = call.query.get("path", "")
            if ".." in path and call.path.endswith("/get-status"):
                return Reply(body={"path": path, "object_type": "NOTEBOOK", "language": "PYTHON", "object_id": 5})
            if ".." in path and call.path.endswith("/export"):
                return Reply(body=b"# Databricks notebook source\nprint(1)\n")
            return self.proxy.forward(call)

        self.proxy = Hostile(script, self.world.host)
        self.addCleanup(self.proxy.close)
        self.world.environment.update(DATABRICKS_HOST=self.proxy.url, DATABRICKS_TOKEN=self.world.token)
        done = self.world.dbplan("import", "--all", "--out", "a/b/c/in", "--no-claim")
        escaped = [file for file in self.world.folder.rglob("escaped*") if "/a/b/c/in/" not in str(file)]
        self.assertEqual(escaped, [], done.stderr)
        self.assertIn("no file can have its name", done.stderr)

    def test_what_a_run_brings_fools_nobody(self):
        self.failing = False
        self.spec()
        spec = json.loads((self.world.checkout / "dbplan.yml").read_text())
        jobs = spec["resources"]["jobs"]
        for name in ("one", "two"):
            task = {"task_key": "a", "existing_cluster_id": "${resources.clusters.c.id}", "notebook_task": {"notebook_path": "./load.py"}}
            jobs[name] = {"name": name, "max_concurrent_runs": 9, "tasks": [task]}
        spec["resources"]["clusters"] = {"c": {"cluster_name": "c", "spark_version": "17.3.x-scala2.13", "node_type_id": "i3.xlarge",
                                               "num_workers": 1, "autotermination_minutes": 30}}
        spec["resources"]["benchmarks"] = {"race": {
            "baseline": "one", "arms": {"one": {"job": "one"}, "two": {"job": "two"}}, "metric": "exec_span",
            "design": {"clusters": "shared", "warmups": 0, "repetitions": {"min": 4, "max": 4}}}}
        self.world.write("dbplan.yml", json.dumps(spec))
        self.world.ok("apply", "--auto-approve")

        def script(call):
            answer = self.proxy.forward(call)
            value = answer.json()
            if "/runs/get" not in call.path or value is None:
                return answer
            value["run_page_url"] = EVIL
            for run in [value, *value.get("tasks", [])]:
                run.setdefault("state", {})["state_message"] = EVIL
                run["run_name"] = EVIL
                if self.failing:
                    run["state"]["result_state"] = "FAILED"
            if "/get-output" in call.path:
                value.update(notebook_output={"result": EVIL}, error=EVIL, error_trace=EVIL, logs=EVIL)
            return Reply(answer.status, value, answer.headers)

        self.proxy = Hostile(script, self.world.host)
        self.addCleanup(self.proxy.close)
        self.world.environment.update(DATABRICKS_HOST=self.proxy.url, DATABRICKS_TOKEN=self.world.token)
        self.run_all([["run", "one", "--json"], ["run", "one", "--no-wait"]])
        done = self.world.dbplan("run", "one")
        self.check_screen("stderr of run", done.stderr)
        self.assertIsNone(BAD.search(done.stdout), done.stdout)
        self.failing = True
        self.run_all([["run", "one", "--json"], ["bench", "run", "race"], ["bench", "run", "race", "--json"]])
        done = self.world.dbplan("run", "one")
        self.assertIsNone(BAD.search(done.stdout + done.stderr), done.stdout)


if __name__ == "__main__":
    unittest.main()
