"""One cluster without a workspace server: a JVM and a fork server, spoken to directly.

Used to train the class-data archive and by tests/spark.
"""

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path


class ClusterError(Exception):
    """The JVM or the fork server did not do what it was asked."""


class Cluster:
    """Starts both processes and waits until they are ready. A context manager: leaving it ends them."""

    def __init__(self, runtime, home, tables=None, files=None, memory="1g", options=(), patience=120):
        self.runtime = Path(runtime)
        self.home = Path(home)
        self.tables = Path(tables or self.home / "tables")
        self.files = Path(files or self.home / "files")
        self.patience = patience
        for place in (self.home, self.tables, self.files):
            place.mkdir(parents=True, exist_ok=True)
        arguments = [
            f"-Xmx{memory}", "-Dspark.master=local[2]", "-Dspark.app.name=dbplan",
            f'"-Dspark.local.dir={self.home}/local"', f'"-Dspark.sql.warehouse.dir={self.home}/warehouse"',
            f'"-Ddbplan.tables={self.tables}"', *options,
        ]  # fmt: skip
        (self.home / "cluster.args").write_text("\n".join(arguments) + "\n")
        environment = self._environment()
        self.jvm = Lines(
            ["java", f"@{self.runtime}/java.args", "@cluster.args", "dbplan.Host"], self.home, environment, "jvm.log"
        )
        self.python = Lines(
            [str(self.runtime / "venv/bin/python"), "-I", str(self.runtime / "python/fork_server.py")],
            self.home, environment, "python.log",
        )  # fmt: skip
        try:
            self.jvm.expect(lambda line: line == "ready", patience)
            self.python.expect(lambda line: json.loads(line).get("ready"), patience)
        except ClusterError:
            self.kill()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def command(self, *words):
        """Sends a command to the JVM; returns the words of its answer after the command's and the run's name."""
        self.jvm.send(" ".join(words))
        answers = {"attach": "attached", "detach": "detached", "cancel": "cancelled", "jobs": "jobs"}
        good, bad = f"{answers.get(words[0])} {words[1]}", f"error {words[0]} {words[1]} "
        line = self.jvm.expect(lambda line: (line + " ").startswith((good + " ", bad)), self.patience)
        if line.startswith(bad):
            raise ClusterError(line)
        return line[len(good) :].split()

    def start(self, run, source, session_of=None, **request):
        """Attaches and forks; returns the process id. `request` overrides fields of the fork server's request."""
        port, secret = self.command("attach", run, *([session_of] if session_of else []))
        message = {
            "run": run, "port": int(port), "secret": secret, "out": str(self.out(run)), "source": str(source),
            "path": f"/Workspace/{run}", "language": "PYTHON", "format": "SOURCE", "parameters": {},
            "api": {"url": "http://127.0.0.1:1", "token": "none"}, "context": {}, "files": str(self.files), **request,
        }  # fmt: skip
        self.python.send(json.dumps(message))
        return json.loads(self.python.expect(lambda line: json.loads(line).get("forked") == run, self.patience))["pid"]

    def wait(self, run, patience=None):
        """Waits for the process to end; its result, or None if it died without one."""
        self.python.expect(lambda line: json.loads(line).get("exited") == run, patience or self.patience)
        return self.result(run)

    def result(self, run):
        try:
            return json.loads((self.out(run) / "result.json").read_text())
        except FileNotFoundError:
            return None

    def run(self, run, source, **request):
        """Runs a notebook from attach to detach; its result."""
        self.start(run, source, **request)
        result = self.wait(run)
        self.command("detach", run)
        if result is None:
            raise ClusterError(f"run {run} died: {(self.out(run) / 'stdout.log').read_text()[-2000:]}")
        return result

    def cancel(self, run, pid):
        """Ends a run as the server does; returns when no job of it is left."""
        self.command("cancel", run)
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.wait(run)
        self.command("detach", run)
        deadline = time.monotonic() + self.patience
        while self.command("jobs", run) != ["0"]:
            if time.monotonic() > deadline:
                raise ClusterError(f"run {run} still has jobs")
            time.sleep(0.02)

    def out(self, run):
        return self.home / "runs" / run

    def quit(self):
        """Ends both in good order."""
        self.python.close()
        self.jvm.close()
        self.python.wait(self.patience)
        self.jvm.wait(self.patience)

    def kill(self):
        self.python.kill()
        self.jvm.kill()

    def _environment(self):
        clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        clean |= {"LANG": "C.UTF-8", "TZ": "UTC"}
        for line in (self.runtime / "env").read_text().splitlines():
            name, _, value = line.partition("=")
            clean[name] = value
        return clean


class Lines:
    """A process that is spoken to in lines, whose answers may come in any order."""

    def __init__(self, command, folder, environment, log):
        self.log = Path(folder) / log
        with open(self.log, "wb") as stderr:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
                text=True, start_new_session=True,
            )  # fmt: skip
        self._kept = []
        self._sending = threading.Lock()
        self._lock = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, line):
        with self._sending:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()

    def expect(self, wanted, patience):
        """The first line, arrived or to come, for which `wanted` is true; the others stay for later."""
        deadline = time.monotonic() + patience
        with self._lock:
            while True:
                for line in self._kept:
                    if line is None:
                        raise ClusterError(f"it ended early: {self.log.read_text()[-2000:]}")
                    if wanted(line):
                        self._kept.remove(line)
                        return line
                left = deadline - time.monotonic()
                if left <= 0:
                    raise ClusterError(f"no answer in {patience} s; {self.log} may say why")
                self._lock.wait(left)

    def close(self):
        self.process.stdin.close()

    def wait(self, patience):
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise ClusterError(f"it does not end; {self.log} may say why") from None

    def kill(self):
        """Closes its input, which ends it and what it started; then makes sure."""
        try:
            self.process.stdin.close()
        except OSError:
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _read(self):
        for line in self.process.stdout:
            with self._lock:
                self._kept.append(line.rstrip("\n"))
                self._lock.notify_all()
        with self._lock:
            self._kept.append(None)
            self._lock.notify_all()
