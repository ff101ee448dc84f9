"""How many requests a deployment of 300 jobs and 300 notebooks takes: counted, not timed."""

import collections
import pathlib
import sys
import unittest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "support"))
sys.path.insert(0, str(TESTS / "bench"))
import generate  # noqa: E402
from program import WorldCase  # noqa: E402

COUNT = 300
PAGE = 100  # jobs in one answer


class Requests(WorldCase):
    def setUp(self):
        super().setUp()
        generate.generate(self.world.checkout, COUNT)

    def sent_by(self, *arguments):
        before = len(self.world.requests())
        self.world.ok(*arguments)
        return self.world.requests()[before:]

    def test_a_deployment_takes_few_requests(self):
        self.assertEqual(self.sent_by("validate"), [])

        created = self.sent_by("plan")
        self.assertEqual([r for r in created if r["method"] != "GET"], [])
        self.assertLessEqual(len(created), generate.FOLDERS + 10)

        applied = self.sent_by("apply", "--auto-approve")
        self.assertLessEqual(len(applied), 2 * COUNT + 60)
        by_path = collections.Counter(r["path"] for r in applied if r["method"] != "GET")
        self.assertEqual(by_path["/api/2.2/jobs/create"], COUNT)
        self.assertEqual(by_path["/api/2.0/workspace/import"], COUNT)

        # One page of jobs after the other, one listing a folder, the ledger, who we are.
        most = COUNT // PAGE + generate.FOLDERS + 4
        again = self.sent_by("plan", "--exit-code")
        self.assertLessEqual(len(again), most, [r["path"] for r in again])
        self.assertEqual([r for r in again if r["method"] != "GET"], [])

        nothing = self.sent_by("apply", "--auto-approve")
        self.assertLessEqual(len(nothing), most)
        self.assertEqual([r for r in nothing if r["method"] != "GET"], [])

    def test_two_jobs_in_a_workspace_of_many_are_read_by_id(self):
        generate.generate(self.world.checkout / "few", 2)
        self.world.ok("apply", "--auto-approve")
        few = self.world.checkout / "few"
        root = few / "dbplan.yml"
        root.write_text(root.read_text().replace("name: bench", "name: few"))
        self.world.ok("apply", "few", "--auto-approve")
        sent = self.sent_by("plan", "few")
        jobs = [r for r in sent if r["path"].startswith("/api/2.2/jobs/")]
        self.assertLessEqual(len(jobs), 2, [r["path"] for r in jobs])


if __name__ == "__main__":
    unittest.main()
