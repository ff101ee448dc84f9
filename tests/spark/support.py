"""What the tests share: one cluster for all of them, a stand-in for the workspace server, and short ways to run notebooks."""

import atexit
import base64
import itertools
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

RUNTIME_SOURCES = Path(__file__).resolve().parents[2] / "providers" / "local" / "runtime"
RUNTIME = Path(os.environ.get("DBPLAN_RUNTIME") or RUNTIME_SOURCES.parents[2] / "build" / "runtime")
sys.path[:0] = [str(RUNTIME_SOURCES), str(RUNTIME_SOURCES / "python")]

from installer.cluster import Cluster, ClusterError  # noqa: E402, F401

PATIENCE = 180
SEPARATOR = {"PYTHON": "# COMMAND ----------", "SQL": "-- COMMAND ----------", "SCALA": "// COMMAND ----------"}
TOKEN = {"PYTHON": "#", "SQL": "--", "SCALA": "//"}

_folder = Path(tempfile.mkdtemp(prefix="dbplan-spark-"))
_numbers = itertools.count(1)
_shared = {}


def cluster():
    """The one cluster of this test run."""
    if "cluster" not in _shared:
        _shared["cluster"] = another_cluster()
    return _shared["cluster"]


def another_cluster():
    """A cluster of its own that sees the same tables and files."""
    made = Cluster(RUNTIME, _folder / f"cluster-{next(_numbers)}", _folder / "tables", _folder / "files", patience=PATIENCE)
    _shared.setdefault("all", []).append(made)
    return made


def workspace():
    """The stand-in for the server, serving the shared cluster."""
    if "workspace" not in _shared:
        _shared["workspace"] = Workspace(cluster())
    return _shared["workspace"]


def tables_folder():
    return _folder / "tables"


@atexit.register
def _end():
    for one in _shared.get("all", []):
        one.kill()
    shutil.rmtree(_folder, ignore_errors=True)


def notebook(*cells, language="PYTHON"):
    """Source text of a notebook; a cell that begins with % is written as MAGIC lines."""
    token = TOKEN[language]
    blocks = []
    for cell in cells:
        if cell.startswith("%"):
            cell = "\n".join(f"{token} MAGIC {line}".rstrip() for line in cell.split("\n"))
        blocks.append(cell)
    return f"{token} Databricks notebook source\n" + f"\n\n{SEPARATOR[language]}\n\n".join(blocks) + "\n"


def until(condition, what, patience=PATIENCE):
    """Waits for a condition; fails the test when it does not come true."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience} s for {what}")
        time.sleep(0.02)


class Run:
    """What is left of a finished run."""

    def __init__(self, out, result):
        self.result = result
        self.log = (out / "stdout.log").read_text()
        self.records = [json.loads(line) for line in (out / "cells.jsonl").read_text().splitlines()]

    @property
    def value(self):
        return self.result.get("exit_value")

    def of(self, kind, cell=None):
        return [r["data"] for r in self.records if r["kind"] == kind and cell in (None, r["cell"])]


class SparkTest(unittest.TestCase):
    maxDiff = None

    def run_notebook(self, source, on=None, **request):
        """Runs source text (or a list of cells) and returns what is left of it, whatever the outcome."""
        host = on or cluster()
        run = f"r{next(_numbers)}"
        result = host.run(run, write(run, source), **self.surroundings(run, request))
        return Run(host.out(run), result)

    def succeed(self, *cells, **request):
        run = self.run_notebook(notebook(*cells, language=request.get("language", "PYTHON")), **request)
        self.assertEqual("SUCCESS", run.result["state"], run.result.get("error_trace"))
        return run

    def fail_with(self, *cells, **request):
        run = self.run_notebook(notebook(*cells, language=request.get("language", "PYTHON")), **request)
        self.assertEqual("FAILED", run.result["state"])
        return run

    def start(self, *cells, **request):
        """Starts a notebook without waiting; (run id, process id)."""
        run = f"r{next(_numbers)}"
        pid = cluster().start(run, write(run, notebook(*cells)), **self.surroundings(run, request))
        self.addCleanup(self.clean_up, run, pid)
        return run, pid

    def clean_up(self, run, pid):
        """A test that failed half-way must not leave a run that starves the others."""
        cluster().command("cancel", run)
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def surroundings(self, run, request):
        return {"api": workspace().api, "path": "/Workspace/Users/me/tests/main", **request}


def write(run, source):
    folder = _folder / "sources"
    folder.mkdir(exist_ok=True)
    place = folder / run
    place.write_text(source)
    return place


class Workspace:
    """As much of the workspace server as a notebook asks for; children run on the given cluster."""

    TOKEN = "the-token-of-the-run"

    def __init__(self, host):
        self.host = host
        self.notebooks = {}
        self.secrets = {}
        self.task_values = {}
        self.children = {}
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.daemon_threads = True
        server.workspace = self
        self.api = {"url": f"http://127.0.0.1:{server.server_port}", "token": self.TOKEN}
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def put(self, path, *cells, language="PYTHON"):
        self.notebooks[path] = notebook(*cells, language=language)

    def start_child(self, request):
        number = next(_numbers)
        child = {"run_id": number, "state": "RUNNING", "over": threading.Event()}
        self.children[number] = child
        threading.Thread(target=self._run_child, args=(child, request), daemon=True).start()
        return child

    def _run_child(self, child, request):
        run = f"child{child['run_id']}"
        source = write(run, self.notebooks[request["path"]])
        pid = self.host.start(run, source, path=request["path"], parameters=request["arguments"], api=self.api)
        limit = request["timeout_seconds"]
        timer = threading.Timer(limit, self._time_out, (child, run, pid)) if limit else None
        if timer:
            timer.start()
        result = self.host.wait(run, PATIENCE)
        if timer:
            timer.cancel()
        if child["state"] == "RUNNING":
            self.host.command("detach", run)
            child.update(result or {"state": "FAILED", "error": "the process died"})
        child["over"].set()

    def _time_out(self, child, run, pid):
        child["state"] = "TIMEDOUT"
        self.host.command("cancel", run)
        os.killpg(pid, signal.SIGKILL)
        self.host.command("detach", run)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        space = self.server.workspace
        if url.path == "/api/2.0/workspace/export":
            text = space.notebooks.get(query["path"])
            self.answer(text and {"content": base64.b64encode(text.encode()).decode()}, "no such notebook")
        elif url.path == "/api/2.0/secrets/get":
            value = space.secrets.get((query["scope"], query["key"]))
            self.answer(value and {"key": query["key"], "value": base64.b64encode(value.encode()).decode()}, "no such secret")
        elif url.path == "/api/2.0/secrets/list":
            self.answer({"secrets": [{"key": key} for scope, key in space.secrets if scope == query["scope"]]})
        elif url.path == "/api/2.0/secrets/scopes/list":
            self.answer({"scopes": [{"name": scope} for scope in sorted({scope for scope, _ in space.secrets})]})
        elif url.path == "/api/local/task-values":
            key = (query["task_key"], query["key"])
            self.answer({"value": space.task_values[key]} if key in space.task_values else None, "no such value")
        elif url.path.startswith("/api/local/notebook-runs/"):
            child = space.children[int(url.path.rsplit("/", 1)[1])]
            child["over"].wait(float(query["wait_seconds"]))
            state = child["state"] if child["over"].is_set() else "RUNNING"
            self.answer({**{k: v for k, v in child.items() if k != "over"}, "state": state})
        else:
            self.answer(None, "no such endpoint")

    def do_POST(self):
        space = self.server.workspace
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/local/notebook-runs":
            known = body["path"] in space.notebooks
            self.answer({"run_id": space.start_child(body)["run_id"]} if known else None, f"no notebook {body['path']}")
        elif self.path == "/api/local/task-values":
            space.task_values[("writer", body["key"])] = body["value"]
            self.answer({})
        else:
            self.answer(None, "no such endpoint")

    def answer(self, body, otherwise=""):
        allowed = self.headers["Authorization"] == "Bearer " + Workspace.TOKEN
        status = 401 if not allowed else 404 if body is None else 200
        if status != 200:
            body = {"error_code": "RESOURCE_DOES_NOT_EXIST" if allowed else "UNAUTHENTICATED", "message": otherwise}
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass
