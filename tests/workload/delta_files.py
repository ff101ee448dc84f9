"""Reads a Delta table from its files: the log says which Parquet files are live, pyarrow reads them.

Only what the workload's tables use is read; anything else (deletion vectors, column mapping,
partitions) is refused, since a wrong reading would judge wrongly.
"""

import datetime
import decimal
import json
import pathlib
import re
import urllib.parse

import pyarrow.parquet as parquet


class Unreadable(Exception):
    pass


class DeltaFiles:
    """The latest version of the table in folder `path`."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.log = self.path / "_delta_log"
        if not self.log.is_dir():
            raise Unreadable(f"{self.path} is no Delta table: it has no _delta_log")
        self.live = {}
        self.metadata = None
        self.version = -1
        self._replay()

    def columns(self):
        return [field["name"] for field in json.loads(self.metadata["schemaString"])["fields"]]

    def last_merge(self):
        """The inserted and updated rows of the newest commit, or None if that is no MERGE."""
        with open(self.log / f"{self.version:020}.json") as lines:
            for line in lines:
                commit = json.loads(line).get("commitInfo")
                if commit and commit["operation"] == "MERGE":
                    metrics = commit["operationMetrics"]
                    return {
                        "inserted": int(metrics["numTargetRowsInserted"]),
                        "updated": int(metrics["numTargetRowsUpdated"]),
                    }
        return None

    def rows(self):
        """Every row as the list of its columns in canonical text."""
        names = self.columns()
        for file in sorted(self.live):
            table = parquet.ParquetFile(self.path / urllib.parse.unquote(file)).read()
            if sorted(table.column_names) != sorted(names):
                raise Unreadable(f"{file} has the columns {table.column_names}, the log {names}")
            columns = [[text(value) for value in table.column(n).to_pylist()] for n in names]
            yield from zip(*columns)

    def _replay(self):
        checkpoints = {}
        for entry in self.log.iterdir():
            if match := re.fullmatch(r"(\d{20})\.checkpoint\.parquet", entry.name):
                checkpoints[int(match[1])] = entry
            elif ".checkpoint." in entry.name and entry.suffix in (".parquet", ".json"):
                raise Unreadable(f"{entry} is a checkpoint of a form that is not read here")
        if checkpoints:
            self.version = max(checkpoints)
            for row in parquet.ParquetFile(checkpoints[self.version]).read().to_pylist():
                self._action({key: value for key, value in row.items() if value is not None})
        while (commit := self.log / f"{self.version + 1:020}.json").exists():
            self.version += 1
            for line in commit.read_text().splitlines():
                self._action(json.loads(line))
        if self.metadata is None:
            raise Unreadable(f"the log of {self.path} holds no metaData")

    def _action(self, action):
        if add := action.get("add"):
            if add.get("deletionVector"):
                raise Unreadable(f"{self.path} uses deletion vectors, which are not read here")
            self.live[add["path"]] = True
        if remove := action.get("remove"):
            self.live.pop(remove["path"], None)
        if metadata := action.get("metaData"):
            settings = metadata.get("configuration") or {}
            if isinstance(settings, list):  # a map, as pyarrow reads it from a checkpoint
                settings = dict(settings)
            if metadata.get("partitionColumns"):
                raise Unreadable(f"{self.path} is partitioned, which is not read here")
            if settings.get("delta.columnMapping.mode", "none") != "none":
                raise Unreadable(f"{self.path} maps columns, which is not read here")
            self.metadata = metadata


def text(value):
    """The canonical text of one value; see notebooks/shared/tables.py."""
    if value is None:
        return "NULL"
    if isinstance(value, bool) or not isinstance(value, (int, str, decimal.Decimal, datetime.date)):
        raise Unreadable(f"no canonical text is defined for {type(value).__name__}")
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
