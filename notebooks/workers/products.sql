-- Databricks notebook source
-- MAGIC %md
-- MAGIC # Products
-- MAGIC Owns `product_sales`: how each product sells.

-- COMMAND ----------

-- MAGIC %run ../shared/tables

-- COMMAND ----------

-- MAGIC %python
-- MAGIC dbutils.widgets.text("catalog", "main")
-- MAGIC dbutils.widgets.text("schema", "")
-- MAGIC dbutils.widgets.text("input_schema", "sales")

-- COMMAND ----------

MERGE INTO IDENTIFIER(:catalog || '.' || :schema || '.product_sales') AS known
USING (
  SELECT
    product_id,
    sum(CASE WHEN status = 'shipped' THEN quantity ELSE 0 END) AS units,
    sum(CASE WHEN status IN ('returning', 'returned') THEN quantity ELSE 0 END) AS returned_units,
    cast(
      sum(CASE WHEN status = 'shipped' THEN quantity * unit_price ELSE 0 END) AS decimal(18, 2)
    ) AS revenue,
    count(DISTINCT customer_id) AS customers,
    min(order_date) AS first_sold,
    max(order_date) AS last_sold
  FROM IDENTIFIER(:catalog || '.' || :input_schema || '.order_lines')
  GROUP BY product_id
) AS new
ON known.product_id = new.product_id
WHEN MATCHED THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *

-- COMMAND ----------

-- MAGIC %python
-- MAGIC import json
-- MAGIC
-- MAGIC catalog = dbutils.widgets.get("catalog")
-- MAGIC schema = dbutils.widgets.get("schema")
-- MAGIC report = {"product_sales": merged(catalog, schema, "product_sales")}
-- MAGIC dbutils.notebook.exit(json.dumps({"tables": report}))
