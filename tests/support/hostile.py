"""A server that lies: it stands before a workspace, or alone, and answers as a script says.

The script is a function of one Call that returns a Reply, or None to close the connection without a
word. `forward` gives the true answer of the workspace behind it. Over TLS with a certificate made on
the spot where one is asked for.
"""

import copy
import http.client
import http.server
import json
import pathlib
import socket
import ssl
import subprocess
import threading
import urllib.parse

KEPT_HEADERS = ("content-type", "x-databricks-org-id", "retry-after")


class Reply:
    def __init__(self, status=200, body=b"", headers=None, stream=None):
        """`stream` yields what is sent in place of headers and body, as it comes."""
        self.status, self.headers, self.stream = status, dict(headers or {}), stream
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()

    def json(self):
        """The body as a value, or None."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Call:
    def __init__(self, handler, body):
        self.method, self.target, self.body = handler.command, handler.path, body
        self.path, _, query = handler.path.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query))
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.socket = handler.connection

    def __str__(self):
        return f"{self.method} {self.path}"


class Hostile:
    """Calls that came are in `calls`. Close it when the test ends."""

    def __init__(self, script, behind=None, certificate=None):
        self.script, self.behind, self.calls = script, behind, []
        self.ended = threading.Event()
        hostile = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def handle_any(self):
                hostile.answer(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any

            def log_message(self, *arguments):
                pass

            def finish(self):
                try:
                    super().finish()
                finally:
                    hostile.hang_up()

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request, client_address):
                pass  # a client that hangs up is what some tests want

        self.server = Server(("127.0.0.1", 0), Handler)
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            scheme = "https"
        self.port = self.server.server_port
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.upstream = threading.local()
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()

    def hang_up(self):
        """What a client's connection needed behind the proxy ends with it: servers look after each that is open."""
        connection = getattr(self.upstream, "connection", None)
        if connection is not None:
            connection.close()
            self.upstream.connection = None

    def answer(self, handler):
        call = Call(handler, handler.rfile.read(int(handler.headers.get("Content-Length") or 0)))
        self.calls.append(call)
        reply = self.script(call)
        if reply is None:
            handler.close_connection = True
            return
        if reply.stream is not None:
            handler.close_connection = True
            for piece in reply.stream:
                handler.wfile.write(piece)
                handler.wfile.flush()
            return
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body)

    def forward(self, call):
        """The true answer."""
        headers = {name: value for name, value in call.headers.items() if name not in ("host", "connection", "accept-encoding", "content-length")}
        for attempt in (1, 2):
            connection = getattr(self.upstream, "connection", None)
            if connection is None:
                connection = http.client.HTTPConnection(self.behind.split("//")[1])
                connection.connect()
                connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.upstream.connection = connection
            try:
                connection.request(call.method, call.target, body=call.body or None, headers=headers)
                answer = connection.getresponse()
                body = answer.read()
                break
            except (http.client.HTTPException, OSError):
                connection.close()
                self.upstream.connection = None
                if attempt == 2:
                    raise
        kept = {name: value for name, value in answer.getheaders() if name.lower() in KEPT_HEADERS}
        return Reply(answer.status, body, kept)


def certificate(folder, name="127.0.0.1", issuer=None):
    """Files (certificate, key) of a certificate for `name`, by itself or by `issuer`."""
    folder = pathlib.Path(folder)
    place = folder / f"{name}-{'signed' if issuer else 'self'}"
    key, request, cert = (place.with_name(place.name + end) for end in (".key", ".csr", ".pem"))
    kind = "IP" if name.replace(".", "").isdigit() else "DNS"
    subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName={kind}:{name}"]
    run = lambda *arguments: subprocess.run(["openssl", *arguments], check=True, capture_output=True)  # noqa: E731
    base = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(key), *subject]
    if not issuer:
        run(*base, "-x509", "-days", "2", "-out", str(cert))
    else:
        run(*base, "-out", str(request))
        run("x509", "-req", "-in", str(request), "-CA", str(issuer[0]), "-CAkey", str(issuer[1]), "-CAcreateserial",
            "-days", "2", "-copy_extensions", "copy", "-out", str(cert))
    return str(cert), str(key)


DROP = object()  # in place of a field: it is not there
LONG = "y" * 100_000
HUGE = 10**30


def lies(truth):
    """What could stand in place of a value, by name. None of it is of the type of the truth, but for what
    is far out of its range."""
    yield "dropped", DROP
    if truth is not None:
        yield "null", None
    if isinstance(truth, str):
        yield from (("number", 7), ("object", {}), ("list", [[None]]), ("long", LONG), ("empty", ""))
    elif isinstance(truth, bool):
        yield from (("text", "x"), ("number", 7), ("list", []))
    elif isinstance(truth, (int, float)):
        yield from (("text", "x"), ("negative", -1), ("huge", HUGE), ("fraction", 1.5), ("object", {}))
    elif isinstance(truth, list):
        yield from (("text", LONG), ("object", {"x": [None]}), ("list of nothing", [None]), ("list of lists", [[None]]), ("empty", []))
    else:
        yield from (("text", LONG), ("number", HUGE), ("list", [[None]]), ("empty", {}))


def fields(value, place=()):
    """Every (place, value) in a JSON value, itself first; of a list, its first item stands for all."""
    yield place, value
    if isinstance(value, dict):
        for key in value:
            yield from fields(value[key], (*place, key))
    elif isinstance(value, list) and value:
        yield from fields(value[0], (*place, 0))


def replaced(value, place, lie):
    """A copy of `value` with `lie` at `place`."""
    if not place:
        return None if lie is DROP else copy.deepcopy(lie)
    value = copy.deepcopy(value)
    at = value
    for step in place[:-1]:
        at = at[step]
    if lie is DROP:
        del at[place[-1]]
    else:
        at[place[-1]] = copy.deepcopy(lie)
    return value


def place_text(place):
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".") or "(all)"
