"""dbutils.notebook.run: children, threads, failures, time-outs."""

import unittest

from support import SparkTest, workspace

FOLDER = "/Workspace/Users/me/tests"


class Children(SparkTest):
    def test_a_child_gets_its_arguments_and_returns_its_exit_value(self):
        workspace().put(f"{FOLDER}/child", "dbutils.widgets.text('n', '0')", "dbutils.notebook.exit(int(dbutils.widgets.get('n')) * 2)")
        self.assertEqual("42", self.succeed("dbutils.notebook.exit(dbutils.notebook.run('./child', 60, {'n': '21'}))").value)

    def test_a_child_without_exit_returns_none(self):
        workspace().put(f"{FOLDER}/silent", "x = 1")
        self.assertEqual("None", self.succeed("dbutils.notebook.exit(dbutils.notebook.run('silent', 0))").value)

    def test_a_child_has_a_session_of_its_own_and_shares_global_views(self):
        workspace().put(
            f"{FOLDER}/viewer",
            "assert not spark.catalog.tableExists('parents')",
            "spark.range(4).createOrReplaceGlobalTempView('from_child')",
        )
        cells = ["spark.range(1).createOrReplaceTempView('parents')", "dbutils.notebook.run('viewer', 0)"]
        self.assertEqual("4", self.succeed(*cells, "dbutils.notebook.exit(spark.table('global_temp.from_child').count())").value)

    def test_a_failing_child_fails_its_parent_with_the_childs_error(self):
        workspace().put(f"{FOLDER}/bad", "x = 1", "raise ValueError('no rows today')")
        run = self.fail_with("y = 1", "dbutils.notebook.run('./bad', 60)", "print('never')")
        self.assertEqual(2, run.result["cell"])
        self.assertIn("com.databricks.NotebookExecutionException: FAILED", run.result["error"])
        self.assertIn("ValueError: no rows today", run.result["error"])
        self.assertIn(f"{FOLDER}/bad (cell 2)", run.result["error_trace"])

    def test_a_parent_can_catch_what_its_child_did(self):
        workspace().put(f"{FOLDER}/bad", "raise ValueError('no rows today')")
        run = self.succeed(
            "from py4j.protocol import Py4JJavaError",
            "try:\n  dbutils.notebook.run('bad', 60)\nexcept Py4JJavaError as e:\n"
            "  text = str(e) + e.java_exception.getMessage()\n  dbutils.notebook.exit('no rows today' in text)",
        )
        self.assertEqual("True", run.value)

    def test_a_child_that_takes_too_long_is_ended(self):
        workspace().put(f"{FOLDER}/slow", "import threading\nthreading.Event().wait()")
        self.assertIn("TIMEDOUT", self.fail_with("dbutils.notebook.run('slow', 1)").result["error"])

    def test_a_missing_child_and_an_argument_that_is_no_text_are_refused(self):
        self.assertIn(f"no notebook {FOLDER}/missing", self.fail_with("dbutils.notebook.run('missing', 0)").result["error"])
        self.assertIn("TypeError: arguments of dbutils.notebook.run are text", self.fail_with("dbutils.notebook.run('x', 0, {'n': 1})").result["error"])

    def test_a_thread_pool_runs_four_children_at_once(self):
        # Each child waits for the other three: they can only finish together.
        workspace().put(
            f"{FOLDER}/member",
            "name = dbutils.widgets.get('name')\nspark.range(10).write.mode('overwrite').saveAsTable(f'main.default.member_{name}')",
            "import time\ndeadline = time.time() + 120\n"
            "while not all(spark.catalog.tableExists(f'main.default.member_{n}') for n in 'abcd'):\n"
            "  assert time.time() < deadline, 'the others did not come'",
            "dbutils.notebook.exit(name)",
        )
        run = self.succeed(
            "from concurrent.futures import ThreadPoolExecutor",
            "with ThreadPoolExecutor(4) as pool:\n"
            "  names = list(pool.map(lambda n: dbutils.notebook.run('member', 300, {'name': n}), 'abcd'))",
            "dbutils.notebook.exit(''.join(names))",
        )
        self.assertEqual("abcd", run.value)


if __name__ == "__main__":
    unittest.main()
