#!/usr/bin/env python3
"""Who may include whom. A folder's row names the project folders that its files may include; a
library's row names the only files that may include it. Exit 1 with every violation."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Folder (longest prefix wins) -> folders or headers whose files it may include, beside its own.
ALLOWED = {
    "engine/base": [],
    "engine/model": ["engine/base"],
    "engine/spec": ["engine/base", "engine/model"],
    "engine/ledger": ["engine/base", "engine/model", "engine/provider.hpp"],
    "engine/live": ["engine/base", "engine/model", "engine/ledger", "engine/provider.hpp"],
    "engine/plan": ["engine/base", "engine/model", "engine/ledger/ledger.hpp", "engine/live/live.hpp"],
    "engine/apply": ["engine/base", "engine/model", "engine/plan", "engine/ledger", "engine/live", "engine/provider.hpp"],
    "engine/bench": ["engine/base", "engine/model"],
    "engine/review": ["engine/base", "engine/model", "engine/spec/tree.hpp", "engine/spec/ignore_rules.hpp", "engine/plan"],
    "engine/import": ["engine/base", "engine/model", "engine/plan/diff.hpp", "engine/plan/rules.hpp", "engine/provider.hpp"],
    "engine/net": ["engine/base", "engine/provider.hpp"],
    "engine/report": ["engine/base", "engine/model", "engine/plan", "engine/apply/apply.hpp", "engine/bench"],
    "engine/cli": ["engine"],
    "engine/main.cpp": ["engine", "providers"],
    "engine/provider.hpp": ["engine/base", "engine/model"],
    "engine/local_workspace.hpp": ["engine/base"],
    "providers/databricks": ["engine/base", "engine/model", "engine/net", "engine/provider.hpp"],
    "providers/local": ["engine/base", "engine/local_workspace.hpp"],
}

# Library header -> the only files that may include it.
LIBRARIES = {
    "yaml-cpp/": ["engine/spec/yaml_reader.cpp"],
    "curl/": ["engine/net/curl_"],
    "git2.h": ["engine/review/git_"],
    "sqlite3.h": ["providers/local/server/store.cpp"],
    "httplib.h": ["providers/local/server/http.cpp"],
    "openssl/": ["engine/base/digest.cpp"],
    "zlib.h": ["engine/base/digest.cpp"],
    "date/": ["engine/base/quartz.cpp", "engine/base/time_zone.cpp"],
    "CLI/": ["engine/cli/", "engine/main.cpp"],
    "nlohmann/": ["engine/base/json.hpp"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


def row_of(path):
    return max((row for row in ALLOWED if path == row or path.startswith(row + "/")), key=len, default=None)


def may_include(row, header):
    return any(header == allowed or header.startswith(allowed + "/") for allowed in [row, *ALLOWED[row]])


def violations(path, text):
    row = row_of(path)
    if row is None:
        yield f"{path}: stands in no row of the include table"
        return
    for form, header in INCLUDE.findall(text):
        ours = header.startswith(("engine/", "providers/"))
        if ours and not may_include(row, header):
            yield f"{path}: includes {header}, which {row} may not"
        for library, users in LIBRARIES.items():
            if header.startswith(library) and not any(path.startswith(user) for user in users):
                yield f"{path}: includes <{header}>, which is confined to {', '.join(users)}"


def main():
    files = sorted(p for folder in ("engine", "providers") for p in (ROOT / folder).rglob("*.[ch]pp"))
    found = [v for p in files for v in violations(p.relative_to(ROOT).as_posix(), p.read_text())]
    print("\n".join(found) if found else f"include table: {len(files)} files, no violation")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
