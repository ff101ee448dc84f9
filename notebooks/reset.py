# Databricks notebook source
# MAGIC %md
# MAGIC # Reset: the output tables as they were on 1 October
# MAGIC Every run that follows inserts what is new since then and updates what has changed.

# COMMAND ----------

# MAGIC %run ./shared/tables

# COMMAND ----------

dbutils.widgets.text("catalog", "main")
dbutils.widgets.text("input_schema", "sales")
dbutils.widgets.text("schema", "")

catalog = dbutils.widgets.get("catalog")
input_schema = dbutils.widgets.get("input_schema")
schema = dbutils.widgets.get("schema")
if schema in ("", input_schema):
    raise ValueError("schema has to name the schema of the output tables, which is not the input's")

# COMMAND ----------

spark.sql(f"CREATE SCHEMA IF NOT EXISTS `{catalog}`.`{schema}`")
for name in OUTPUT_COLUMNS:
    start = table_name(catalog, input_schema, name + "_start")
    spark.sql(f"CREATE OR REPLACE TABLE {table_name(catalog, schema, name)} AS SELECT * FROM {start}")

# COMMAND ----------

dbutils.notebook.exit("reset")
