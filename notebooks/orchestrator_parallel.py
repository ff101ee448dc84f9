# Databricks notebook source
# MAGIC %md
# MAGIC # Sales, all notebooks at the same time
# MAGIC Each output table is written by one notebook only, so that no two merges meet.

# COMMAND ----------

# MAGIC %run ./shared/report

# COMMAND ----------

dbutils.widgets.text("catalog", "main")
dbutils.widgets.text("input_schema", "sales")
dbutils.widgets.text("schema", "sales_parallel")
dbutils.widgets.text("max_workers", "4", "Notebooks that run at the same time")

catalog = dbutils.widgets.get("catalog")
input_schema = dbutils.widgets.get("input_schema")
schema = dbutils.widgets.get("schema")
parameters = {"catalog": catalog, "input_schema": input_schema, "schema": schema}

# COMMAND ----------

from concurrent.futures import ThreadPoolExecutor

# The longest first: what is started last should not be what everybody waits for.
notebooks = {
    "orders": lambda: dbutils.notebook.run("./workers/orders", 1800, parameters),
    "stores": lambda: dbutils.notebook.run("./workers/stores", 1800, parameters),
    "customers": lambda: dbutils.notebook.run("./workers/customers", 1800, parameters),
    "products": lambda: dbutils.notebook.run("./workers/products", 1800, parameters),
}

with ThreadPoolExecutor(max_workers=int(dbutils.widgets.get("max_workers"))) as pool:
    running = [pool.submit(timed, name, run) for name, run in notebooks.items()]

# COMMAND ----------

# All have ended by now; the first one that failed fails this notebook with its own error.
finished = [run.result() for run in running]

# COMMAND ----------

dbutils.notebook.exit(verified(catalog, input_schema, finished))
