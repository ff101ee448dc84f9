"""The reference workload on the real notebook host, at a tenth of its size, judged by plain Python.

Run with the runtime's interpreter: DBPLAN_RUNTIME=<folder> python -m unittest workload_test
"""

import json
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "spark"))

import support  # noqa: E402

NOTEBOOKS = HERE.parents[1] / "notebooks"
ROOT = "/Workspace/Users/me@example.com/sales"
LINES = 40000


def language_of(text):
    return "SQL" if text.startswith("--") else "PYTHON"


class Host:
    """The shared cluster, told the language of every notebook as the workspace would tell it."""

    def __init__(self):
        self.cluster = support.cluster()

    def start(self, run, source, **request):
        return self.cluster.start(run, source, **{"language": language_of(source.read_text()), **request})

    def __getattr__(self, name):
        return getattr(self.cluster, name)


class SourceWorkspace(support.Workspace):
    """Serves the notebooks' own texts."""

    def __init__(self, host):
        super().__init__(host)
        for file in NOTEBOOKS.rglob("*"):
            if file.suffix in (".py", ".sql"):
                self.notebooks[f"{ROOT}/{file.relative_to(NOTEBOOKS).with_suffix('')}"] = file.read_text()


class Workload(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = Host()
        cls.space = SourceWorkspace(cls.host)
        cls.count = 0
        cls.notebook("setup", lines=str(LINES))

    @classmethod
    def notebook(cls, name, **parameters):
        cls.count += 1
        run = f"workload{cls.count}"
        path = f"{ROOT}/{name}"
        text = cls.space.notebooks[path]
        result = cls.host.run(
            run, support.write(run, text), path=path, language=language_of(text),
            parameters={"catalog": "main", "input_schema": "sales", **parameters}, api=cls.space.api,
        )
        if result["state"] != "SUCCESS":
            raise AssertionError(f"{name}: {result.get('error')}\n{result.get('error_trace')}")
        return result.get("exit_value")

    def verify(self, schema, output, *options):
        file = support.tables_folder().parent / "output.json"
        file.write_text(output)
        command = [
            sys.executable, str(HERE / "verify_tables.py"), str(support.tables_folder().parent), "main", schema,
            "--lines", str(LINES), "--run-output", str(file), *options,
        ]
        return subprocess.run(command, capture_output=True, text=True)

    def test_both_ways_end_with_the_tables_that_plain_python_computes(self):
        outputs = {}
        for way in ("sequential", "parallel"):
            schema = f"sales_{way}"
            self.notebook("reset", schema=schema)
            output = self.notebook(f"orchestrator_{way}", schema=schema)
            checked = self.verify(schema, output)
            self.assertEqual(0, checked.returncode, checked.stdout + checked.stderr)
            outputs[way] = json.loads(output)
        self.assertEqual(outputs["sequential"]["tables"], outputs["parallel"]["tables"])
        for table, state in outputs["parallel"]["tables"].items():
            self.assertGreater(state["inserted"], 0, table)
            self.assertGreater(state["updated"], 0, table)
        spans = outputs["parallel"]["notebooks"].values()
        self.assertLess(max(s["start_ms"] for s in spans), min(s["end_ms"] for s in spans), "not at the same time")

    def test_a_repetition_inserts_nothing_and_ends_with_the_same_tables(self):
        self.notebook("reset", schema="sales_again")
        first = json.loads(self.notebook("orchestrator_parallel", schema="sales_again"))
        second = json.loads(self.notebook("orchestrator_parallel", schema="sales_again"))
        for table, state in second["tables"].items():
            self.assertEqual(0, state["inserted"])
            self.assertEqual(first["tables"][table]["checksum"], state["checksum"])

    def test_a_wrong_result_fails_the_orchestrator_and_the_check(self):
        self.notebook("reset", schema="sales_wrong")
        output = self.notebook("orchestrator_sequential", schema="sales_wrong")
        worker = self.space.notebooks[f"{ROOT}/workers/customers"]
        self.addCleanup(self.space.notebooks.__setitem__, f"{ROOT}/workers/customers", worker)
        # A merge that forgets one customer's last order.
        self.space.notebooks[f"{ROOT}/workers/customers"] = worker.replace(
            "totals = lines.groupBy", "totals = lines.where('line_id > 4').groupBy"
        )
        with self.assertRaisesRegex(AssertionError, "wrong result: customer_totals"):
            self.notebook("orchestrator_sequential", schema="sales_wrong")
        checked = self.verify("sales_wrong", output, "--repeated")
        self.assertEqual(1, checked.returncode, checked.stdout + checked.stderr)
        self.assertIn("WRONG sales_wrong.customer_totals", checked.stdout)

    def test_the_input_is_made_once(self):
        self.assertEqual("kept", self.notebook("setup", lines=str(LINES)))


if __name__ == "__main__":
    unittest.main()
