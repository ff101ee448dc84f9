"""The fork server of one cluster: a warm Python process that forks one child per notebook run.

It speaks JSON lines on standard input and output (providers/local/README.md, "Fork server, JSON lines").
Importing pyspark and pandas takes a second; a child that inherits them starts in a tenth of that and shares their
memory. So the server imports everything a run needs, opens no connection and starts no thread: both would be broken
in the children.
"""

import ctypes
import gc
import json
import os
import select
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # -I leaves the script's folder out
from dbplan_runtime import preload, run  # noqa: E402

sys.path.pop(0)  # a notebook's own modules must not be able to collide with ours

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class ForkServer:
    def __init__(self):
        self.children = {}  # pid -> run id
        self.pending = b""
        self.wake_read, wake_write = os.pipe()
        os.set_blocking(self.wake_read, False)
        os.set_blocking(wake_write, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler, so that the signal wakes select()
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)

    def serve(self):
        """Answers requests until standard input ends; then ends every child."""
        say({"ready": True})
        while True:
            readable, _, _ = select.select([0, self.wake_read], [], [])
            if self.wake_read in readable:
                os.read(self.wake_read, 4096)
                self.reap()
            if 0 in readable and not self.read_requests():
                break
        for pid in self.children:
            end_group(pid)

    def read_requests(self):
        """Handles what has arrived; false at the end of input."""
        data = os.read(0, 1 << 16)
        *lines, self.pending = (self.pending + data).split(b"\n")
        for line in lines:
            if line.strip():
                self.handle(line)
        return bool(data)

    def handle(self, line):
        try:
            request = json.loads(line)
            os.makedirs(request["out"], exist_ok=True)
            run_id = request["run"]
        except (ValueError, TypeError, KeyError, OSError) as problem:
            say({"error": f"not a request: {problem}"})
            return
        try:
            pid = os.fork()
        except OSError as problem:
            say({"error": str(problem), "run": run_id})
            return
        if pid == 0:
            child(request)
        self.children[pid] = run_id
        say({"forked": run_id, "pid": pid})

    def reap(self):
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            end_group(pid)  # whatever the notebook left running in its group
            say({"exited": self.children.pop(pid, None), "pid": pid, "status": status})


def child(request):
    """Turns this fork into a notebook run. Does not return."""
    status = 1
    try:
        # Should the server be killed, the run goes with it.
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        redirect(request["out"])
        run.main(request)
        status = 0
    except BaseException:  # noqa: B036 - the last line of defence: never return into the server's loop
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def redirect(out):
    """Standard input from nowhere, output to `stdout.log`."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    log = os.open(os.path.join(out, "stdout.log"), os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_APPEND, 0o600)
    os.dup2(nowhere, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.closerange(3, 256)


def end_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def say(message):
    os.write(1, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    preload.everything()
    gc.collect()
    gc.freeze()  # the children's collector leaves inherited pages alone, so they stay shared
    ForkServer().serve()
