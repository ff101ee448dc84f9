"""Notebooks as text: the source format (`# COMMAND ----------`) and .ipynb, both to cells."""

import json
import re
from dataclasses import dataclass

COMMENT = {"PYTHON": "#", "SQL": "--", "SCALA": "//", "R": "#"}
HEADER = "Databricks notebook source"

# Longest first: `md-sandbox` before `md`, `run` before `r`.
MAGICS = sorted(
    ["python", "sql", "scala", "r", "md", "md-sandbox", "sh", "fs", "run", "pip", "restart_python"],
    key=len,
    reverse=True,
)
LANGUAGE_MAGIC = {"PYTHON": "python", "SQL": "sql", "SCALA": "scala", "R": "r"}
MAGIC_LINE = re.compile(r"%(" + "|".join(re.escape(m) for m in MAGICS) + r")(?=\s|$)(.*)", re.DOTALL)


class NotebookError(Exception):
    """The text is no notebook."""


@dataclass
class Cell:
    """One cell. `text` is its code without comment tokens and without the line's magic; `index` counts from one."""

    index: int
    magic: str
    arguments: str
    text: str
    title: str = ""


@dataclass
class Notebook:
    language: str
    cells: list


def parse(text, form="SOURCE", language="PYTHON"):
    """Parses a notebook. A header line or the .ipynb metadata overrule `language`."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if form == "JUPYTER":
        return parse_jupyter(text, language)
    return parse_source(text, header_language(text, language) or language)


def header_language(text, preferred="PYTHON"):
    """The language that the first line declares, or None. `#` means both Python and R: `preferred` decides."""
    first = text.split("\n", 1)[0].rstrip()
    fits = [name for name, token in COMMENT.items() if first == f"{token} {HEADER}"]
    if preferred in fits:
        return preferred
    return fits[0] if fits else None


def parse_source(text, language):
    token = re.escape(COMMENT[language])
    lines = text.split("\n")
    if header_language(text, language):
        lines = lines[1:]
    separator = re.compile(rf"^{token} COMMAND -{{10,}}\s*$")
    blocks = [[]]
    for line in lines:
        if separator.match(line):
            blocks.append([])
        else:
            blocks[-1].append(line)
    cells = [_source_cell(trimmed, token, language) for block in blocks if (trimmed := _trim(block))]
    return _numbered(language, cells)


def _source_cell(lines, token, language):
    title = ""
    if match := re.match(rf"^{token} DBTITLE \d+,(.*)$", lines[0]):
        title = match.group(1).strip()
        lines = _trim(lines[1:])
    magic = re.compile(rf"^{token} MAGIC(?: (.*)|\s*)$")
    comment = re.compile(rf"^{token}(?: (?!MAGIC\b).*)?$")
    first = next((line for line in lines if line.strip() and not comment.match(line)), "")
    if magic.match(first):
        # Ordinary lines between the commented ones are notes of somebody's; they keep their place as empty lines.
        plain = [(match.group(1) or "") if (match := magic.match(line)) else "" for line in lines]
        return _cell("\n".join(_trim(plain)), language, title)
    return _cell("\n".join(lines), language, title)


def parse_jupyter(text, language):
    try:
        document = json.loads(text)
    except ValueError as problem:
        raise NotebookError(f"not a Jupyter notebook: {problem}") from None
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        raise NotebookError("not a Jupyter notebook: it has no cells")
    if document.get("nbformat", 4) < 4:
        raise NotebookError("only Jupyter notebooks of format 4 and later can run")
    language = _jupyter_language(document.get("metadata") or {}) or language
    cells = []
    for entry in document["cells"]:
        source = entry.get("source", "")
        body = "".join(source) if isinstance(source, list) else source
        if not body.strip():
            continue
        if entry.get("cell_type") == "code":
            cells.append(_cell(body, language, ""))
        else:
            cells.append(Cell(0, "md", "", body))
    return _numbered(language, cells)


def _jupyter_language(metadata):
    own = metadata.get("application/vnd.databricks.v1+notebook") or {}
    named = (
        own.get("language")
        or (metadata.get("language_info") or {}).get("name")
        or (metadata.get("kernelspec") or {}).get("language")
    )
    return named.upper() if named and named.upper() in COMMENT else None


def _cell(body, language, title):
    lines = body.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    match = MAGIC_LINE.match(lines[first].lstrip())
    if not match:
        return Cell(0, LANGUAGE_MAGIC[language], "", body, title)
    magic, rest = match.group(1), match.group(2).strip()
    following = lines[first + 1 :]
    if magic in ("python", "sql", "md", "md-sandbox", "scala", "r"):
        # The magic's own line stays, so that line numbers in errors are those that the reader sees.
        return Cell(0, magic, "", "\n".join([*[""] * first, rest, *following]), title)
    if magic == "sh":
        options, _, command = rest.partition(" ") if rest.startswith("-") else ("", "", rest)
        return Cell(0, magic, options, "\n".join([command, *following]), title)
    if magic == "pip":
        return Cell(0, magic, "", "\n".join(lines[first:]), title)
    return Cell(0, magic, rest, "\n".join(following), title)


def _trim(lines):
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return lines[start:end]


def _numbered(language, cells):
    for number, cell in enumerate(cells, 1):
        cell.index = number
    return Notebook(language, cells)
