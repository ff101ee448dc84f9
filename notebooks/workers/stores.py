# Databricks notebook source
# MAGIC %md
# MAGIC # Stores
# MAGIC Owns `store_days`: what each store sold on each day, and which product brought in the most.

# COMMAND ----------

# MAGIC %run ../shared/tables

# COMMAND ----------

dbutils.widgets.text("catalog", "main")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("input_schema", "sales")

catalog = dbutils.widgets.get("catalog")
schema = dbutils.widgets.get("schema")
lines = spark.table(table_name(catalog, dbutils.widgets.get("input_schema"), "order_lines"))
target = table_name(catalog, schema, "store_days")

# COMMAND ----------

from pyspark.sql import Window
from pyspark.sql import functions as F

shipped = F.col("status") == "shipped"
lines = lines.withColumnRenamed("order_date", "day").withColumns(
    {
        "sold": F.when(shipped, F.col("quantity")).otherwise(0),
        "amount": F.when(shipped, F.col("quantity") * F.col("unit_price")).otherwise(0),
    }
)

days = lines.groupBy("store_id", "day").agg(
    F.countDistinct("order_id").alias("orders"),
    F.sum("sold").alias("units"),
    F.sum("amount").cast("decimal(18, 2)").alias("revenue"),
)

# Of two products that brought in the same, the one with the lower number.
best_first = Window.partitionBy("store_id", "day").orderBy(F.desc("brought_in"), "product_id")
top = (
    lines.groupBy("store_id", "day", "product_id")
    .agg(F.sum("amount").alias("brought_in"))
    .withColumn("place", F.row_number().over(best_first))
    .where("place = 1")
    .select("store_id", "day", F.col("product_id").alias("top_product"))
)
days.join(top, ["store_id", "day"]).createOrReplaceTempView("new_store_days")

# COMMAND ----------

spark.sql(
    f"""
    MERGE INTO {target} AS known
    USING new_store_days AS new
    ON known.store_id = new.store_id AND known.day = new.day
    WHEN MATCHED THEN UPDATE SET *
    WHEN NOT MATCHED THEN INSERT *
    """
)

# COMMAND ----------

import json

report = {"store_days": merged(catalog, schema, "store_days")}
dbutils.notebook.exit(json.dumps({"tables": report}))
