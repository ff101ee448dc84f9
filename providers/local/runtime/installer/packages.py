"""The Python environment of the notebook host, from two lock files with hashes."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from .base import LOCKS, InstallError, cached, key_of, say, seconds_since

REQUIREMENTS = LOCKS / "requirements.lock"
BUILD = LOCKS / "build.lock"
TELLING = re.compile(r"^(Collecting|Downloading|  Downloading|Building|Installing|Successfully)")


def base_python():
    """The interpreter that environments are made from; not that of an environment we may be started in."""
    return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)


def name():
    python = f"{sys.version_info.major}.{sys.version_info.minor} {base_python()}"
    return "venv-" + key_of(REQUIREMENTS, BUILD, python)


def install(cache):
    return cached(cache, name(), _build)


def site_packages(venv):
    return venv / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def locked_version(package):
    match = re.search(rf"^{re.escape(package)}==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)
    return match.group(1)


def _build(draft):
    start = time.monotonic()
    say("Python packages: pyspark is 456 MB to download and takes a minute or more")
    made = subprocess.run([base_python(), "-m", "venv", str(draft)], capture_output=True, text=True)
    if made.returncode != 0:
        raise InstallError(
            "python3 cannot make a virtual environment; on Debian: apt-get install python3-venv\n"
            + (made.stdout + made.stderr).strip()
        )
    _pip(draft, BUILD)
    _pip(draft, REQUIREMENTS, "--no-build-isolation")
    for leftover in (draft / "tmp",):
        subprocess.run(["rm", "-rf", str(leftover)], check=False)
    say(f"Python packages installed in {seconds_since(start)}")


def _pip(venv: Path, lock: Path, *options):
    # pip unpacks half a gigabyte: in the cache, because /tmp may be small. Its own cache would double that for nothing.
    room = venv / "tmp"
    room.mkdir(exist_ok=True)
    command = [
        str(venv / "bin" / "python"), "-m", "pip", "install", "--no-cache-dir", "--require-hashes", "--no-deps",
        "--no-input", "--disable-pip-version-check", "--progress-bar", "off", *options, "-r", str(lock),
    ]  # fmt: skip
    environment = {**os.environ, "TMPDIR": str(room), "PYTHONDONTWRITEBYTECODE": ""}
    tail = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        for line in process.stdout:
            tail = [*tail[-11:], line.rstrip()]
            if TELLING.match(line):
                say("  " + re.sub(r" \(from .*", "", line.strip()))
    if process.returncode != 0:
        raise InstallError(_explanation(lock, "\n".join(tail)))


def _explanation(lock, text):
    if "DO NOT MATCH THE HASHES" in text:
        advice = "a package is not the one that the lock file names: check the package index that pip is configured for"
    elif "No matching distribution" in text and "Could not find a version" in text and "from versions: none" in text:
        advice = "the package index cannot be reached: check the network, the proxy settings or pip's configuration"
    elif "Connection" in text or "timed out" in text or "Temporary failure" in text:
        advice = "the network failed: check the connection or the proxy settings, then run this again"
    elif "No space left" in text:
        advice = "the disk is full: 3 GB are needed; set DBPLAN_CACHE to a folder with room"
    else:
        advice = "pip could not install the locked packages (CPython 3.11 to 3.13 on x86_64 or aarch64 is supported)"
    return f"{advice}\n  pip install -r {lock.name} said:\n" + "\n".join("  | " + line for line in text.split("\n"))
