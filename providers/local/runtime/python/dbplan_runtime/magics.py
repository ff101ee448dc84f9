"""`%sh` and `%pip`: cells that start programs."""

import importlib
import os
import shlex
import shutil
import subprocess
import sys


def shell(cell):
    """One script for the whole cell. Its exit status matters only with `-e`, as on Databricks."""
    program = shutil.which("bash") or "/bin/sh"
    status = copy_output([program, *(["-e"] if "-e" in cell.arguments.split() else []), "-c", cell.text])
    if status != 0 and "-e" in cell.arguments.split():
        raise subprocess.CalledProcessError(status, "%sh -e")


def pip(cell, site):
    """Installs for this run alone: into a folder of its own, in front of what the cluster has."""
    text = cell.text.replace("\\\n", " ")
    for line in text.split("\n"):
        if not line.strip():
            continue
        words = shlex.split(line, comments=True)
        if not words or words[0] != "%pip":
            raise SyntaxError(f"a %pip cell holds %pip lines only, not: {line.strip()}")
        _pip(words[1:], site)


def _pip(words, site):
    if not words:
        raise SyntaxError("%pip needs a command")
    command = [sys.executable, "-m", "pip", *words, "--disable-pip-version-check"]
    if words[0] == "install":
        os.makedirs(site, exist_ok=True)
        command += ["--target", site, "--upgrade", "--no-input"]
    elif words[0] not in ("list", "freeze", "show"):
        raise NotImplementedError(f"%pip {words[0]} is not supported by the local workspace")
    status = copy_output(command)
    if status != 0:
        raise RuntimeError(
            f"%pip {shlex.join(words)} failed (status {status}). The local workspace installs from the package index "
            "that pip is configured for: the lines above say what it could not reach or find."
        )
    if words[0] == "install":
        if site not in sys.path:
            sys.path.insert(0, site)
        importlib.invalidate_caches()


def copy_output(command):
    """Runs a program in the run's own process group and copies what it says to the cell; returns its exit status."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    with process:
        for line in process.stdout:
            sys.stdout.write(line)
    return process.returncode
