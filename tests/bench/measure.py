#!/usr/bin/env python3
"""What dbplan costs, measured: measure.py [--large] [--latency MS ...] [--write].

For N jobs and N notebooks (generate.py): version, help, validate, plan of everything to create, first apply, plan and
apply without a change, plan with one edit. Wall time, processor time, peak memory, requests. The server runs on the
other core where there is one. Nothing here fails on a number: the bounds stand beside the results."""

import argparse
import collections
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))
import generate  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("DBPLAN_BIN", ROOT / "build-release" / "dbplan")).resolve()
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

# (N, step) -> (most seconds, most MB, most requests, what rivals need); None: no bound.
BOUNDS = {
    (0, "version"): (0.010, 10, None, "40 ms, 40 MB"),
    (0, "--help"): (0.010, 10, None, "40 ms, 40 MB"),
    (1000, "validate"): (0.5, 60, 0, "33 s, 442 MB"),
    (1000, "plan, all create"): (1, None, None, "44 s"),
    (1000, "first apply"): (None, None, 2060, "178 s"),
    (1000, "plan, no change"): (1, 100, 40, "46 to 106 s; 272 s"),
    (1000, "apply, no change"): (None, None, None, "7 mutating requests"),
}
LATENCY_BOUND = {(1000, "plan, no change", 50): (3, None, 40, "51 s")}
MOST_GROWTH = 11
LARGEST_BINARY = 10


class Cost:
    """Of one command: the least wall time of its repetitions, and what came with it."""

    def __init__(self, wall, cpu, megabytes, requests):
        self.wall, self.cpu, self.megabytes, self.requests = wall, cpu, megabytes, requests

    @property
    def mutating(self):
        return sum(count for (method, _), count in self.requests.items() if method != "GET")

    @property
    def sent(self):
        return sum(self.requests.values())


def cores():
    """(for the program, for the server)"""
    free = sorted(os.sched_getaffinity(0))
    return {free[0]}, {free[-1]}


class Slow:
    """A proxy before the server that answers each request `milliseconds` later."""

    def __init__(self, port, milliseconds):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def forward(self):
                if not hasattr(self, "server_side"):
                    self.server_side = http.client.HTTPConnection("127.0.0.1", port)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                arrived = time.monotonic()
                headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "accept-encoding")}
                self.server_side.request(self.command, self.path, body=body, headers=headers)
                answer = self.server_side.getresponse()
                text = answer.read()
                time.sleep(max(0, arrived + milliseconds / 1000 - time.monotonic()))
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server", "keep-alive"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = forward

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
            daemon_threads = True
            request_queue_size = 64

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Bench:
    """A spec of N and a workspace for it, in a folder that goes away."""

    def __init__(self, count, permissions=False):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dbplan-bench-"))
        self.spec = self.folder / "spec"
        self.workspace = self.folder / "workspace"
        (self.folder / "home").mkdir()
        generate.generate(self.spec, count, permissions)
        self.own, self.servers = cores()
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "NO_COLOR": "1",
                            "DBPLAN_WORKSPACE": str(self.workspace)}
        subprocess.run([PROGRAM, "workspace", "start", "--notebooks", "none"], env=self.environment, check=True,
                       stdout=subprocess.DEVNULL, preexec_fn=lambda: os.sched_setaffinity(0, self.servers))
        shown = subprocess.run([PROGRAM, "workspace", "env"], env=self.environment, check=True, text=True,
                               capture_output=True).stdout
        values = dict(line.removeprefix("export ").split("=", 1) for line in shown.splitlines() if "=" in line)
        self.host = values["DATABRICKS_HOST"].strip("'\"")
        self.token = values["DATABRICKS_TOKEN"].strip("'\"")
        self.slow = None

    def delay(self, milliseconds):
        """From now on the program talks to the server through a slow door."""
        self.slow = Slow(int(self.host.rsplit(":", 1)[1]), milliseconds)
        self.environment |= {"DATABRICKS_HOST": f"http://127.0.0.1:{self.slow.port}", "DATABRICKS_TOKEN": self.token}

    def close(self):
        if self.slow:
            self.slow.close()
        subprocess.run([PROGRAM, "workspace", "stop"], env=self.environment, check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *arguments, repeat=3):
        best = None
        for _ in range(repeat):
            cost = self._once(arguments)
            if best is None or cost.wall < best.wall:
                best = cost
        return best

    def _once(self, arguments):
        log = self.workspace / "requests.log"
        begin = log.stat().st_size if log.exists() else 0
        # A process inherits the peak of whoever started it; GNU time is small.
        memory = self.folder / "memory"
        started = time.monotonic()
        process = subprocess.Popen(["time", "-q", "-f", "%M", "-o", memory, PROGRAM, *arguments], cwd=self.spec, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   preexec_fn=lambda: os.sched_setaffinity(0, self.own))
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - started
        process.stdout.close()
        if process.returncode != 0:
            raise RuntimeError(f"dbplan {' '.join(arguments)}: exit {process.returncode}\n{output.decode()[-2000:]}")
        requests = collections.Counter()
        if log.exists():
            with log.open() as lines:
                lines.seek(begin)
                for line in lines:
                    request = json.loads(line)
                    requests[request["method"], endpoint(request["path"])] += 1
        return Cost(wall, usage.ru_utime + usage.ru_stime, int(memory.read_text()) / 1024, requests)

    def edit(self):
        """One changed time-out."""
        file = self.spec / "jobs" / "jobs_00000.yml"
        file.write_text(file.read_text().replace("timeout_seconds: 7200", "timeout_seconds: 7201", 1))


def endpoint(path):
    path = path.split("?")[0]
    return re.sub(r"/(permissions/[a-z-]+|workspace-files/import-file)/.*", r"/\1/…", path)


def measure(count, latency, permissions=False):
    """step -> Cost"""
    bench = Bench(count, permissions)
    repeat = 3 if count <= 1000 else 1
    costs = {}
    try:
        if not latency:
            costs["validate"] = bench.run("validate", repeat=repeat)
            costs["plan, all create"] = bench.run("plan", repeat=repeat)
        costs["first apply"] = bench.run("apply", "--auto-approve", repeat=1)
        if latency:
            bench.delay(latency)
            del costs["first apply"]
        costs["plan, no change"] = bench.run("plan", repeat=repeat)
        costs["apply, no change"] = bench.run("apply", "--auto-approve", repeat=1)
        bench.edit()
        costs["plan, one edit"] = bench.run("plan", repeat=repeat)
    finally:
        bench.close()
    return costs


def with_permissions(count):
    try:
        costs = measure(count, 0, permissions=True)
    except RuntimeError as error:
        if "Not supported yet" not in str(error):
            raise
        return {}  # this dbplan does not plan them
    return {name: costs[name] for name in ("first apply", "plan, no change")}


def start_up():
    bench = Bench(1)
    try:
        return {"version": bench.run("version", repeat=20), "--help": bench.run("--help", repeat=20)}
    finally:
        bench.close()


def stripped_megabytes():
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "dbplan"
        subprocess.run(["strip", "-o", copy, PROGRAM], check=True)
        return copy.stat().st_size / 1e6


def build_of():
    """How the program was built, as its build folder says."""
    cache = PROGRAM.parent / "CMakeCache.txt"
    values = dict(re.findall(r"^(CMAKE_BUILD_TYPE|CMAKE_CXX_FLAGS_\w+):\w+=(.*)$", cache.read_text(), re.MULTILINE))
    kind = values["CMAKE_BUILD_TYPE"]
    return f"{kind} build, {values['CMAKE_CXX_FLAGS_' + kind.upper()]}"


def milliseconds(seconds):
    return f"{seconds * 1000:.0f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


def bound_text(bound):
    seconds, megabytes, requests, _ = bound
    parts = []
    if seconds is not None:
        parts.append(milliseconds(seconds))
    if megabytes is not None:
        parts.append(f"{megabytes} MB")
    if requests is not None:
        parts.append(f"{requests} requests")
    return ", ".join(parts)


def verdict(cost, bound):
    seconds, megabytes, requests, _ = bound
    over = (seconds is not None and cost.wall > seconds) or (megabytes is not None and cost.megabytes > megabytes) or (
        requests is not None and cost.sent > requests)
    return "over" if over else "within"


def row(count, name, cost, bound=None):
    bound = bound or (None, None, None, "")
    told = bound_text(bound)
    return (f"| {count:,} | {name} | {milliseconds(cost.wall)} | {milliseconds(cost.cpu)} | {cost.megabytes:.0f} MB | "
            f"{cost.sent} | {cost.mutating} | {told and told + ': ' + verdict(cost, bound)} | {bound[3]} |")


def report(sizes, latencies):
    table = ["| N | step | wall | CPU | peak | requests | mutating | bound | rivals |", "|---|---|---|---|---|---|---|---|---|"]
    for name, cost in start_up().items():
        table.append(row(0, name, cost, BOUNDS.get((0, name))))
    by_size, endpoints = {}, []
    for latency in [0, *latencies]:
        for count in sizes if not latency else [n for n in sizes if n == 1000] or sizes[-1:]:
            costs = measure(count, latency)
            by_size[count, latency] = costs
            for name, cost in costs.items():
                bound = LATENCY_BOUND.get((count, name, latency)) if latency else BOUNDS.get((count, name))
                table.append(row(count, name + (f", +{latency} ms" if latency else ""), cost, bound))
            print("\n".join(table[-len(costs):]), file=sys.stderr)
    count = min(max(sizes), 1000)
    for name, cost in with_permissions(count).items():
        table.append(row(count, name + ", permissions on every job", cost))
    largest = by_size[1000 if 1000 in sizes else sizes[-1], 0]
    for name in ("first apply", "plan, no change"):
        for (method, path), number in sorted(largest[name].requests.items()):
            endpoints.append(f"| {name} | {method} {path} | {number} |")
    growth = []
    for small, large in zip(sizes, sizes[1:]):
        for name in by_size[large, 0]:
            before, after = by_size[small, 0][name], by_size[large, 0][name]
            growth.append(f"| {small:,} to {large:,} | {name} | {after.wall / before.wall:.1f}x | "
                          f"{after.cpu / before.cpu:.1f}x | {after.megabytes / before.megabytes:.1f}x |")
    return "\n".join([
        f"`{subprocess.run([PROGRAM, 'version'], text=True, capture_output=True, check=True).stdout.strip()}`, "
        f"{build_of()}, {stripped_megabytes():.1f} MB stripped (bound {LARGEST_BINARY} MB; rivals 57 and 142 MB). "
        f"{os.cpu_count()} cores; the program on one, the server on another.", "", *table, "",
        f"Requests by endpoint, N = {1000 if 1000 in sizes else sizes[-1]:,}:", "", "| step | request | number |",
        "|---|---|---|", *endpoints, "", f"Growth (bound: {MOST_GROWTH}x from 1,000 to 10,000):", "",
        "| N | step | wall | CPU | peak |", "|---|---|---|---|---|", *growth])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true", help="N = 10,000, too")
    parser.add_argument("--small", action="store_true", help="N = 10 and 100 only")
    parser.add_argument("--latency", type=int, action="append", help="milliseconds added to each answer; default 50")
    parser.add_argument("--write", action="store_true", help="into tests/bench/README.md")
    arguments = parser.parse_args()
    sizes = [10, 100] if arguments.small else [10, 100, 1000] + ([10000] if arguments.large else [])
    text = report(sizes, arguments.latency or [50])
    print(text)
    if arguments.write:
        page = HERE / "README.md"
        before, rest = page.read_text().split(BEGIN)
        page.write_text(before + BEGIN + "\n\n" + text + "\n\n" + END + rest.split(END)[1])


if __name__ == "__main__":
    main()
