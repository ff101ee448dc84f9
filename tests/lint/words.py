#!/usr/bin/env python3
"""Calls and words that may not stand in the sources: printing below report, exits below main,
marks of unfinished work, paths of one machine. Exit 1 with every place."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# (what, where it is looked for, where it is allowed, why)
RULES = [
    (r"std::c(out|err)\b|\bprintf\(|fmt::print\(", r"^(engine|providers)/.*\.[ch]pp$", r"^engine/main\.cpp$",
     "nothing below main prints; commands write to the session's streams"),
    (r"\b_?exit\(", r"^(engine|providers)/.*\.[ch]pp$", r"^(engine/main\.cpp|engine/cli/program\.cpp|providers/local/server/.*process.*)$",
     "nothing below main exits"),
    (r"\busing namespace\b", r"^(engine|providers)/.*\.[ch]pp$", r"^$", "names are written out"),
    (r"\b(TODO|FIXME|XXX|HACK)\b", r".", r"^tests/lint/words\.py$", "unfinished work is an issue, not a mark"),
    (r"/(work|root|home)/[a-z.]", r".", r"^tests/lint/words\.py$", "a path of one machine"),
]


def main():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True, capture_output=True,
                           check=True).stdout.splitlines()
    found = []
    for name in names:
        try:
            lines = (ROOT / name).read_text().splitlines()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        for pattern, where, allowed, why in RULES:
            if not re.search(where, name) or re.search(allowed, name):
                continue
            found += [f"{name}:{i}: {line.strip()[:80]}  ({why})" for i, line in enumerate(lines, 1) if re.search(pattern, line)]
    print("\n".join(found) if found else f"words: {len(names)} files, nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
