"""What every step shares: where sources and cache are, one way to say what happens, one way to fail."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path

RUNTIME = Path(__file__).resolve().parent.parent
LOCKS = RUNTIME / "locks"


class InstallError(Exception):
    """What went wrong, and what to do about it."""


def say(text):
    print(f"runtime: {text}", flush=True)


def cache_folder():
    """Shared by all checkouts of this user."""
    chosen = os.environ.get("DBPLAN_CACHE")
    if chosen:
        return Path(chosen).absolute() / "runtime"
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home).absolute() / "dbplan" / "runtime"


def key_of(*parts):
    """A short name for contents: of files, their bytes, of anything else, its text."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else str(part).encode()
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()[:16]


def cached(cache, name, build):
    """The folder `name` of the cache, made by `build(draft)` unless it is there.

    It appears under its name when it is complete: an interrupted build leaves a draft that the next one removes.
    """
    place = cache / name
    if place.is_dir():
        return place
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=cache))
    try:
        build(draft)
        os.chmod(draft, 0o755)
        os.rename(draft, place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return place


@contextlib.contextmanager
def only_one(cache):
    """Holds the cache: a second installer waits instead of downloading the same."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        lock = open(cache / ".lock", "w")
    except OSError as problem:
        raise InstallError(f"cannot write to the cache folder {cache} ({problem.strerror}); set DBPLAN_CACHE to another") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another installation is running; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        for draft in cache.glob(".draft-*"):
            shutil.rmtree(draft, ignore_errors=True)
        yield


def seconds_since(start):
    return f"{time.monotonic() - start:.0f} s"
