"""The example pipeline's commands, as they are written in its file."""

import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import PROGRAM, ROOT, WorldCase  # noqa: E402

PIPELINE = ROOT / "examples" / "gitops" / ".github" / "workflows" / "dbplan.yml"


class GitOps(WorldCase):
    def setUp(self):
        super().setUp()
        shutil.copytree(ROOT / "examples" / "gitops", self.world.checkout, dirs_exist_ok=True)
        subprocess.run(["git", "init", "-q", str(self.world.checkout)], check=True)  # as a pipeline has it
        programs = self.world.folder / "bin"
        programs.mkdir()
        (programs / "dbplan").symlink_to(PROGRAM)
        self.summary = self.world.folder / "summary.md"
        self.environment = {**self.world.environment, "DATABRICKS_HOST": self.world.host,
                            "DATABRICKS_TOKEN": self.world.token, "GITHUB_STEP_SUMMARY": str(self.summary)}
        self.environment["PATH"] = f"{programs}:{self.environment['PATH']}"

    def commands(self, job):
        text = PIPELINE.read_text()
        block = re.search(rf"^  {job}:\n((?:    .*\n|\n)*)", text, re.MULTILINE).group(1)
        return re.findall(r"^        run: (.*)$", block, re.MULTILINE)

    def run_job(self, job):
        commands = self.commands(job)
        self.assertTrue(commands)
        for command in commands:
            done = subprocess.run(["bash", "-e", "-c", command], cwd=self.world.checkout, text=True, capture_output=True,
                                  stdin=subprocess.DEVNULL, env=self.environment, check=False)
            self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")

    def test_a_pull_request_gets_its_summary_and_changes_nothing(self):
        self.run_job("plan")
        self.assertIn("to create", self.summary.read_text())
        self.assertEqual(self.world.mutating(), [])

    def test_a_merge_is_applied_and_nothing_is_left_to_do(self):
        self.run_job("plan")
        self.run_job("apply")
        self.summary.unlink()
        self.run_job("plan")
        self.assertIn("nothing to do", self.summary.read_text())


if __name__ == "__main__":
    unittest.main()
