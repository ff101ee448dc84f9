"""Runs the cells of a notebook, whatever their language."""

import ast
import linecache
import re
import shlex

from . import magics, sql
from .notebook_utils import absolute
from .outputs import display
from .source import Notebook

LANGUAGES = {"scala": "Scala", "r": "R"}
IPYTHON_LINE = re.compile(r"^\s*(%{1,2}\w+|!)")
HARMLESS = re.compile(r"^%(matplotlib|load_ext|autoreload|config)\b")


class Runner:
    """Runs notebooks in one namespace and one session: the run's own and those that it includes by %run."""

    def __init__(self, namespace, spark, widgets, outputs, dbutils, include, site):
        self.namespace = namespace
        self.spark = spark
        self.widgets = widgets
        self.outputs = outputs
        self.dbutils = dbutils
        self.include = include  # path -> Notebook
        self.site = site  # folder for %pip
        self._open = []  # notebooks being run, outermost first

    def run(self, path, notebook: Notebook, began=lambda cell: None):
        """Runs all cells; `began` hears each cell's number before it starts."""
        if path in self._open:
            raise RecursionError("%run goes round in a circle: " + " -> ".join([*self._open, path]))
        self._open.append(path)
        try:
            for cell in notebook.cells:
                began(cell.index)
                self.run_cell(path, cell)
        finally:
            self._open.pop()

    def run_cell(self, path, cell):
        if cell.magic == "python":
            self.python(path, cell)
        elif cell.magic == "sql":
            self.sql(cell)
        elif cell.magic == "run":
            self.run_included(path, cell)
        elif cell.magic == "sh":
            magics.shell(cell)
        elif cell.magic == "fs":
            self.fs(cell)
        elif cell.magic == "pip":
            magics.pip(cell, self.site)
        elif cell.magic == "restart_python":
            self.dbutils.library.restartPython()
        elif cell.magic in LANGUAGES and cell.text.strip():
            raise NotImplementedError(f"{LANGUAGES[cell.magic]} cells are not supported by the local workspace")

    def python(self, path, cell):
        """Executes the statements; the value of a trailing expression is shown."""
        name = f"{path} (cell {cell.index})"
        text = _without_magics(cell.text)
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        tree = ast.parse(text, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec", dont_inherit=True), self.namespace)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), name, "eval", dont_inherit=True), self.namespace)
            self.show(value)

    def show(self, value):
        if value is None:
            return
        if hasattr(value, "_repr_html_") and type(value).__module__.startswith("pandas"):
            display(self.outputs, self.spark, value)
        else:
            print(repr(value))

    def sql(self, cell):
        result = sql.run_cell(self.spark, cell.text, self.widgets)
        if result is None:
            return
        self.namespace["_sqldf"] = result
        if not sql.is_command(result):
            display(self.outputs, self.spark, result)

    def run_included(self, path, cell):
        if cell.text.strip():
            raise SyntaxError("%run must be alone in its cell")
        words = shlex.split(cell.arguments)
        if not words:
            raise SyntaxError("%run needs the path of a notebook")
        for word in words[1:]:
            match = re.match(r"\$(\w+)=(.*)$", word, re.DOTALL)
            if not match:
                raise SyntaxError(f'%run passes parameters as $name="value", not {word!r}')
            self.widgets._set(match.group(1), match.group(2))
        target = absolute(path, words[0])
        self.run(target, self.include(target))

    def fs(self, cell):
        words = shlex.split(cell.arguments)
        command = getattr(self.dbutils.fs, words[0], None) if words and not words[0].startswith("_") else None
        if command is None:
            raise SyntaxError("%fs knows ls, head, put, mkdirs, cp, mv and rm")
        flags = {"-r": "recurse", "--recurse": "recurse"}
        options = {flags[word]: True for word in words if word in flags}
        result = command(*[word for word in words[1:] if word not in flags], **options)
        if words[0] == "ls":
            columns = [("path", "string"), ("name", "string"), ("size", "bigint"), ("modificationTime", "bigint")]
            self.outputs.table(columns, result)
        elif result is not None:
            print(result)


def _without_magics(text):
    """Python as it is, except lines that only IPython understands: harmless ones go, others are an error."""
    lines = text.split("\n")
    try:
        ast.parse(text)
        return text
    except SyntaxError:
        pass
    for number, line in enumerate(lines):
        if HARMLESS.match(line):
            lines[number] = ""
        elif number == 0 and IPYTHON_LINE.match(line):
            raise NotImplementedError(f"IPython magics are not supported by the local workspace: {line.strip()}")
    return "\n".join(lines)
