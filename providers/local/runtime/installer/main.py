"""The steps of an installation."""

import sys
import time
from pathlib import Path

from . import archive, folder, jars, java, packages
from .base import InstallError, cache_folder, only_one, say, seconds_since

USAGE = "usage: install [--no-archive] FOLDER"


def main(arguments):
    with_archive = "--no-archive" not in arguments
    places = [argument for argument in arguments if not argument.startswith("-")]
    if len(places) != 1 or len(places) + (not with_archive) != len(arguments):
        print(USAGE, file=sys.stderr)
        return 1
    try:
        return _install(Path(places[0]).absolute(), with_archive)
    except InstallError as problem:
        print(f"runtime: error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("runtime: interrupted; nothing half-made was kept", file=sys.stderr)
        return 130


def _install(target, with_archive):
    start = time.monotonic()
    java_version = java.version()
    key = folder.state_key(java_version)
    if ready := folder.is_ready(target, key):
        if ready["archive_tried"] or not with_archive:
            say(f"ready (Spark {ready['spark']}, Delta {ready['delta']}); nothing to install")
            return 0
    cache = cache_folder()
    with only_one(cache):
        venv = packages.install(cache)
        jar_folder = jars.install(cache)
        host = java.install(cache, folder.class_path(venv, jar_folder, None))
        path = folder.class_path(venv, jar_folder, host / "dbplan-host.jar")
        made = archive.install(cache, venv, path, java_version) if with_archive else None
        versions = {
            "spark": packages.locked_version("pyspark"),
            "delta": packages.locked_version("delta-spark"),
            "python": ".".join(map(str, sys.version_info[:3])),
            "java": java_version,
            "archive_tried": with_archive,
        }
        folder.write(target, venv, path, made, versions, key)
    say(f"installed in {seconds_since(start)}")
    return 0
