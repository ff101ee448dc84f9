"""A server between the program and the workspace that spoils chosen requests.

A fault is {"method", "path", "status", "error_code", "message", "stall"}: the next request with that
method whose path ends in `path` is answered with the status, or, with "stall", never. It stays until
"times" requests (default: all) have met it.
"""

import http.server
import json
import threading
import urllib.error
import urllib.parse
import urllib.request


class FaultProxy:
    def __init__(self, target, log, port):
        self.target, self.log = target, log
        self.faults = []
        self.ended = threading.Event()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                proxy.answer(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()

    def fault_for(self, method, path):
        for fault in self.faults:
            if fault.get("method", method) == method and path.endswith(fault["path"]) and fault.get("times", 1) > 0:
                if "times" in fault:
                    fault["times"] -= 1
                return fault
        return None

    def answer(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        fault = self.fault_for(handler.command, handler.path.split("?")[0])
        if fault:
            self.log(handler.command, urllib.parse.unquote(handler.path.split("?")[0]), body, "stalled" if "stall" in fault else fault["status"])
        if fault and "stall" in fault:
            self.ended.wait()  # the client's patience ends before that of the test
            return
        if fault:
            text = json.dumps({"error_code": fault["error_code"], "message": fault["message"]}).encode()
            self.send(handler, fault["status"], {"Content-Type": "application/json"}, text)
            return
        headers = {k: v for k, v in handler.headers.items() if k.lower() not in ("host", "connection", "accept-encoding")}
        request = urllib.request.Request(self.target + handler.path, method=handler.command, headers=headers, data=body or None)
        try:
            with urllib.request.urlopen(request) as reply:
                self.send(handler, reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as error:
            self.send(handler, error.code, error.headers, error.read())

    @staticmethod
    def send(handler, status, headers, body):
        handler.send_response(status)
        for key, value in headers.items():
            if key.lower() in ("content-type", "x-databricks-org-id", "retry-after"):
                handler.send_header(key, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
