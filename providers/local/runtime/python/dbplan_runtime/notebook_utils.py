"""`dbutils.notebook`: children, the exit value, and the context that libraries ask for."""

import json
import posixpath

from py4j.protocol import Py4JJavaError

from .api import ApiError

WAIT_SECONDS = 20


class NotebookExit(Exception):
    """`dbutils.notebook.exit`: ends the run with a value.

    An ordinary exception, as on Databricks: `except Exception` around it swallows the exit, and the notebook goes on.
    """

    def __init__(self, value):
        super().__init__(value)
        self.value = value


class _JavaThrowable:
    """Stands in for the Java exception that a Py4JJavaError carries."""

    _target_id = "o0"
    _gateway_client = None

    def __init__(self, message):
        self._message = message

    def getMessage(self):
        return self._message

    def toString(self):
        return "com.databricks.WorkflowException: " + self._message

    def getCause(self):
        return None

    __str__ = toString


class WorkflowException(Py4JJavaError):
    """A child run failed. A Py4JJavaError, as on Databricks, whose text names the child and its error."""

    def __init__(self, message, run_id=None, child_trace=""):
        Exception.__init__(self, message)
        self.errmsg = message
        self.java_exception = _JavaThrowable(message)
        self.exception_cmd = ""
        self.run_id = run_id
        self.child_trace = child_trace

    def __str__(self):
        return "com.databricks.WorkflowException: " + self.errmsg

    __repr__ = __str__


class NotebookUtils:
    def __init__(self, api, run_id, path, context):
        self._api = api
        self._run_id = run_id
        self._path = path
        self._context = context
        self.entry_point = _EntryPoint(context)

    def run(self, path, timeout_seconds=0, arguments=None):
        """Runs another notebook on this cluster and returns its exit value. Threads may call it at once."""
        body = {
            "parent": self._run_id,
            "path": absolute(self._path, path),
            "timeout_seconds": int(timeout_seconds),
            "arguments": _texts(arguments or {}),
        }
        try:
            run_id = self._api.post("/api/local/notebook-runs", body)["run_id"]
        except ApiError as problem:
            raise WorkflowException(
                "com.databricks.NotebookExecutionException: FAILED: "
                f"Unable to run notebook {body['path']}: {problem.message}"
            ) from None
        ended = self._wait(run_id)
        if ended["state"] == "SUCCESS":
            return ended.get("exit_value")
        raise WorkflowException(_failure(body["path"], run_id, ended), run_id, ended.get("error_trace") or "")

    def exit(self, value=""):
        raise NotebookExit(str(value))

    def getContext(self):
        return self._context

    def setContext(self, context):
        """Scala recipes need it; here every thread has the context."""

    def help(self):
        print("dbutils.notebook: run(path, timeout_seconds, arguments), exit(value)")

    def _wait(self, run_id):
        while True:
            path = f"/api/local/notebook-runs/{run_id}"
            answer = self._api.get(path, {"wait_seconds": WAIT_SECONDS}, timeout=WAIT_SECONDS + 60)
            if answer["state"] != "RUNNING":
                return answer


def absolute(base, path):
    """A notebook path as the notebook at `base` means it."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), path))


def _failure(path, run_id, ended):
    reason = {"FAILED": "Workload failed, see run output for details"}.get(ended["state"], ended["state"].lower())
    text = f"com.databricks.NotebookExecutionException: {ended['state']}: {reason}\n"
    text += f"run {run_id} of {path}"
    if ended.get("run_page_url"):
        text += f" ({ended['run_page_url']})"
    return text + (f": {ended['error']}" if ended.get("error") else "")


def _texts(arguments):
    for name, value in arguments.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError(
                f"arguments of dbutils.notebook.run are text, but {name!r} is {type(value).__name__}; use str()"
            )
    return dict(arguments)


class Option:
    """Scala's Option, as code written for the real context expects it."""

    def __init__(self, value):
        self._value = value

    def get(self):
        if self._value is None:
            raise ValueError("None.get")
        return self._value

    def getOrElse(self, default):
        if self._value is not None:
            return self._value
        return default() if callable(default) else default

    def isDefined(self):
        return self._value is not None

    def isEmpty(self):
        return self._value is None

    def __str__(self):
        return f"Some({self._value})" if self.isDefined() else "None"

    toString = __str__


class _Tags(dict):
    """Scala's Map: `get` answers an Option, `apply` the value."""

    def get(self, key, default=None):
        return Option(dict.get(self, key, default))

    def apply(self, key):
        return self[key]

    def getOrElse(self, key, default):
        return dict.get(self, key, default)

    def contains(self, key):
        return key in self


class Context:
    """`dbutils.notebook.getContext()`: what libraries commonly ask of it."""

    def __init__(self, path, api, facts, parameters):
        self._path = path
        self._api = api
        self._facts = facts
        self._parameters = parameters

    def notebookPath(self):
        return Option(self._path)

    def apiUrl(self):
        return Option(self._api.url)

    def apiToken(self):
        return Option(self._api.token)

    def browserHostName(self):
        return Option(self._facts.get("host"))

    def clusterId(self):
        return Option(self._facts.get("cluster_id"))

    def userName(self):
        return Option(self._facts.get("user"))

    def jobId(self):
        return Option(self._facts.get("job_id"))

    def jobRunId(self):
        return Option(self._facts.get("job_run_id"))

    def taskRunId(self):
        return Option(self._facts.get("task_run_id"))

    def currentRunId(self):
        return Option(self._facts.get("task_run_id"))

    def tags(self):
        return _Tags(self._tags())

    def toJson(self):
        return json.dumps(
            {
                "currentRunId": self._facts.get("task_run_id"),
                "tags": self._tags(),
                "attributes": self._tags(),
                "extraContext": {"notebook_path": self._path},
            }
        )

    safeToJson = toJson

    def bindings(self):
        return dict(self._parameters)

    def _tags(self):
        tags = {
            "user": self._facts.get("user"),
            "clusterId": self._facts.get("cluster_id"),
            "browserHostName": self._facts.get("host"),
            "jobId": self._facts.get("job_id"),
            "runId": self._facts.get("task_run_id"),
            "jobRunId": self._facts.get("job_run_id"),
            "multitaskParentRunId": self._facts.get("job_run_id"),
            "taskKey": self._facts.get("task_key"),
            "notebook_path": self._path,
        }
        return {key: str(value) for key, value in tags.items() if value}


class _EntryPoint:
    """`dbutils.notebook.entry_point.getDbutils().notebook().getContext()`, the way that most code takes."""

    def __init__(self, context):
        self._context = context

    def getDbutils(self):
        return self

    def notebook(self):
        return self

    def getContext(self):
        return self._context

    def getCurrentBindings(self):
        return self._context.bindings()
