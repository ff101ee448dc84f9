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

CREATE OR REPLACE TEMPORARY VIEW sales_by_product AS
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

-- COMMAND ----------

MERGE INTO IDENTIFIER(:catalog || '.' || :schema || '.product_sales') AS known
USING sales_by_product AS new
ON known.product_id = new.product_id
WHEN MATCHED THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *

-- COMMAND ----------

-- MAGIC %python
-- MAGIC import json
-- MAGIC
-- MAGIC target = table_name(
-- MAGIC     dbutils.widgets.get("catalog"), dbutils.widgets.get("schema"), "product_sales"
-- MAGIC )
-- MAGIC dbutils.notebook.exit(json.dumps({"tables": {"product_sales": last_merge(target)}}))
