"""`dbutils`: the parts that are small, and the object that holds all."""

import base64
import json

from .api import ApiError

TASK_VALUE_LIMIT = 48 * 1024


class DBUtils:
    def __init__(self, notebook, widgets, fs, secrets, jobs):
        self.notebook = notebook
        self.widgets = widgets
        self.fs = fs
        self.secrets = secrets
        self.jobs = jobs
        self.library = Library()

    def help(self):
        print("dbutils of the local workspace: fs, jobs, library, notebook, secrets, widgets")

    def __getattr__(self, name):
        if name in ("credentials", "data", "meta", "preview"):
            raise NotImplementedError(f"dbutils.{name} is not supported by the local workspace")
        raise AttributeError(f"'DBUtils' object has no attribute {name!r}")


class Secrets:
    def __init__(self, api, redactor):
        self._api = api
        self._redactor = redactor

    def get(self, scope, key):
        return self.getBytes(scope, key).decode()

    def getBytes(self, scope, key):
        try:
            answer = self._api.get("/api/2.0/secrets/get", {"scope": scope, "key": key})
        except ApiError as problem:
            if problem.status == 404:
                raise ValueError(f"Secret does not exist with scope: {scope} and key: {key}") from None
            raise
        value = base64.b64decode(answer["value"])
        self._redactor.add(value.decode("utf-8", "replace"))
        return value

    def list(self, scope):
        return [Named(key=entry["key"]) for entry in self._api.get("/api/2.0/secrets/list", {"scope": scope}).get("secrets", [])]

    def listScopes(self):
        return [Named(name=entry["name"]) for entry in self._api.get("/api/2.0/secrets/scopes/list").get("scopes", [])]

    def help(self):
        print("dbutils.secrets: get, getBytes, list, listScopes")


class Named:
    """A named thing of a listing: `SecretMetadata(key=...)`, `SecretScope(name=...)`."""

    def __init__(self, **fields):
        self.__dict__.update(fields)

    def __repr__(self):
        name = "SecretScope" if "name" in self.__dict__ else "SecretMetadata"
        return f"{name}({', '.join(f'{key}={value!r}' for key, value in self.__dict__.items())})"


class Jobs:
    def __init__(self, api, facts):
        self.taskValues = TaskValues(api, facts)

    def help(self):
        print("dbutils.jobs.taskValues: set(key, value), get(taskKey, key, default, debugValue)")


class TaskValues:
    """Values that tasks of one job run hand to later ones."""

    def __init__(self, api, facts):
        self._api = api
        self._run_id = facts.get("task_run_id") if facts.get("task_key") else None

    def set(self, key, value):
        if len(json.dumps(value).encode()) > TASK_VALUE_LIMIT:
            raise ValueError(f"the value of {key!r} is larger than 48 KiB")
        if self._run_id:
            self._api.post("/api/local/task-values", {"run_id": self._run_id, "key": key, "value": value})

    def get(self, taskKey, key, default=None, debugValue=None):
        if not self._run_id:
            if debugValue is None:
                raise TypeError("Must pass debugValue when calling get outside of a job context. debugValue cannot be None.")
            return debugValue
        try:
            query = {"run_id": self._run_id, "task_key": taskKey, "key": key}
            return self._api.get("/api/local/task-values", query)["value"]
        except ApiError as problem:
            if problem.status != 404:
                raise
            if default is None:
                raise ValueError(f"No task value with task key '{taskKey}' and key '{key}' was found") from None
            return default


class Library:
    def restartPython(self):
        raise NotImplementedError("dbutils.library.restartPython is not supported by the local workspace")

    def help(self):
        print("dbutils.library: nothing is supported by the local workspace")
