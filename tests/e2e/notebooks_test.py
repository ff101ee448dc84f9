"""Notebooks in the forms that repositories hold them, compared by what they say."""

import base64
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import WorldCase  # noqa: E402

SPEC = """\
bundle: {name: shop}
resources:
  jobs:
    nightly:
      name: nightly
      tasks:
        - task_key: load
          notebook_task: {notebook_path: ./load.ipynb}
"""


def jupyter(*cells, **more):
    """A document as Jupyter saves it, with what a run left behind."""
    entries = [{"cell_type": "code", "execution_count": 3, "metadata": {"collapsed": True}, "source": cell,
                "outputs": [{"output_type": "stream", "name": "stdout", "text": ["3\n"]}]} for cell in cells]
    return json.dumps({"cells": entries, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4,
                       "nbformat_minor": 5, **more}, indent=4) + "\n"


class Notebooks(WorldCase):
    def changed(self):
        return [r for r in self.world.plan()["resources"] if r["action"] != "keep"]

    def forget(self):
        root = self.world.plan()["root_path"]
        self.world.api("POST", "/api/2.0/workspace/delete", {"path": root + "/state/ledger.json.gz"})

    def import_as(self, path, format, text):
        self.world.api("POST", "/api/2.0/workspace/import",
                       {"path": path, "format": format, "language": "PYTHON", "overwrite": True,
                        "content": base64.b64encode(text.encode()).decode()})

    def test_a_jupyter_notebook_is_compared_by_cells(self):
        self.world.write("dbplan.yml", SPEC)
        self.world.write("load.ipynb", jupyter("first = 1", "second = 2"))
        self.world.ok("apply", "--auto-approve")
        self.assertEqual(self.world.changes(), {})
        self.forget()  # the export has a layout and metadata of the service's own
        self.assertEqual(self.world.changes(), {})

        self.world.write("load.ipynb", jupyter("first = 1", "second = 22"))
        [change] = self.changed()
        self.assertEqual([(c["change"], c["after"], c["diff"]) for c in change["notebook"]["cells"]],
                         [("changed", 2, ["- second = 2", "+ second = 22"])])
        self.world.ok("apply", "--auto-approve")

        self.import_as(change["id"], "JUPYTER", jupyter("first = 100", "second = 22"))
        [drift] = self.changed()
        self.assertTrue(drift["drift"])
        self.assertEqual(drift["notebook"]["cells"][0]["diff"], ["- first = 100", "+ first = 1"])
        self.world.ok("apply", "--auto-approve")
        self.assertEqual(self.world.changes(), {})

    def test_what_a_run_leaves_in_a_jupyter_notebook_is_no_change(self):
        self.world.write("dbplan.yml", SPEC)
        text = jupyter("first = 1")
        self.world.write("load.ipynb", text)
        self.world.ok("apply", "--auto-approve")
        self.world.write("load.ipynb", text.replace('"execution_count": 3', '"execution_count": 4').replace("3\\n", "4\\n"))
        self.assertEqual(self.world.changes(), {})

    def test_a_file_never_stands_for_the_notebook_of_its_stem(self):
        self.world.write("dbplan.yml", "bundle: {name: shop}\nresources: {files: {lib: {source: ./lib}}}\n")
        self.world.write("lib/keep.txt", "kept")
        self.world.write("lib/totals.py", "PLAIN = True\n")
        self.world.write("lib/totals.sql", "-- Databricks notebook source\nSELECT 1\n")
        self.world.ok("apply", "--auto-approve")
        self.assertEqual(self.world.changes(), {})
        [row] = [r for r in self.world.plan()["resources"] if r["kind"] == "files"]
        # what an interrupted apply leaves: the file is gone, the ledger still names it
        self.world.api("POST", "/api/2.0/workspace/delete", {"path": row["id"] + "/totals.py"})
        (self.world.checkout / "lib/totals.py").unlink()
        self.world.ok("apply", "--auto-approve")
        self.assertEqual(self.world.changes(), {})
        status = self.world.api("GET", "/api/2.0/workspace/get-status?path=" + row["id"] + "/totals")
        self.assertEqual(status["object_type"], "NOTEBOOK")

    def test_a_new_title_is_a_change(self):
        self.world.write("dbplan.yml", SPEC.replace("load.ipynb", "load.py"))
        text = "# Databricks notebook source\n# DBTITLE 1,Old\nfirst = 1\n"
        self.world.write("load.py", text)
        self.world.ok("apply", "--auto-approve")
        self.world.write("load.py", text.replace("Old", "New"))
        [change] = self.changed()
        self.assertEqual(change["notebook"]["cells"][0]["diff"][:2], ["- DBTITLE 1,Old", "+ DBTITLE 1,New"])
        self.world.ok("apply", "--auto-approve")
        self.assertEqual(self.world.changes(), {})


if __name__ == "__main__":
    unittest.main()
