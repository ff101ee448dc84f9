"""Requests to the workspace server, with the run's own token."""

import json
import urllib.error
import urllib.parse
import urllib.request


class ApiError(Exception):
    """The server refused: its status, error code and message."""

    def __init__(self, status, code, message):
        super().__init__(f"{code}: {message}" if code else message)
        self.status = status
        self.code = code
        self.message = message


class Api:
    def __init__(self, url, token):
        self._url = url.rstrip("/")
        self._token = token
        # The server is on loopback: a proxy of the environment is not for it.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    @property
    def url(self):
        return self._url

    @property
    def token(self):
        return self._token

    def get(self, path, query=None, timeout=60):
        words = {key: value for key, value in (query or {}).items() if value is not None}
        return self._send("GET", path + ("?" + urllib.parse.urlencode(words) if words else ""), None, timeout)

    def post(self, path, body, timeout=60):
        return self._send("POST", path, json.dumps(body).encode(), timeout)

    def _send(self, method, path, data, timeout):
        request = urllib.request.Request(self._url + path, data=data, method=method)
        request.add_header("Authorization", "Bearer " + self._token)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with self._opener.open(request, timeout=timeout) as answer:
                text = answer.read()
        except urllib.error.HTTPError as problem:
            raise _refusal(problem) from None
        except (urllib.error.URLError, OSError) as problem:
            reason = getattr(problem, "reason", problem)
            raise ApiError(0, "", f"the workspace server does not answer ({reason})") from None
        return json.loads(text) if text.strip() else {}


def _refusal(problem):
    text = problem.read().decode("utf-8", "replace")
    try:
        body = json.loads(text)
        return ApiError(problem.code, body.get("error_code", ""), body.get("message", text))
    except (ValueError, AttributeError):
        return ApiError(problem.code, "", text.strip() or problem.reason)
