# Databricks notebook source
# MAGIC %md
# MAGIC # Sales, one notebook after the other

# COMMAND ----------

# MAGIC %run ./shared/report

# COMMAND ----------

dbutils.widgets.text("catalog", "main")
dbutils.widgets.text("input_schema", "sales")
dbutils.widgets.text("schema", "sales_sequential")

catalog = dbutils.widgets.get("catalog")
input_schema = dbutils.widgets.get("input_schema")
schema = dbutils.widgets.get("schema")
parameters = {"catalog": catalog, "input_schema": input_schema, "schema": schema}

# COMMAND ----------

finished = [
    timed("orders", lambda: dbutils.notebook.run("./workers/orders", 1800, parameters)),
    timed("stores", lambda: dbutils.notebook.run("./workers/stores", 1800, parameters)),
    timed("customers", lambda: dbutils.notebook.run("./workers/customers", 1800, parameters)),
    timed("products", lambda: dbutils.notebook.run("./workers/products", 1800, parameters)),
]

# COMMAND ----------

dbutils.notebook.exit(verified(catalog, input_schema, finished))
