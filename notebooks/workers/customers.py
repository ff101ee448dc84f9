# Databricks notebook source
# MAGIC %md
# MAGIC # Customers
# MAGIC Owns `customer_totals`: what each customer has bought so far.

# COMMAND ----------

# MAGIC %run ../shared/tables

# COMMAND ----------

dbutils.widgets.text("catalog", "main")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("input_schema", "sales")

catalog = dbutils.widgets.get("catalog")
schema = dbutils.widgets.get("schema")
lines = spark.table(table_name(catalog, dbutils.widgets.get("input_schema"), "order_lines"))
target = table_name(catalog, schema, "customer_totals")

# COMMAND ----------

from pyspark.sql import functions as F

shipped = F.col("status") == "shipped"
returned = F.col("status").isin("returning", "returned")
amount = F.col("quantity") * F.col("unit_price")

totals = lines.groupBy("customer_id").agg(
    F.countDistinct("order_id").alias("orders"),
    F.sum(F.when(shipped, F.col("quantity")).otherwise(0)).alias("units"),
    F.sum(F.when(returned, F.col("quantity")).otherwise(0)).alias("returned_units"),
    F.sum(F.when(shipped, amount).otherwise(0)).cast("decimal(18, 2)").alias("revenue"),
    F.min("order_date").alias("first_order"),
    F.max("order_date").alias("last_order"),
)

# COMMAND ----------

from delta.tables import DeltaTable

(
    DeltaTable.forName(spark, target)
    .alias("known")
    .merge(totals.alias("new"), "known.customer_id = new.customer_id")
    .whenMatchedUpdateAll()
    .whenNotMatchedInsertAll()
    .execute()
)

# COMMAND ----------

import json

report = {"customer_totals": merged(catalog, schema, "customer_totals")}
dbutils.notebook.exit(json.dumps({"tables": report}))
