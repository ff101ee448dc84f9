"""Notebook texts become cells. No Spark."""

import json
import unittest

import support  # noqa: F401 - puts the host's modules on the path
from dbplan_runtime.source import NotebookError, parse

PYTHON = """# Databricks notebook source
# A comment first.
x = 1

# COMMAND ----------

# DBTITLE 1,Totals of the day
# MAGIC %sql
# MAGIC SELECT 1;
# MAGIC
# MAGIC SELECT 2

# COMMAND ----------

# MAGIC %md
# MAGIC # A heading

# COMMAND ----------


# COMMAND ----------

# MAGIC %run ./setup $day="today"
"""


class SourceFormat(unittest.TestCase):
    def test_cells_are_separated_numbered_and_stripped_of_comment_tokens(self):
        cells = parse(PYTHON).cells
        self.assertEqual([(1, "python"), (2, "sql"), (3, "md"), (4, "run")], [(c.index, c.magic) for c in cells])
        self.assertEqual("# A comment first.\nx = 1", cells[0].text)
        self.assertEqual("\nSELECT 1;\n\nSELECT 2", cells[1].text)
        self.assertEqual("Totals of the day", cells[1].title)
        self.assertEqual('./setup $day="today"', cells[3].arguments)

    def test_the_header_line_decides_the_language(self):
        book = parse("-- Databricks notebook source\nSELECT 1\n\n-- COMMAND ----------\n\n-- MAGIC %python\n-- MAGIC x = 1\n")
        self.assertEqual("SQL", book.language)
        self.assertEqual(["sql", "python"], [c.magic for c in book.cells])
        self.assertEqual("\nx = 1", book.cells[1].text)

    def test_a_header_with_something_behind_it_is_no_header(self):
        self.assertEqual("# Databricks notebook source: old\nx", parse("# Databricks notebook source: old\nx").cells[0].text)

    def test_windows_line_ends_and_a_byte_order_mark_do_not_matter(self):
        book = parse("\ufeff# Databricks notebook source\r\nx = 1\r\n\r\n# COMMAND ----------\r\n\r\ny = 2\r\n")
        self.assertEqual(["x = 1", "y = 2"], [c.text for c in book.cells])

    def test_the_longest_magic_wins(self):
        for line, magic in [("%md-sandbox x", "md-sandbox"), ("%run ./a", "run"), ("%r x", "r"), ("%sh ls", "sh")]:
            self.assertEqual(magic, parse(f"# Databricks notebook source\n# MAGIC {line}").cells[0].magic, line)

    def test_text_behind_the_magic_belongs_to_the_cell(self):
        self.assertEqual("SELECT 1", parse("# Databricks notebook source\n# MAGIC %sql SELECT 1").cells[0].text)

    def test_options_of_sh_are_not_part_of_the_script(self):
        cell = parse("# Databricks notebook source\n# MAGIC %sh -e\n# MAGIC false").cells[0]
        self.assertEqual(("-e", "\nfalse"), (cell.arguments, cell.text))

    def test_a_comment_before_the_magic_is_tolerated(self):
        cell = parse("# Databricks notebook source\n# why this is here\n# MAGIC %sql\n# MAGIC SELECT 1").cells[0]
        self.assertEqual("sql", cell.magic)

    def test_a_notebook_without_cells_is_legal(self):
        self.assertEqual([], parse("# Databricks notebook source\n").cells)


class Jupyter(unittest.TestCase):
    def book(self, *cells, **metadata):
        return json.dumps({"nbformat": 4, "metadata": metadata, "cells": list(cells)})

    def test_sources_may_be_text_or_lines_and_empty_cells_are_dropped(self):
        cells = parse(
            self.book(
                {"cell_type": "markdown", "source": "# Title"},
                {"cell_type": "code", "source": ["x = 1\n", "x"]},
                {"cell_type": "code", "source": ""},
                {"cell_type": "code", "source": "%sql\nSELECT 1"},
            ),
            "JUPYTER",
        ).cells
        self.assertEqual([("md", "# Title"), ("python", "x = 1\nx"), ("sql", "\nSELECT 1")], [(c.magic, c.text) for c in cells])

    def test_the_language_comes_from_databricks_metadata_then_from_the_kernel(self):
        own = {"application/vnd.databricks.v1+notebook": {"language": "sql"}, "language_info": {"name": "python"}}
        self.assertEqual("SQL", parse(self.book(**own), "JUPYTER").language)
        self.assertEqual("PYTHON", parse(self.book(language_info={"name": "python"}), "JUPYTER", "SQL").language)

    def test_what_is_no_notebook_is_refused(self):
        for text in ("{", "[]", "{}", '{"nbformat": 3, "cells": []}'):
            with self.assertRaises(NotebookError, msg=text):
                parse(text, "JUPYTER")


if __name__ == "__main__":
    unittest.main()
