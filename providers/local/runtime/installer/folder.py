"""The runtime folder: what providers/local/README.md promises to the server."""

import json
import os
import shutil
import tempfile
from pathlib import Path

from . import java, jars, packages
from .base import RUNTIME, key_of

LINKS = {"python": RUNTIME / "python", "log4j2.properties": RUNTIME / "jvm" / "log4j2.properties"}


def state_key(java_version):
    """Changes when anything that the folder is made of changes."""
    parts = [packages.name(), jars.name(), java.name(), java_version, str(RUNTIME), RUNTIME / "jvm" / "java.args"]
    return key_of(*parts, *sorted((RUNTIME / "installer").glob("*.py")))


def is_ready(target: Path, key):
    """True when the folder is complete, made from these very sources, and its interpreter and jars are still there."""
    try:
        ready = json.loads((target / "ready.json").read_text())
        needed = [target / "venv" / "bin" / "python", target / "python" / "fork_server.py", *map(Path, ready["files"])]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return ready if ready.get("key") == key and all(path.exists() for path in needed) else None


def class_path(venv, jar_folder, host_jar):
    """The order is fixed: the class-data archive depends on it."""
    spark = packages.site_packages(venv) / "pyspark" / "jars"
    host = [host_jar] if host_jar else []
    return [*host, *sorted(jar_folder.glob("*.jar")), *sorted(spark.glob("*.jar"))]


def write(target: Path, venv, path, archive, versions, key):
    """Fills the folder; `ready.json` comes last, so that a folder that was cut off is not taken for a whole one."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "ready.json").unlink(missing_ok=True)
    for link, goal in {**LINKS, "venv": venv}.items():
        _link(target / link, goal)
    (target / "java.args").write_text(java_arguments(path, target / "log4j2.properties", archive))
    (target / "env").write_text(environment(venv))
    files = [str(path[0]), str(path[-1])] + ([str(archive)] if archive else [])
    _put(target / "ready.json", json.dumps({**versions, "archive": str(archive or ""), "key": key, "files": files}, indent=2) + "\n")


def java_arguments(path, log_settings, archive=None, *more):
    lines = [(RUNTIME / "jvm" / "java.args").read_text(), f"-Dlog4j2.configurationFile={_quoted(log_settings)}"]
    if archive:
        lines.append(f"-XX:SharedArchiveFile={_quoted(archive)}")
    lines += more
    lines.append("-cp")
    lines.append(_quoted(":".join(map(str, path))))
    return "\n".join(lines) + "\n"


def environment(venv):
    values = {
        "SPARK_HOME": packages.site_packages(venv) / "pyspark",
        "PYSPARK_PYTHON": venv / "bin" / "python",
        "PYSPARK_DRIVER_PYTHON": venv / "bin" / "python",
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _quoted(value):
    """As `java @file` reads it: quotes keep blanks, backslashes escape."""
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"' if any(c in text for c in " \t'\"#") else text


def _link(place: Path, goal: Path):
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    draft = Path(tempfile.mktemp(prefix=f".{place.name}-", dir=place.parent))
    os.symlink(goal, draft)
    os.replace(draft, place)


def _put(place: Path, text):
    draft = place.with_name("." + place.name)
    draft.write_text(text)
    os.replace(draft, place)
