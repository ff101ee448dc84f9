"""Cells on a real cluster: languages, magics, parameters, errors."""

import json
import unittest

from support import SparkTest, cluster, notebook, workspace


class PythonCells(SparkTest):
    def test_the_value_of_a_trailing_expression_is_shown_and_none_is_not(self):
        run = self.succeed("x = 20\nx + 1", "print('told')\nNone", "spark.range(3)")
        self.assertEqual(["21\n"], run.of("text", 1))
        self.assertEqual(["told\n"], run.of("text", 2))
        self.assertEqual(["DataFrame[id: bigint]\n"], run.of("text", 3))

    def test_exit_ends_the_run_with_its_value_as_text(self):
        run = self.succeed("dbutils.notebook.exit(42)", "1 / 0")
        self.assertEqual("42", run.value)

    def test_a_run_without_exit_has_no_value(self):
        self.assertIsNone(self.succeed("x = 1").value)

    def test_an_exit_that_a_cell_catches_is_swallowed_as_on_databricks(self):
        swallow = "try:\n  dbutils.notebook.exit('early')\nexcept Exception:\n  pass"
        self.assertIsNone(self.succeed(swallow, "x = 1").value)
        self.assertEqual("late", self.succeed(swallow, "dbutils.notebook.exit('late')").value)
        self.fail_with(swallow, "1 / 0")
        narrow = "try:\n  dbutils.notebook.exit('done')\nexcept ValueError:\n  pass"
        self.assertEqual("done", self.succeed(narrow, "1 / 0").value)

    def test_a_failing_cell_names_itself_the_error_and_the_line(self):
        run = self.fail_with("def check(x):\n  raise ValueError(f'bad {x}')", "# fine\ny = 2\ncheck(y)", "print('never')")
        self.assertEqual("ValueError: bad 2", run.result["error"])
        self.assertEqual(2, run.result["cell"])
        trace = run.result["error_trace"]
        self.assertIn('main (cell 2)", line 3, in <module>\n    check(y)', trace)
        self.assertIn('main (cell 1)", line 2, in check\n    raise ValueError', trace)
        self.assertNotIn("dbplan_runtime", trace)
        self.assertNotIn("never", run.log)
        self.assertEqual([trace], run.of("error", 2))

    def test_the_cause_of_an_error_is_in_the_trace(self):
        run = self.fail_with("try:\n  {}['a']\nexcept KeyError as e:\n  raise RuntimeError('outer') from e")
        self.assertEqual("RuntimeError: outer", run.result["error"])
        self.assertIn("KeyError: 'a'", run.result["error_trace"])

    def test_broken_notebooks_fail_with_the_cell_and_the_exception(self):
        cases = [
            ("x = (", 2, "SyntaxError: '(' was never closed"),
            ("import no_such_module", 2, "ModuleNotFoundError: No module named 'no_such_module'"),
            ("raise SystemExit(3)", 2, "SystemExit: 3"),
            ("%sql\nSELEKT 1", 2, "ParseException: [PARSE_SYNTAX_ERROR]"),
            ("%sql\nSELECT * FROM main.nowhere.nothing", 2, "AnalysisException: [TABLE_OR_VIEW_NOT_FOUND]"),
            ("spark.sql('SELECT * FROM range(1) WHERE nonsense = 1')", 2, "AnalysisException: [UNRESOLVED_COLUMN"),
            ("%scala\nval x = 1", 2, "NotImplementedError: Scala cells are not supported by the local workspace"),
            ("%r\nx <- 1", 2, "NotImplementedError: R cells are not supported"),
            ("%run ./missing", 2, "FileNotFoundError: %run: there is no notebook /Workspace/Users/me/tests/missing"),
            ("%timeit 1", 2, "NotImplementedError: IPython magics are not supported"),
            ("%fs format /", 2, "SyntaxError: %fs knows"),
            ("dbutils.widgets.get('nothing')", 2, "InputWidgetNotDefined"),
        ]
        for text, cell, error in cases:
            with self.subTest(text):
                run = self.fail_with("x = 1", text)
                self.assertIn(error, run.result["error"])
                self.assertEqual(cell, run.result["cell"])
                self.assertLess(len(run.result["error"]), 1500)

    def test_an_exception_that_cannot_say_what_it_is_still_fails_the_run(self):
        cell = "class Mute(Exception):\n  def __str__(self):\n    return 1 / 0\nraise Mute()"
        self.assertEqual("Mute: <ZeroDivisionError while telling this error>", self.fail_with(cell).result["error"])

    def test_a_text_that_is_no_notebook_fails_before_its_first_cell(self):
        run = self.run_notebook("{", format="JUPYTER")
        self.assertIn("NotebookError: not a Jupyter notebook", run.result["error"])
        self.assertEqual(0, run.result["cell"])

    def test_times_are_those_of_the_cells(self):
        result = self.succeed("import time; t = time.time()", "dbutils.notebook.exit(str(int(t * 1000)))").result
        self.assertLessEqual(result["started"], int(result["exit_value"]))
        self.assertLessEqual(int(result["exit_value"]), result["ended"])

    def test_stopping_the_shared_context_is_ignored(self):
        self.assertEqual("3", self.succeed("spark.stop(); sc.stop()", "dbutils.notebook.exit(spark.range(3).count())").value)

    def test_functions_of_the_notebook_run_in_workers(self):
        run = self.succeed(
            "from pyspark.sql.functions import udf, pandas_udf\nimport pandas as pd\nfactor = 3",
            "@udf('long')\ndef triple(x):\n  return x * factor",
            "@pandas_udf('long')\ndef plus(x: pd.Series) -> pd.Series:\n  return x + factor",
            "rows = spark.range(3).select(triple('id').alias('a'), plus('id').alias('b')).collect()\n"
            "dbutils.notebook.exit(str([tuple(r) for r in rows]))",
        )
        self.assertEqual("[(0, 3), (3, 4), (6, 5)]", run.value)

    def test_each_run_has_its_own_random_numbers_and_its_own_variables(self):
        cell = "import random\nassert 'left_over' not in globals()\nleft_over = 1\ndbutils.notebook.exit(random.random())"
        self.assertNotEqual(self.succeed(cell).value, self.succeed(cell).value)

    def test_temporary_views_and_settings_belong_to_one_run(self):
        self.succeed("spark.range(1).createOrReplaceTempView('mine')\nspark.conf.set('spark.sql.ansi.enabled', 'false')")
        run = self.succeed("dbutils.notebook.exit(f\"{spark.catalog.tableExists('mine')} {spark.conf.get('spark.sql.ansi.enabled')}\")")
        self.assertEqual("False true", run.value)

    def test_library_code_finds_what_it_imports_on_databricks(self):
        run = self.succeed(
            "from databricks.sdk.runtime import dbutils as d, spark as s\nfrom pyspark.dbutils import DBUtils",
            "assert d is dbutils and s is spark and DBUtils(spark) is dbutils",
            "context = dbutils.notebook.entry_point.getDbutils().notebook().getContext()",
            "dbutils.notebook.exit(context.notebookPath().get() + ' ' + context.tags().get('jobId').get())",
            context={"job_id": "7"},
        )
        self.assertEqual("/Workspace/Users/me/tests/main 7", run.value)


class SqlCells(SparkTest):
    def test_the_last_result_is_a_table_and_is_called_sqldf(self):
        run = self.succeed("%sql\nSELECT 1 AS a;\nSELECT 2 AS b, 'x' AS c", "dbutils.notebook.exit(_sqldf.first().b)")
        (table,) = run.of("table", 1)
        self.assertEqual([{"name": "b", "type": "int"}, {"name": "c", "type": "string"}], table["columns"])
        self.assertEqual([[2, "x"]], table["rows"])
        self.assertEqual("2", run.value)

    def test_a_sql_notebook_takes_widgets_as_markers_and_as_text(self):
        run = self.run_notebook(
            notebook(
                "CREATE WIDGET TEXT day DEFAULT '2020-01-01'",
                "SELECT :day AS a, '$day' AS b, '${day}' AS c, :size AS d",
                "%python\nrow = _sqldf.first()\ndbutils.notebook.exit(','.join(row))",
                language="SQL",
            ),
            language="SQL",
            parameters={"size": "small"},
        )
        self.assertEqual("2020-01-01,2020-01-01,2020-01-01,small", run.value, run.result)

    def test_parameters_name_tables_and_fill_statements_of_every_kind(self):
        run = self.run_notebook(
            notebook(
                "CREATE SCHEMA IF NOT EXISTS IDENTIFIER(:catalog || '.params');\nUSE IDENTIFIER(:catalog || '.params');\n"
                "CREATE OR REPLACE TABLE IDENTIFIER(:catalog || '.params.t') AS SELECT 1 AS id, :word AS word;\n"
                "INSERT INTO IDENTIFIER(:catalog || '.params.t') VALUES (2, :word);\n"
                "UPDATE IDENTIFIER(:catalog || '.params.t') SET word = concat(:word, '!') WHERE id = 1;\n"
                "MERGE INTO IDENTIFIER(:catalog || '.params.t') AS t USING (SELECT 3 AS id) AS s ON t.id = s.id\n"
                "  WHEN NOT MATCHED THEN INSERT (id, word) VALUES (s.id, :word);\n"
                "DELETE FROM IDENTIFIER(:catalog || '.params.t') WHERE word = :word AND id = 2",
                "SELECT id, word, ':word' AS quoted FROM IDENTIFIER(:catalog || '.params.t') ORDER BY id",
                language="SQL",
            ),
            language="SQL",
            parameters={"catalog": "main", "word": "it's"},
        )
        self.assertEqual("SUCCESS", run.result["state"], run.result.get("error_trace"))
        self.assertEqual([[1, "it's!", ":word"], [3, "it's", ":word"]], run.of("table", 2)[0]["rows"])

    def test_spark_sql_takes_arguments(self):
        run = self.succeed(
            "row = spark.sql('SELECT :a AS a, :b + 1 AS b', args={'a': 'x', 'b': 2}).first()",
            "dbutils.notebook.exit(f\"{row.a} {row.b} {spark.sql('SELECT ? AS c', [5]).first().c}\")",
        )
        self.assertEqual("x 3 5", run.value)

    def test_large_results_are_cut_and_say_so(self):
        (table,) = self.succeed("display(spark.range(10050))").of("table")
        self.assertEqual((10000, True), (len(table["rows"]), table["truncated"]))


class Display(SparkTest):
    def test_frames_lists_html_and_text(self):
        run = self.succeed(
            "import pandas as pd\ndisplay(pd.DataFrame({'a': [1]}))",
            "display([(1, 'x')])",
            "displayHTML('<b>bold</b>')",
            "display('plain')\ndisplay()",
        )
        self.assertEqual([[1]], run.of("table", 1)[0]["rows"])
        self.assertEqual([[1, "x"]], run.of("table", 2)[0]["rows"])
        self.assertEqual(["<b>bold</b>"], run.of("html", 3))
        self.assertEqual(["plain\n"], run.of("text", 4))


class Magics(SparkTest):
    def test_sh_runs_one_script_and_only_e_makes_its_status_matter(self):
        run = self.succeed("%sh\nA=hello\necho $A $((1+1))\nfalse")
        self.assertEqual(["hello 2\n"], run.of("text", 1))
        self.assertIn("CalledProcessError", self.fail_with("%sh -e\nfalse\necho never").result["error"])

    def test_fs_and_dbutils_fs_see_the_same_files(self):
        run = self.succeed(
            "dbutils.fs.put('/Volumes/main/s/v/in/a.txt', 'hello', True)",
            "dbutils.fs.cp('/Volumes/main/s/v/in', 'dbfs:/copy', recurse=True)",
            "%fs ls /copy",
            "assert dbutils.fs.head('dbfs:/copy/a.txt') == 'hello'\n"
            "assert [f.path for f in dbutils.fs.ls('/Volumes/main/s/v')] == ['dbfs:/Volumes/main/s/v/in/']\n"
            "dbutils.fs.mv('dbfs:/copy/a.txt', 'dbfs:/moved.txt')\n"
            "assert dbutils.fs.rm('dbfs:/copy', True) and not dbutils.fs.rm('dbfs:/copy', True)\n"
            "dbutils.notebook.exit(dbutils.fs.ls('dbfs:/moved.txt')[0].size)",
        )
        self.assertEqual("5", run.value)
        self.assertEqual("dbfs:/copy/a.txt", run.of("table", 3)[0]["rows"][0][0])
        self.assertEqual("hello", (cluster().files / "Volumes/main/s/v/in/a.txt").read_text())

    def test_paths_cannot_leave_the_workspace(self):
        self.succeed("dbutils.fs.put('dbfs:/../../outside.txt', 'x', True)")
        self.assertTrue((cluster().files / "dbfs/outside.txt").exists())

    def test_pip_says_what_it_could_not_do(self):
        run = self.fail_with("%pip install --no-index no-such-package-at-all")
        self.assertIn("RuntimeError: %pip install --no-index no-such-package-at-all failed", run.result["error"])
        self.assertIn("No matching distribution found", run.of("text", 1)[0])


class Included(SparkTest):
    def test_run_shares_the_namespace_widgets_and_session_and_takes_parameters(self):
        workspace().put("/Workspace/Users/me/shared/setup", "%run ./deeper/base", "dbutils.widgets.text('day', 'none')\nday = dbutils.widgets.get('day')")
        workspace().put("/Workspace/Users/me/shared/deeper/base", "base = 40\nspark.range(2).createOrReplaceTempView('two')")
        run = self.succeed(
            "kept = 1",
            '%run ../shared/setup $day="mon day"',
            "dbutils.notebook.exit(f\"{base + kept} {day} {spark.table('two').count()}\")",
        )
        self.assertEqual("41 mon day 2", run.value)

    def test_exit_in_an_included_notebook_ends_the_run(self):
        workspace().put("/Workspace/Users/me/tests/leaves", "dbutils.notebook.exit('from inside')")
        self.assertEqual("from inside", self.succeed("%run ./leaves", "1 / 0").value)

    def test_an_error_in_an_included_notebook_names_both_places(self):
        workspace().put("/Workspace/Users/me/tests/broken", "x = 1", "1 / 0")
        run = self.fail_with("y = 1", "%run ./broken")
        self.assertEqual(("ZeroDivisionError: division by zero", 2), (run.result["error"], run.result["cell"]))
        self.assertIn("/Workspace/Users/me/tests/broken (cell 2)", run.result["error_trace"])

    def test_a_circle_and_a_file_are_refused(self):
        workspace().put("/Workspace/Users/me/tests/a", "%run ./b")
        workspace().put("/Workspace/Users/me/tests/b", "%run ./a")
        self.assertIn("%run goes round in a circle", self.fail_with("%run ./a").result["error"])
        workspace().notebooks["/Workspace/Users/me/tests/module"] = "x = 1\n"
        self.assertIn("is a file, not a notebook", self.fail_with("%run ./module").result["error"])


class SecretsAndTaskValues(SparkTest):
    def test_a_secret_is_usable_and_never_shown(self):
        workspace().secrets[("vault", "password")] = "hunter2-hunter2"
        run = self.succeed(
            "s = dbutils.secrets.get('vault', 'password')\nassert len(s) == 15",
            "print('it is', s)",
            "display(spark.createDataFrame([(s,)], 'x string'))",
            "print(dbutils.secrets.list('vault'), dbutils.secrets.listScopes())",
        )
        self.assertEqual(["it is [REDACTED]\n"], run.of("text", 2))
        self.assertNotIn("hunter2", run.log + json.dumps(run.records))
        failed = self.fail_with("raise ValueError(dbutils.secrets.get('vault', 'password'))")
        self.assertEqual("ValueError: [REDACTED]", failed.result["error"])
        self.assertNotIn("hunter2", json.dumps(failed.result) + failed.log + json.dumps(failed.records))

    def test_an_unknown_secret_is_named(self):
        self.assertIn("Secret does not exist with scope: vault and key: none", self.fail_with("dbutils.secrets.get('vault', 'none')").result["error"])

    def test_task_values_travel_inside_a_job_and_have_rules_outside(self):
        job = {"job_id": "1", "job_run_id": "2", "task_run_id": "3", "task_key": "writer"}
        self.succeed("dbutils.jobs.taskValues.set('rows', {'n': 5})", context=job)
        reader = {**job, "task_run_id": "4", "task_key": "reader"}
        run = self.succeed(
            "values = dbutils.jobs.taskValues\nn = values.get('writer', 'rows')['n']",
            "dbutils.notebook.exit(f\"{n} {values.get('writer', 'none', default=7)}\")",
            context=reader,
        )
        self.assertEqual("5 7", run.value)
        self.assertIn("ValueError: No task value", self.fail_with("dbutils.jobs.taskValues.get('writer', 'none')", context=reader).result["error"])
        self.assertEqual("9", self.succeed("dbutils.notebook.exit(dbutils.jobs.taskValues.get('a', 'b', debugValue=9))").value)
        self.assertIn("TypeError: Must pass debugValue", self.fail_with("dbutils.jobs.taskValues.get('a', 'b')").result["error"])


if __name__ == "__main__":
    unittest.main()
