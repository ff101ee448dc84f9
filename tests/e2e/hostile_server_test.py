"""Servers that redirect, lie about who they are, drip, flood or never end."""

import gzip
import itertools
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from hostile import Hostile, Reply, certificate  # noqa: E402
from program import PROGRAM, clean_environment  # noqa: E402

SPEC = "bundle: {name: b}\nresources:\n  jobs:\n    one: {name: one}\n"
TOKEN = "dapi-canary-0123456789"
PATIENCE = 60  # seconds, after which something waits for ever
ME = {"userName": "me@example.com"}


def me_or(answer):
    """The identity, and `answer` for everything else."""
    return lambda call: Reply(body=ME) if call.path.endswith("/Me") else answer(call)


class HostileServer(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dbplan-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "dbplan.yml").write_text(SPEC)

    def serve(self, script, **options):
        server = Hostile(script, **options)
        self.addCleanup(server.close)
        return server

    def dbplan(self, url, *arguments, environment=None):
        variables = {**clean_environment(self.folder), "DATABRICKS_HOST": url, "DATABRICKS_TOKEN": TOKEN, **(environment or {})}
        return subprocess.run([PROGRAM, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, text=True, capture_output=True,
                              env=variables, timeout=PATIENCE, check=False)

    def refused(self, done, *said):
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertTrue(done.stderr.startswith("error: "), done.stderr)
        for text in said:
            self.assertIn(text, done.stderr)
        self.assertNotIn(TOKEN, done.stdout + done.stderr)

    def test_credentials_never_follow_a_redirect(self):
        certificates = certificate(self.folder)
        for options in ({}, {"certificate": certificates}):
            trap = self.serve(lambda call: Reply(body=ME), **options)
            for status, where in itertools.product((300, 301, 302, 303, 307, 308), (trap.url, trap.url.split(":", 1)[1])):
                server = self.serve(lambda call, s=status, w=where: Reply(s, b"", {"Location": w + call.target}))
                self.refused(self.dbplan(server.url, "plan"), "redirect", "GET")
            self.assertEqual([str(call) for call in trap.calls], [])

    def test_a_create_is_not_sent_again_to_where_it_is_redirected(self):
        trap = self.serve(lambda call: Reply(body={"job_id": 1}))

        def script(call):
            if call.path == "/api/2.2/jobs/create":
                return Reply(307, b"", {"Location": trap.url + call.target})
            if call.path.startswith("/api/2.0/workspace-files/"):
                if call.method == "POST":
                    kept[call.path.replace("/import-file", "")] = call.body
                    return Reply(body={})
                return Reply(body=kept[call.path]) if call.path in kept else Reply(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"})
            if call.path == "/api/2.0/workspace/list":
                return Reply(body={"objects": [{"path": path.split("workspace-files", 1)[1], "object_type": "FILE"} for path in kept]})
            return Reply(body={})

        kept = {}
        server = self.serve(me_or(script))
        done = self.dbplan(server.url, "apply", "--auto-approve")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("redirect", done.stdout + done.stderr)
        self.assertEqual(trap.calls, [])

    def test_a_server_that_cannot_prove_its_name_gets_nothing(self):
        ours = certificate(self.folder, "authority.example")
        cases = {
            "self-signed": (certificate(self.folder), ours[0]),
            "another name": (certificate(self.folder, "other.example", ours), ours[0]),
        }
        for name, (shown, believed) in cases.items():
            with self.subTest(name):
                server = self.serve(lambda call: Reply(body=ME), certificate=shown)
                done = self.dbplan(server.url, "plan", environment={"SSL_CERT_FILE": believed})
                self.refused(done, server.url, "certificate")
                self.assertEqual(server.calls, [])
        good = self.serve(me_or(lambda call: Reply(418, {"message": "a teapot"})), certificate=certificate(self.folder, issuer=ours))
        self.refused(self.dbplan(good.url, "plan", environment={"SSL_CERT_FILE": ours[0]}), "418", "a teapot")
        self.assertEqual(good.calls[0].headers["authorization"], f"Bearer {TOKEN}")

    def test_a_plain_server_behind_https_is_refused(self):
        server = self.serve(lambda call: Reply(body=ME))
        self.refused(self.dbplan(server.url.replace("http:", "https:"), "plan"), "cannot reach")
        self.assertEqual(server.calls, [])

    def test_a_body_without_end_is_cut_off_once(self):
        chunk = b"1000000\r\n" + b" " * (1 << 24) + b"\r\n"
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        server = self.serve(me_or(lambda call: Reply(stream=itertools.chain([head], itertools.repeat(chunk)))))
        self.refused(self.dbplan(server.url, "plan"), "larger than 256 MB", "GET /api/2.")
        self.assertEqual(len(server.calls), len({call.target for call in server.calls}), [str(call) for call in server.calls])

    def test_a_gzip_bomb_is_cut_off_at_what_it_unpacks_to(self):
        bomb = gzip.compress(b" " * (300 << 20), 1)
        server = self.serve(me_or(lambda call: Reply(200, bomb, {"Content-Encoding": "gzip"})))
        self.refused(self.dbplan(server.url, "plan"), "larger than 256 MB")

    def test_headers_without_end_are_cut_off(self):
        head = itertools.chain([b"HTTP/1.1 200 OK\r\n"], (b"X-%d: %s\r\n" % (i, b"y" * 60000) for i in itertools.count()))
        server = self.serve(lambda call: Reply(stream=head))
        self.refused(self.dbplan(server.url, "plan"))

    def test_pages_that_do_not_end_are_found_out(self):
        for tokens in (["a"], ["a", "b"], ["a", "b", "c"]):
            turn = itertools.cycle(tokens)
            page = lambda call: Reply(body={"jobs": [], "has_more": True, "next_page_token": next(turn)})  # noqa: B023,E731
            server = self.serve(me_or(lambda call: page(call) if call.path == "/api/2.2/jobs/list" else Reply(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"})))
            self.refused(self.dbplan(server.url, "plan"), "GET /api/2.2/jobs/list", "pages do not end")

    def test_a_dripping_answer_ends_with_the_time_that_is_allowed(self):
        def drip():
            yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
            while not server.ended.wait(0.01):
                yield b" "

        server = self.serve(lambda call: Reply(stream=drip()))
        done = self.dbplan(server.url, "plan", "--timeout", "1")
        self.assertEqual(done.returncode, 130, done.stderr)
        self.assertIn("the time that --timeout allows is over", done.stderr)

    def test_a_wait_that_nobody_would_wait_is_an_error_at_once(self):
        body = {"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "slow down"}
        server = self.serve(lambda call: Reply(429, body, {"Retry-After": "86400"}))
        self.refused(self.dbplan(server.url, "plan"), "429", "slow down", "86400 s")
        self.assertEqual(len(server.calls), 1)

    def test_what_is_no_http_is_refused(self):
        for piece in (b"\x00\x01\x02", b"HTTP/1.1 200 OK\r\n\r\nnot json", b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"):
            server = self.serve(lambda call, p=piece: Reply(stream=[p]))
            self.refused(self.dbplan(server.url, "plan"))

    def test_deep_json_is_refused(self):
        server = self.serve(me_or(lambda call: Reply(body=b"[" * 1_000_000)))
        done = self.dbplan(server.url, "plan")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nested too deeply", done.stderr)


if __name__ == "__main__":
    unittest.main()
