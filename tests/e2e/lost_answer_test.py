"""An answer that is lost after its effect leaves one object, not two."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import WorldCase  # noqa: E402

SPEC = """
bundle: {name: b}
resources:
  jobs:
    one: {name: one}
    two: {name: two}
    three: {name: three}
"""


class LostAnswer(WorldCase):
    def test_a_create_whose_answer_is_lost_is_looked_for_not_sent_again(self):
        self.world.write("dbplan.yml", SPEC)
        self.world.api("PUT", "/api/local/faults", {"faults": [
            {"match": {"method": "POST", "path": "/api/2.2/jobs/create"}, "fault": "lost_answer", "times": 1}]})
        self.world.ok("apply")
        names = sorted(job["settings"]["name"] for job in self.world.api("GET", "/api/2.2/jobs/list")["jobs"])
        self.assertEqual(names, ["one", "three", "two"])
        self.assertEqual(self.world.effects().count("POST /api/2.2/jobs/create"), 3)
        self.assertEqual(self.world.changes(), {})


if __name__ == "__main__":
    unittest.main()
