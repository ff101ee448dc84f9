"""What a run leaves behind for people: `cells.jsonl`, the standard streams, and no secret in either."""

import base64
import io
import json
import os
import threading

CELL_LIMIT = 1 << 20  # characters of text kept per cell
ROW_LIMIT = 10_000
BYTE_LIMIT = 2 << 20  # of one table


class Redactor:
    """Replaces values that came from secret scopes. Literal matches only, as on Databricks."""

    def __init__(self):
        self._values = []

    def add(self, value):
        if value and value not in self._values:
            self._values.append(value)
            self._values.sort(key=len, reverse=True)

    def __call__(self, text):
        for value in self._values:
            text = text.replace(value, "[REDACTED]")
        return text


class Outputs:
    """Writes one record per output to `cells.jsonl`; text is gathered and written in the order in which it came."""

    def __init__(self, folder, redact):
        self._file = open(os.path.join(folder, "cells.jsonl"), "w", encoding="utf-8", opener=_private)
        self._redact = redact
        self._lock = threading.RLock()
        self._text = []
        self._kept = 0
        self.cell = 0

    def begin(self, cell):
        with self._lock:
            self.flush()
            self.cell = cell
            self._kept = 0

    def text(self, text):
        with self._lock:
            if self._kept > CELL_LIMIT:
                return
            self._kept += len(text)
            self._text.append(text if self._kept <= CELL_LIMIT else "\n... output truncated\n")

    def html(self, html):
        self._record("html", self._redact(html))

    def error(self, text):
        self._record("error", self._redact(text))

    def table(self, columns, rows, truncated=False):
        """`columns` are (name, type) pairs; values become what JSON has, everything else its text."""
        kept, size = [], 0
        for row in rows:
            line = [self._value(value) for value in row]
            size += len(json.dumps(line))
            if len(kept) >= ROW_LIMIT or size > BYTE_LIMIT:
                truncated = True
                break
            kept.append(line)
        names = [{"name": str(name), "type": str(kind)} for name, kind in columns]
        self._record("table", {"columns": names, "rows": kept, "truncated": truncated})

    def flush(self):
        with self._lock:
            text, self._text = "".join(self._text), []
            if text:
                self._write("text", self._redact(text))

    def close(self):
        with self._lock:
            self.flush()
            self._file.close()

    def _value(self, value):
        if value is None or isinstance(value, (bool, int)):
            return value
        if isinstance(value, float):
            return value if value == value and abs(value) != float("inf") else str(value)
        return self._redact(str(value))

    def _record(self, kind, data):
        with self._lock:
            self.flush()
            self._write(kind, data)

    def _write(self, kind, data):
        self._file.write(json.dumps({"cell": self.cell, "kind": kind, "data": data}) + "\n")
        self._file.flush()


class Stream(io.TextIOBase):
    """`sys.stdout` of a notebook: to the log and to the current cell."""

    encoding = "utf-8"

    def __init__(self, descriptor, outputs, redact):
        self._descriptor = descriptor
        self._outputs = outputs
        self._redact = redact

    def writable(self):
        return True

    def fileno(self):
        return self._descriptor

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.text(text)
        data = self._redact(text).encode("utf-8", "replace")
        while data:
            data = data[os.write(self._descriptor, data) :]
        return len(text)

    def flush(self):
        pass


def display(outputs, spark, value, *_, **__):
    """`display(...)`: Spark and pandas frames and lists as tables, figures as pictures, the rest as it shows itself."""
    import pandas
    from pyspark.sql import DataFrame

    if value is None:
        return
    if isinstance(value, DataFrame):
        if value.isStreaming:
            raise NotImplementedError("display() of a streaming DataFrame is not supported by the local workspace")
        rows = value.limit(ROW_LIMIT + 1).collect()
        outputs.table([(f.name, f.dataType.simpleString()) for f in value.schema.fields], rows)
    elif isinstance(value, pandas.DataFrame):
        columns = [(name, kind) for name, kind in zip(value.columns, value.dtypes)]
        outputs.table(columns, value.itertuples(index=False, name=None))
    elif isinstance(value, (list, tuple)) and value and not isinstance(value[0], (str, bytes)):
        display(outputs, spark, spark.createDataFrame(list(value)))
    elif hasattr(value, "savefig"):
        picture = io.BytesIO()
        value.savefig(picture, format="png")
        outputs.html(f'<img src="data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}">')
    elif html := _html(value):
        outputs.html(html)
    else:
        print(value)


def _html(value):
    method = getattr(value, "_repr_html_", None)
    return method() if callable(method) else None


def _private(path, flags):
    return os.open(path, flags, 0o600)
