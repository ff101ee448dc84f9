"""SQL of notebooks: cells with several statements, parameters from widgets, and the statements that Spark refuses.

Open Spark cannot create views or catalogs in a catalog that is not its own, cannot analyse such tables, and knows no
widgets. These few statements are recognised by their first words and carried out here; everything else goes to Spark
untouched.
"""

import re

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from .widgets import InputWidgetNotDefined

# A quoted text, a quoted name, a comment, or one other character.
TOKEN = re.compile(
    r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|--[^\n]*|/\*.*?\*/|.""",
    re.DOTALL,
)
NAME = r"(`[^`]+`|[\w-]+)"
CREATE_CATALOG = re.compile(rf"create\s+(?:foreign\s+)?catalog\s+(if\s+not\s+exists\s+)?{NAME}\b", re.I)
DROP_CATALOG = re.compile(r"drop\s+catalog\b", re.I)
USE_CATALOG = re.compile(rf"use\s+catalog\s+{NAME}\s*$", re.I)
ANALYZE = re.compile(r"analyze\s+tables?\b", re.I)
VIEW = re.compile(r"(create\s+(or\s+replace\s+)?|alter\s+|drop\s+)view\b", re.I)
CREATE_WIDGET = re.compile(
    rf"create\s+widget\s+(text|dropdown|combobox|multiselect)\s+{NAME}\s+default\s+(?:'([^']*)'|\"([^\"]*)\")", re.I
)
REMOVE_WIDGET = re.compile(rf"remove\s+widget\s+{NAME}", re.I)


def split(text):
    """The statements of a cell: `;` separates, except in quotes, comments and BEGIN ... END scripts."""
    if re.match(r"begin\b", without_comments(text), re.I):
        return [text]
    statements, current = [], []
    for token in TOKEN.findall(text):
        if token == ";":
            statements.append("".join(current))
            current = []
        else:
            current.append(token)
    statements.append("".join(current))
    return [statement.strip() for statement in statements if without_comments(statement)]


def without_comments(text):
    kept = ["" if token.startswith("--") or token.startswith("/*") else token for token in TOKEN.findall(text)]
    return "".join(kept).strip()


def substitute(text, widgets):
    """Fills in `${name}` and `$name` where a widget has that name; anything else is Spark's own business."""

    def value(match):
        try:
            return widgets.get(match.group(1) or match.group(2))
        except InputWidgetNotDefined:
            return match.group(0)

    return re.sub(r"\$\{(\w+)\}|\$([A-Za-z_]\w*)", value, text)


def markers(text, widgets):
    """The `:name` markers of a statement, as arguments for Spark: text values of the widgets of that name."""
    known = widgets.getAll()
    plain = "".join(token if len(token) == 1 else " " for token in TOKEN.findall(text))
    names = re.findall(r"(?<![:\w]):([A-Za-z_]\w*)", plain)
    return {name: known[name] for name in names if name in known}


def run_cell(spark, text, widgets):
    """Runs a SQL cell; returns the last statement's result, or None."""
    result = None
    for statement in split(substitute(text, widgets)):
        if not _widget_statement(statement, widgets):
            arguments = markers(statement, widgets)
            result = spark.sql(statement, args=arguments) if arguments else spark.sql(statement)
    return result


def _widget_statement(statement, widgets):
    plain = without_comments(statement)
    if match := CREATE_WIDGET.match(plain):
        kind, name, single, double = match.groups()
        default = single if single is not None else double
        choices = [default] if kind.lower() in ("dropdown", "multiselect") else ()
        widgets._declare(name.strip("`"), default, choices or None)
        return True
    if match := REMOVE_WIDGET.match(plain):
        widgets.remove(match.group(1).strip("`"))
        return True
    return False


def intercept(attached):
    """Teaches `spark.sql` of this process the statements above."""
    plain_sql = SparkSession.sql
    jvm_run = attached.jvm_run

    def sql(session, sqlQuery, args=None, **kwargs):
        if not kwargs and isinstance(sqlQuery, str):
            replacement = _replacement(jvm_run, sqlQuery)
            if replacement is not None:
                return plain_sql(session, replacement)
        try:
            return plain_sql(session, sqlQuery, args, **kwargs)
        except PySparkException as problem:
            # Another cluster or the server may have made the catalog since this session began.
            if "CATALOG_NOT_FOUND" not in str(problem.getCondition()):
                raise
            jvm_run.refreshCatalogs()
            return plain_sql(session, sqlQuery, args, **kwargs)

    SparkSession.sql = sql


NOTHING = "SELECT 1 WHERE false"  # `spark.sql` answers a frame; these statements have nothing to say


def _replacement(jvm_run, statement):
    """None for a statement that Spark runs itself; else it has been done, and what to run instead is returned."""
    plain = without_comments(statement).rstrip("; \n\t")
    if match := CREATE_CATALOG.match(plain):
        name = match.group(2).strip("`")
        if not jvm_run.createCatalog(name) and not match.group(1):
            raise ValueError(f"[CATALOG_ALREADY_EXISTS] catalog '{name}' already exists")
        return NOTHING
    if match := USE_CATALOG.match(plain):
        jvm_run.refreshCatalogs()
        return f"SET CATALOG {match.group(1)}"
    if DROP_CATALOG.match(plain):
        raise NotImplementedError("DROP CATALOG is not supported by the local workspace")
    if ANALYZE.match(plain):
        return NOTHING
    if VIEW.match(plain) and jvm_run.runViewStatement(plain):
        return NOTHING
    return None


def is_command(frame):
    """True for a result without columns: a statement that was done and has nothing to show."""
    return not isinstance(frame, DataFrame) or not frame.columns
