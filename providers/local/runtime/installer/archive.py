"""The class-data archive: what Java has loaded and verified after a typical run, so that it starts five times faster.

Java ignores an archive that does not fit, so nothing depends on it but time.
"""

import os
import shutil
import tempfile
import time
from pathlib import Path

from . import folder
from .base import cached, key_of, say, seconds_since
from .cluster import Cluster, ClusterError

NOTEBOOK = Path(__file__).with_name("training_notebook.py")
PATIENCE = 600
KEPT = 3  # archives of 190 MB; a checkout that misses its own makes it again


def name(java_version, class_path):
    jars = [f"{jar} {jar.stat().st_size} {int(jar.stat().st_mtime)}" for jar in class_path]
    settings = (folder.RUNTIME / "jvm" / "java.args").read_text().splitlines()
    flags = [line for line in settings if line.startswith("-") and not line.startswith("-D")]
    return "archive-" + key_of(java_version, *jars, *flags, NOTEBOOK)


def install(cache, venv, class_path, java_version):
    """The archive, or None: a failure is told and costs only start-up time."""

    def build(draft):
        start = time.monotonic()
        say("class-data archive: running a notebook once to learn what Spark loads (one to two minutes)")
        _train(draft, venv, class_path)
        say(f"class-data archive made in {seconds_since(start)}")

    try:
        archive = cached(cache, name(java_version, class_path), build) / "classes.jsa"
        os.utime(archive.parent)
        for old in sorted(cache.glob("archive-*"), key=os.path.getmtime)[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
        return archive
    except (ClusterError, OSError) as problem:
        say(f"warning: no class-data archive ({problem}); clusters start, but take 10 s longer")
        return None


def _train(draft, venv, class_path):
    archive = draft / "classes.jsa"
    with tempfile.TemporaryDirectory(prefix=".draft-training-", dir=draft.parent) as workspace:
        runtime = Path(workspace) / "runtime"
        folder.write(runtime, venv, class_path, None, {}, "training")
        settings = runtime / "log4j2.properties"
        arguments = folder.java_arguments(class_path, settings, None, f"-XX:ArchiveClassesAtExit={archive}")
        (runtime / "java.args").write_text(arguments)
        with Cluster(runtime, Path(workspace) / "cluster", patience=PATIENCE) as cluster:
            result = cluster.run("training", NOTEBOOK)
            if result["state"] != "SUCCESS":
                raise ClusterError("the training notebook failed: " + result["error"])
            cluster.quit()
    if not archive.is_file() or archive.stat().st_size == 0:
        raise ClusterError("Java wrote no archive")
    os.chmod(archive, 0o644)
