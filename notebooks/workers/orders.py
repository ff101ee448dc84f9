# Databricks notebook source
# MAGIC %md
# MAGIC # Orders
# MAGIC Owns two tables: `orders`, a row for each order, and `returns`, what came back of them.

# COMMAND ----------

# MAGIC %run ../shared/tables

# COMMAND ----------

dbutils.widgets.text("catalog", "main")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("input_schema", "sales")

catalog = dbutils.widgets.get("catalog")
schema = dbutils.widgets.get("schema")
source = table_name(catalog, dbutils.widgets.get("input_schema"), "order_lines")
orders = table_name(catalog, schema, "orders")
returns = table_name(catalog, schema, "returns")

# COMMAND ----------

spark.sql(
    f"""
    MERGE INTO {orders} AS known
    USING (
      SELECT order_id, min(customer_id) AS customer_id, min(store_id) AS store_id,
             min(order_date) AS order_date, count(*) AS lines, sum(quantity) AS units,
             cast(sum(quantity * unit_price) AS decimal(18, 2)) AS total,
             CASE WHEN bool_and(status = 'cancelled') THEN 'cancelled'
                  WHEN bool_and(status = 'shipped') THEN 'complete'
                  ELSE 'changed' END AS state
      FROM {source}
      GROUP BY order_id
    ) AS new
    ON known.order_id = new.order_id
    WHEN MATCHED THEN UPDATE SET *
    WHEN NOT MATCHED THEN INSERT *
    """
)

# COMMAND ----------

spark.sql(
    f"""
    MERGE INTO {returns} AS known
    USING (
      SELECT order_id, product_id, min(order_date) AS order_date, sum(quantity) AS units,
             cast(sum(quantity * unit_price) AS decimal(18, 2)) AS refund, max(status) AS state
      FROM {source}
      WHERE status IN ('returning', 'returned')
      GROUP BY order_id, product_id
    ) AS new
    ON known.order_id = new.order_id AND known.product_id = new.product_id
    WHEN MATCHED THEN UPDATE SET *
    WHEN NOT MATCHED THEN INSERT *
    """
)

# COMMAND ----------

import json

report = {table: merged(catalog, schema, table) for table in ("orders", "returns")}
dbutils.notebook.exit(json.dumps({"tables": report}))
