"""Tables with three-level names on Delta, in a folder tree that clusters share."""

import re
import unittest
from pathlib import Path

from support import RUNTIME_SOURCES, SparkTest, another_cluster, cluster, tables_folder


def described(catalog, schema, table):
    """The properties file of a table, as anybody may read it."""
    text = (tables_folder() / catalog / schema / "_meta" / f"{table}.properties").read_text()
    pairs = (line.partition("=")[::2] for line in text.splitlines() if not line.startswith("#"))
    return {key: re.sub(r"\\(.)", r"\1", value) for key, value in pairs}


class Tables(SparkTest):
    def test_a_managed_table_is_a_file_and_a_folder_of_the_tree(self):
        self.succeed("%sql\nCREATE SCHEMA main.shop;\nCREATE TABLE main.shop.items (id BIGINT, name STRING) COMMENT 'all of them'")
        facts = described("main", "shop", "items")
        place = tables_folder() / "main" / "shop" / "items"
        self.assertEqual(("MANAGED", "delta", "all of them"), (facts["type"], facts["provider"], facts["comment"]))
        self.assertEqual(f"file://{place}", facts["location"])
        self.assertTrue((place / "_delta_log" / "00000000000000000000.json").exists())
        self.succeed("%sql\nDROP TABLE main.shop.items")
        self.assertFalse(place.exists())

    def test_the_daily_work_of_delta(self):
        run = self.succeed(
            "spark.sql('CREATE SCHEMA IF NOT EXISTS main.daily')\nspark.range(10).withColumnRenamed('id', 'k').write.saveAsTable('main.daily.t')",
            "%sql\nALTER TABLE main.daily.t ADD COLUMN v INT;\n"
            "INSERT INTO main.daily.t VALUES (10, 10);\nUPDATE main.daily.t SET v = 0 WHERE v IS NULL;\n"
            "DELETE FROM main.daily.t WHERE k = 0;\n"
            "MERGE INTO main.daily.t AS t USING (SELECT id AS k FROM range(9, 12)) AS s ON t.k = s.k\n"
            "  WHEN MATCHED THEN UPDATE SET v = v + 1 WHEN NOT MATCHED THEN INSERT (k, v) VALUES (s.k, -1);\n"
            "OPTIMIZE main.daily.t ZORDER BY (k)",
            "from delta.tables import DeltaTable\nkinds = [r.operation for r in DeltaTable.forName(spark, 'main.daily.t').history().collect()]",
            "old = spark.sql('SELECT count(*) AS n FROM main.daily.t VERSION AS OF 0').first().n\n"
            "rows = spark.table('main.daily.t').orderBy('k').collect()\n"
            "dbutils.notebook.exit(f\"{kinds[::-1]} {old} {len(rows)} {[r.v for r in rows[-3:]]}\")",
        )
        kinds = "['CREATE TABLE AS SELECT', 'ADD COLUMNS', 'WRITE', 'UPDATE', 'DELETE', 'MERGE', 'OPTIMIZE']"
        self.assertEqual(f"{kinds} 10 11 [1, 11, -1]", run.value)

    def test_replacing_overwriting_renaming_and_external_tables(self):
        run = self.succeed(
            "%sql\nCREATE SCHEMA IF NOT EXISTS main.r; USE main.r;\n"
            "CREATE OR REPLACE TABLE a AS SELECT 1 AS x; CREATE OR REPLACE TABLE a AS SELECT 2 AS y;\n"
            "ALTER TABLE a RENAME TO b; CREATE TABLE a AS SELECT 3 AS z",
            "spark.range(2).write.mode('overwrite').option('overwriteSchema', True).saveAsTable('b')",
            "import os\nplace = os.getcwd() + '/kept'\n"
            "spark.sql(f\"CREATE TABLE outside USING delta LOCATION '{place}' AS SELECT 1 AS x\")\nspark.sql('DROP TABLE outside')",
            "kept = spark.read.format('delta').load(place).count()\n"
            "dbutils.notebook.exit(f\"{spark.table('a').columns} {spark.table('main.r.b').count()} {kept}\")",
        )
        self.assertEqual("['z'] 2 1", run.value)

    def test_schemas_refuse_to_go_while_they_hold_tables(self):
        self.succeed("%sql\nCREATE SCHEMA main.full; CREATE TABLE main.full.t (x INT)")
        self.assertIn("SCHEMA_NOT_EMPTY", self.fail_with("%sql\nDROP SCHEMA main.full").result["error"])
        self.succeed("%sql\nDROP SCHEMA main.full CASCADE")
        self.assertFalse((tables_folder() / "main" / "full").exists())

    def test_names_cannot_leave_the_folder(self):
        self.assertIn("is not a name", self.fail_with("%sql\nCREATE TABLE main.default.`../x` (a INT)").result["error"])

    def test_several_creators_of_one_table_at_the_same_moment(self):
        run = self.succeed(
            "from concurrent.futures import ThreadPoolExecutor\nimport threading\nstart = threading.Barrier(4)",
            "def make(n):\n  start.wait()\n  spark.sql('CREATE TABLE IF NOT EXISTS main.default.contended (x INT)')\n"
            "  spark.sql(f'INSERT INTO main.default.contended VALUES ({n})')",
            "with ThreadPoolExecutor(4) as pool:\n  list(pool.map(make, range(4)))",
            "dbutils.notebook.exit(spark.table('main.default.contended').count())",
        )
        self.assertEqual("4", run.value)


class BeyondSpark(SparkTest):
    """Statements that open Spark refuses in such catalogs."""

    def test_views_live_beside_tables(self):
        run = self.succeed(
            "%sql\nCREATE SCHEMA IF NOT EXISTS main.v; USE main.v; CREATE TABLE t AS SELECT id, id % 2 AS odd FROM range(10);\n"
            "CREATE VIEW odds (number COMMENT 'an odd one') COMMENT 'half of t' AS SELECT id FROM t WHERE odd = 1;\n"
            "CREATE VIEW IF NOT EXISTS odds AS SELECT 1 AS other;\n"
            "CREATE OR REPLACE VIEW main.v.few AS SELECT * FROM odds LIMIT 2;\n"
            "CREATE TEMPORARY VIEW passing AS SELECT 1 AS x; DROP VIEW passing",
            "numbers = [r.number for r in spark.sql('SELECT number FROM main.v.odds ORDER BY number').collect()]",
            "%sql\nALTER VIEW few AS SELECT number FROM odds WHERE number > 7",
        )
        self.assertEqual("SUCCESS", run.result["state"])
        other = self.succeed("dbutils.notebook.exit([r.number for r in spark.table('main.v.few').orderBy('number').collect()])")
        self.assertEqual("[9]", other.value)
        self.assertIn("already exists", self.fail_with("%sql\nCREATE VIEW main.v.odds AS SELECT 1 AS x").result["error"])
        self.succeed("%sql\nDROP VIEW main.v.few; DROP VIEW IF EXISTS main.v.few")
        self.assertIn("VIEW_NOT_FOUND", self.fail_with("%sql\nDROP VIEW main.v.few").result["error"])

    def test_catalogs_can_be_made_and_used(self):
        run = self.succeed(
            "%sql\nCREATE CATALOG IF NOT EXISTS sales; CREATE CATALOG IF NOT EXISTS sales; USE CATALOG sales;\n"
            "CREATE SCHEMA eu; CREATE TABLE eu.t AS SELECT 1 AS x; ANALYZE TABLE eu.t COMPUTE STATISTICS",
            "dbutils.notebook.exit(spark.sql('SELECT current_catalog()').first()[0])",
        )
        self.assertEqual("sales", run.value)
        self.assertEqual("1", self.succeed("dbutils.notebook.exit(spark.table('sales.eu.t').count())").value)

    def test_a_catalog_that_somebody_else_made_is_found_by_a_session_that_is_older(self):
        (tables_folder() / "late" / "default").mkdir(parents=True, exist_ok=True)
        self.succeed("import os, shutil\nspark.sql('SHOW SCHEMAS IN main').collect()", "%sql\nCREATE TABLE late.default.t (x INT)")


class TwoClusters(SparkTest):
    def test_two_clusters_see_the_same_tables_at_once(self):
        other = another_cluster()
        self.addCleanup(other.kill)
        self.succeed("%sql\nCREATE SCHEMA IF NOT EXISTS main.both; CREATE TABLE main.both.t AS SELECT 1 AS x")
        there = self.run_notebook("# Databricks notebook source\nspark.sql('INSERT INTO main.both.t VALUES (2)')\nspark.sql('CREATE CATALOG from_there')", on=other)
        self.assertEqual("SUCCESS", there.result["state"], there.result)
        self.assertEqual("2", self.succeed("dbutils.notebook.exit(spark.table('main.both.t').count())").value)
        self.succeed("%sql\nCREATE TABLE from_there.default.t (x INT); ALTER TABLE main.both.t ADD COLUMN y INT")
        columns = self.run_notebook("# Databricks notebook source\ndbutils.notebook.exit(spark.table('main.both.t').columns)", on=other)
        self.assertEqual("['x', 'y']", columns.value)


class PinnedVersions(SparkTest):
    """What rests on details of the pinned versions. When one of these fails after an upgrade, read DbCatalog and attach.py."""

    def test_delta_reports_new_tables_to_a_delegate_whose_package_is_unity_catalogs(self):
        self.assertIn("package io.unitycatalog.", (RUNTIME_SOURCES / "jvm/io/unitycatalog/dbplan/TreeCatalog.java").read_text())
        self.succeed(
            "%sql\nCREATE SCHEMA IF NOT EXISTS main.contract; CREATE TABLE main.contract.a (x INT);\n"
            "CREATE TABLE main.contract.b AS SELECT 1 AS x; CREATE OR REPLACE TABLE main.contract.c AS SELECT 1 AS x",
            "spark.range(1).write.saveAsTable('main.contract.d')",
            "assert spark.sql('SHOW TABLES IN spark_catalog.default').count() == 0",
        )
        self.assertEqual(["delta"] * 4, [described("main", "contract", t)["provider"] for t in "abcd"])

    def test_delta_takes_the_delegate_for_no_rest_catalog(self):
        source = (RUNTIME_SOURCES / "jvm/dbplan/DbCatalog.java").read_text()
        self.assertIn('"deltaRestApi.enabled", "false"', source)
        self.succeed("assert spark.sql('SHOW SCHEMAS IN main').count() >= 1")

    def test_attaching_leaves_the_default_session_of_the_jvm_alone(self):
        run = self.succeed(
            "default = spark._jvm.org.apache.spark.sql.classic.SparkSession.getDefaultSession().get()",
            "assert not default.equals(spark._jsparkSession)",
            "import signal\nassert signal.getsignal(signal.SIGINT) is signal.default_int_handler",
            "from pyspark.sql import SparkSession\nassert SparkSession.builder.getOrCreate() is spark and SparkSession.getActiveSession() is spark",
        )
        self.assertEqual("SUCCESS", run.result["state"])

    def test_the_versions_are_the_locked_ones(self):
        lock = (RUNTIME_SOURCES / "locks/requirements.lock").read_text()
        run = self.succeed("import importlib.metadata as m\ndbutils.notebook.exit(' '.join([spark.version, m.version('pyspark'), m.version('delta-spark')]))")
        spark, package, delta = run.value.split()
        self.assertEqual(spark, package)
        self.assertIn(f"pyspark=={spark} ", lock)
        self.assertIn(f"delta-spark=={delta} ", lock)
        self.assertTrue(list(Path(cluster().runtime).glob("ready.json")))


if __name__ == "__main__":
    unittest.main()
