"""Jars from Maven Central by lock file; every one is checked against its sha256."""

import hashlib
import os
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as xml
from pathlib import Path

from .base import LOCKS, InstallError, cached, key_of, say, seconds_since

LOCK = LOCKS / "jars.lock"
MAVEN_CENTRAL = "https://repo.maven.apache.org/maven2"
ATTEMPTS = 3


def name():
    return "jars-" + key_of(LOCK)


def install(cache):
    return cached(cache, name(), _build)


def entries():
    """(sha256, path in a repository, file name) of each jar."""
    for line in LOCK.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            digest, _, coordinates = line.split()
            group, artifact, version = coordinates.split(":")
            file = f"{artifact}-{version}.jar"
            yield digest, f"{group.replace('.', '/')}/{artifact}/{version}/{file}", file


def repositories():
    """Where to ask, in this order: what the user set, the mirror of the user's Maven settings, Maven Central."""
    chosen = os.environ.get("DBPLAN_MAVEN_URL")
    if chosen:
        return [chosen.rstrip("/")]
    return [*_mirrors(Path.home() / ".m2" / "settings.xml"), MAVEN_CENTRAL]


def _mirrors(settings):
    try:
        root = xml.parse(settings).getroot()
    except (OSError, xml.ParseError):
        return []
    found = []
    for mirror in root.iter():
        if mirror.tag.split("}")[-1] == "mirror":
            fields = {child.tag.split("}")[-1]: (child.text or "").strip() for child in mirror}
            covered = fields.get("mirrorOf", "").split(",")
            if {"central", "*", "external:*"} & set(covered) and "!central" not in covered:
                found.append(fields.get("url", "").rstrip("/"))
    return [url for url in found if url.startswith(("http://", "https://"))]


def _build(draft):
    start = time.monotonic()
    wanted = list(entries())
    say(f"jars: {len(wanted)} from Maven")
    for digest, path, file in wanted:
        (draft / file).write_bytes(_fetch(path, digest))
    say(f"jars installed in {seconds_since(start)}")


def _fetch(path, digest):
    problems = []
    for repository in repositories():
        try:
            data = _download(f"{repository}/{path}")
        except OSError as problem:
            problems.append(f"{repository}: {getattr(problem, 'reason', problem)}")
            continue
        actual = hashlib.sha256(data).hexdigest()
        if actual == digest:
            return data
        problems.append(f"{repository}: checksum {actual}, expected {digest}")
    raise InstallError(
        f"cannot get {path}\n"
        + "\n".join("  " + problem for problem in problems)
        + "\n  check the network and the proxy settings; DBPLAN_MAVEN_URL or a mirror in ~/.m2/settings.xml names another repository"
    )


def _download(url):
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return answer.read()
        except urllib.error.HTTPError as problem:
            if problem.code < 500 or attempt == ATTEMPTS:
                raise
        except OSError:
            if attempt == ATTEMPTS:
                raise
        time.sleep(attempt)
    raise AssertionError("not reached")
