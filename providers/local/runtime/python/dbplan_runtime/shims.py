"""Modules that exist only on Databricks, for library code that imports them."""

import sys
import types


def install(namespace):
    """`from databricks.sdk.runtime import *` and `from pyspark.dbutils import DBUtils` give what the notebook has."""
    names = ("spark", "sc", "sqlContext", "sql", "table", "udf", "dbutils", "display", "displayHTML", "getArgument")
    runtime = types.ModuleType("databricks.sdk.runtime")
    runtime.__dict__.update({name: namespace[name] for name in names}, __all__=list(names))
    sys.modules["databricks.sdk.runtime"] = runtime

    pyspark_dbutils = types.ModuleType("pyspark.dbutils")
    pyspark_dbutils.DBUtils = lambda *_: namespace["dbutils"]
    sys.modules["pyspark.dbutils"] = pyspark_dbutils

    # A parent package must exist for the import statement; a real one, if it is installed, is left alone.
    for name in ("databricks", "databricks.sdk"):
        try:
            __import__(name)
        except ImportError:
            package = types.ModuleType(name)
            package.__path__ = []
            sys.modules[name] = package
    sys.modules["databricks.sdk"].runtime = runtime
