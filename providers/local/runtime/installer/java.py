"""Java: which one there is, and our own small jar compiled with it."""

import re
import shutil
import subprocess
import zipfile

from .base import RUNTIME, InstallError, cached, key_of, say

SOURCES = RUNTIME / "jvm"
OLDEST = 17
WAY_OUT = "on Debian 12: apt-get install openjdk-17-jdk-headless"


def sources():
    return sorted(SOURCES.rglob("*.java"))


def version():
    """The full version of `java`, which with `javac` must be on the PATH."""
    for program in ("java", "javac"):
        if shutil.which(program) is None:
            raise InstallError(f"there is no {program} (Java {OLDEST} or later is needed); {WAY_OUT}")
    answer = subprocess.run(["java", "-version"], capture_output=True, text=True)
    match = re.search(r'version "([^"]+)"', answer.stderr + answer.stdout)
    if answer.returncode != 0 or not match:
        raise InstallError(f"java -version fails: {(answer.stderr + answer.stdout).strip()}; {WAY_OUT}")
    found = match.group(1)
    if int(found.split(".")[0].split("-")[0]) < OLDEST:
        raise InstallError(f"java is version {found}; {OLDEST} or later is needed; {WAY_OUT}")
    return found


def name():
    return "host-" + key_of(*sources(), *(str(path.relative_to(SOURCES)) for path in sources()))


def install(cache, class_path):
    return cached(cache, name(), lambda draft: _build(draft, class_path))


def _build(draft, class_path):
    say("the JVM host: compiling")
    classes = draft / "classes"
    command = ["javac", "--release", str(OLDEST), "-nowarn", "-proc:none", "-d", str(classes), "-cp", ":".join(map(str, class_path))]
    done = subprocess.run([*command, *map(str, sources())], capture_output=True, text=True)
    if done.returncode != 0:
        raise InstallError("javac refuses the JVM host (is the Java on the PATH damaged?)\n" + done.stderr.strip())
    with zipfile.ZipFile(draft / "dbplan-host.jar", "w") as jar:
        for file in sorted(classes.rglob("*.class")):
            jar.write(file, file.relative_to(classes))
    shutil.rmtree(classes)
