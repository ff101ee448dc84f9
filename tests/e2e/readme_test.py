"""The README's transcript is what the program prints. DBPLAN_ACCEPT=1 writes it anew."""

import os
import pathlib
import shlex
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import ROOT, WorldCase  # noqa: E402

BEGIN, END = "<!-- transcript -->\n```\n", "```\n<!-- end -->"


class Readme(WorldCase):
    def test_the_transcript_is_what_the_program_prints(self):
        shutil.copytree(ROOT / "examples", self.world.checkout / "examples")
        readme = ROOT / "README.md"
        text = readme.read_text()
        written = text[text.index(BEGIN) + len(BEGIN):text.index(END)]
        printed = "".join(self.run_line(line) for line in COMMANDS)
        if os.environ.get("DBPLAN_ACCEPT"):
            readme.write_text(text.replace(written, printed))
        else:
            self.maxDiff = None
            self.assertEqual(written, printed)

    def run_line(self, line):
        if line.startswith("sed "):
            _, expression, name = shlex.split(line)
            old, new = expression.split("/")[1:3]
            file = self.world.checkout / name
            before = file.read_text()
            file.write_text(before.replace(old, new))
            self.assertNotEqual(before, file.read_text())
            return f"$ {line}\n"
        done = self.world.dbplan(*line.split()[1:])
        self.assertIn(done.returncode, (0, 2), done.stderr)
        return f"$ {line}\n{done.stdout}\n"


COMMANDS = [
    "dbplan plan examples/hello",
    "dbplan apply examples/hello",
    "sed 's/MON-FRI/MON-SAT/' examples/hello/dbplan.yml",
    "sed 's/Hello, /Good morning, /' examples/hello/hello.py",
    "dbplan plan examples/hello",
]


if __name__ == "__main__":
    unittest.main()
