"""One notebook run, from its request to `result.json`. Called in the forked child."""

import builtins
import json
import os
import random
import sys
import time
import types

from . import failure, shims, sql
from .api import Api, ApiError
from .attach import attach
from .cells import Runner
from .dbutils import DBUtils, Jobs, Secrets
from .files import Files
from .notebook_utils import Context, NotebookExit, NotebookUtils
from .outputs import Outputs, Redactor, Stream, display
from .source import NotebookError, header_language, parse
from .widgets import Widgets


def main(request):
    _fresh_randomness()
    out = request["out"]
    redactor = Redactor()
    outputs = Outputs(out, redactor)
    sys.stdout = Stream(1, outputs, redactor)
    sys.stderr = Stream(2, outputs, redactor)
    result = Execution(request, outputs, redactor).result()
    outputs.close()
    _write_result(out, result)


class Execution:
    def __init__(self, request, outputs, redactor):
        self.request = request
        self.outputs = outputs
        self.redactor = redactor
        self.cell = 0
        self.started = None

    def result(self):
        """Runs the notebook and says how it ended, as `result.json` has it."""
        try:
            outcome = {"state": "SUCCESS", "exit_value": self._run()}
        except BaseException as problem:  # noqa: B036 - SystemExit and KeyboardInterrupt fail a run as well
            outcome = self._failed(problem)
        ended = _now()
        return {**outcome, "started": self.started or ended, "ended": ended}

    def _run(self):
        """Attaches, runs every cell, returns the exit value."""
        request = self.request
        attached = attach(request["run"], request["port"], request["secret"])
        sql.intercept(attached)
        with open(request["source"], encoding="utf-8") as file:
            notebook = parse(file.read(), request.get("format", "SOURCE"), request.get("language") or "PYTHON")
        runner = self._runner(attached)
        self.started = _now()
        value = None
        try:
            runner.run(request["path"], notebook, self._began)
        except NotebookExit as end:
            value = end.value
        for query in attached.spark.streams.active:  # a stream that the notebook leaves running keeps the run alive
            query.awaitTermination()
        return value

    def _began(self, cell):
        self.cell = cell
        self.outputs.begin(cell)

    def _runner(self, attached):
        request = self.request
        facts = request.get("context") or {}
        parameters = request.get("parameters") or {}
        api = Api(request["api"]["url"], request["api"]["token"])
        context = Context(request["path"], api, facts, parameters)
        widgets = Widgets(parameters)
        dbutils = DBUtils(
            NotebookUtils(api, request["run"], request["path"], context),
            widgets,
            Files(request["files"]),
            Secrets(api, self.redactor),
            Jobs(api, facts),
        )
        _surroundings(request["out"], facts)
        namespace = self._namespace(attached, dbutils)
        site = os.path.join(request["out"], "site-packages")
        return Runner(
            namespace, attached.spark, widgets, self.outputs, dbutils, lambda path: include(api, path), site
        )

    def _namespace(self, attached, dbutils):
        """The module in which cells run: `__main__`, so that functions travel to UDF workers by value."""
        from pyspark.sql import SQLContext
        from pyspark.sql.functions import udf

        spark = attached.spark
        module = types.ModuleType("__main__")
        module.__dict__.update(
            __builtins__=builtins,
            spark=spark,
            sc=attached.sc,
            sqlContext=SQLContext(attached.sc, spark, spark._jsparkSession),
            sql=spark.sql,
            table=spark.table,
            udf=udf,
            dbutils=dbutils,
            getArgument=dbutils.widgets.getArgument,
            display=lambda *args, **kwargs: display(self.outputs, spark, *args, **kwargs) if args else None,
            displayHTML=self.outputs.html,
        )
        sys.modules["__main__"] = module
        shims.install(module.__dict__)
        return module.__dict__

    def _failed(self, problem):
        trace = self.redactor(failure.error_trace(problem))
        self.outputs.error(trace)
        os.write(2, trace.encode("utf-8", "replace"))
        return {
            "state": "FAILED",
            "error": self.redactor(failure.error_line(problem)),
            "error_trace": trace,
            "cell": self.cell,
        }


def include(api, path):
    """The notebook that `%run` names."""
    import base64

    try:
        answer = api.get("/api/2.0/workspace/export", {"path": path, "format": "SOURCE"})
    except ApiError as problem:
        if problem.status != 404:
            raise
        raise FileNotFoundError(f"%run: there is no notebook {path}") from None
    text = base64.b64decode(answer["content"]).decode("utf-8")
    language = answer.get("language") or "PYTHON"
    if header_language(text.removeprefix("\ufeff").replace("\r\n", "\n"), language):
        return parse(text, "SOURCE", language)
    try:
        return parse(text, "JUPYTER", language)
    except NotebookError:
        raise NotebookError(f"%run: {path} is a file, not a notebook; import it instead") from None


def _surroundings(out, facts):
    """A folder to work in, and the variables that code looks at."""
    work = os.path.join(out, "work")
    os.makedirs(work, exist_ok=True)
    os.chdir(work)
    sys.path.insert(0, work)
    os.environ["DB_CLUSTER_ID"] = facts.get("cluster_id") or ""
    os.environ.setdefault("DATABRICKS_RUNTIME_VERSION", "local")


def _fresh_randomness():
    """Forks of one process would all draw the same numbers."""
    import numpy

    random.seed()
    numpy.random.seed()


def _write_result(out, result):
    draft = os.path.join(out, ".result.json")
    with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(result, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(draft, os.path.join(out, "result.json"))


def _now():
    return int(time.time() * 1000)
