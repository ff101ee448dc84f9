# Databricks notebook source
# MAGIC %md
# MAGIC # Set-up: the input table
# MAGIC Makes `order_lines`, one year of sales, by arithmetic on row numbers: the same rows on every
# MAGIC machine and every day. Beside it, for each of the five output tables:
# MAGIC - `<table>_start`: what a load on 1 October knew, where every benchmark run starts from;
# MAGIC - a line of `control_totals`: rows and checksum that a complete load has to end with.
# MAGIC
# MAGIC When all of that is there already, for the same number of lines, nothing is done.

# COMMAND ----------

# MAGIC %run ./shared/tables

# COMMAND ----------

dbutils.widgets.text("catalog", "main")
dbutils.widgets.text("input_schema", "sales")
dbutils.widgets.text("lines", "400000", "Order lines to generate, four to an order")

catalog = dbutils.widgets.get("catalog")
input_schema = dbutils.widgets.get("input_schema")
lines = int(dbutils.widgets.get("lines"))
if lines < 4000 or lines % 40 != 0:
    raise ValueError("lines has to be a multiple of 40, at least 4000")


def input_table(name):
    return table_name(catalog, input_schema, name)


# COMMAND ----------

if spark.catalog.tableExists(input_table("control_totals")):
    made = spark.table(input_table("control_totals")).where("name = 'order_lines'").first()
    if made is not None and made["row_count"] == lines:
        dbutils.notebook.exit("kept")

# COMMAND ----------

# MAGIC %md
# MAGIC ## The input
# MAGIC Four lines make an order. Customers and products become more over the year, so that a later load
# MAGIC meets new ones. One line in 20 comes back, one in 40 is cancelled.

# COMMAND ----------

orders = lines // 4

numbered = spark.range(lines).selectExpr(
    "id AS n",
    "id div 4 AS o",
    f"1 + (id * 6151 + id div 7) % (1500 + id * 1500 div {lines}) AS product_id",
    "(id * 7 + (id div 40) * 13) % 40 AS fate",
)
order_lines = numbered.selectExpr(
    "n + 1 AS line_id",
    "o + 1 AS order_id",
    f"1 + (o * 7919) % ({orders // 20} + o * {orders // 20} div {orders}) AS customer_id",
    "1 + (o * 31 + o div 50) % 50 AS store_id",
    "product_id",
    f"date_add(DATE'2025-01-01', cast(o * 365 div {orders} AS int)) AS order_date",
    "cast(1 + (n * 104729 + n div 11) % 7 AS int) AS quantity",
    "cast((199 + (product_id * 3571) % 9800) * 0.01 AS decimal(10, 2)) AS unit_price",
    "CASE WHEN fate < 2 THEN 'returned' WHEN fate = 2 THEN 'cancelled' ELSE 'shipped' END AS status",
)

spark.sql(f"CREATE SCHEMA IF NOT EXISTS `{catalog}`.`{input_schema}`")
order_lines.write.mode("overwrite").option("overwriteSchema", "true").saveAsTable(
    input_table("order_lines")
)

# COMMAND ----------

# MAGIC %md
# MAGIC ## What a load on 1 October knew
# MAGIC No later orders; goods that are on their way back since September are not booked yet, and nothing
# MAGIC was cancelled.

# COMMAND ----------

spark.table(input_table("order_lines")).createOrReplaceTempView("all_lines")
spark.sql(
    """
    CREATE OR REPLACE TEMPORARY VIEW known_lines AS
    SELECT * EXCEPT (status),
           CASE WHEN status = 'cancelled' THEN 'shipped'
                WHEN status = 'returned' AND order_date >= DATE'2025-09-01' THEN 'returning'
                ELSE status END AS status
    FROM all_lines
    WHERE order_date < DATE'2025-10-01'
    """
)

# COMMAND ----------

# MAGIC %md
# MAGIC ## The outputs, defined once more
# MAGIC As plain queries, apart from the notebooks that maintain the tables: these say what is right.

# COMMAND ----------

AMOUNT = "quantity * unit_price"
SHIPPED = "status = 'shipped'"
RETURNED = "status IN ('returning', 'returned')"


def definitions(source):
    return {
        "customer_totals": f"""
            SELECT customer_id, count(DISTINCT order_id) AS orders,
                   coalesce(sum(quantity) FILTER (WHERE {SHIPPED}), 0) AS units,
                   coalesce(sum(quantity) FILTER (WHERE {RETURNED}), 0) AS returned_units,
                   cast(coalesce(sum({AMOUNT}) FILTER (WHERE {SHIPPED}), 0) AS decimal(18, 2)) AS revenue,
                   min(order_date) AS first_order, max(order_date) AS last_order
            FROM {source} GROUP BY customer_id""",
        "product_sales": f"""
            SELECT product_id,
                   coalesce(sum(quantity) FILTER (WHERE {SHIPPED}), 0) AS units,
                   coalesce(sum(quantity) FILTER (WHERE {RETURNED}), 0) AS returned_units,
                   cast(coalesce(sum({AMOUNT}) FILTER (WHERE {SHIPPED}), 0) AS decimal(18, 2)) AS revenue,
                   count(DISTINCT customer_id) AS customers,
                   min(order_date) AS first_sold, max(order_date) AS last_sold
            FROM {source} GROUP BY product_id""",
        "store_days": f"""
            SELECT store_id, order_date AS day, sum(order_count) AS orders, sum(unit_sum) AS units,
                   cast(sum(amount_sum) AS decimal(18, 2)) AS revenue,
                   min_by(product_id, struct(-amount_sum, product_id)) AS top_product
            FROM (
                SELECT store_id, order_date, product_id,
                       count(DISTINCT order_id) FILTER (WHERE first_line) AS order_count,
                       coalesce(sum(quantity) FILTER (WHERE {SHIPPED}), 0) AS unit_sum,
                       coalesce(sum({AMOUNT}) FILTER (WHERE {SHIPPED}), 0) AS amount_sum
                FROM (SELECT *, line_id % 4 = 1 AS first_line FROM {source})
                GROUP BY store_id, order_date, product_id
            )
            GROUP BY store_id, order_date""",
        "orders": f"""
            SELECT order_id, customer_id, store_id, order_date, count(*) AS lines,
                   sum(quantity) AS units, cast(sum({AMOUNT}) AS decimal(18, 2)) AS total,
                   CASE WHEN count_if(status = 'cancelled') = count(*) THEN 'cancelled'
                        WHEN count_if(NOT ({SHIPPED})) > 0 THEN 'changed'
                        ELSE 'complete' END AS state
            FROM {source} GROUP BY order_id, customer_id, store_id, order_date""",
        "returns": f"""
            SELECT order_id, product_id, order_date, sum(quantity) AS units,
                   cast(sum({AMOUNT}) AS decimal(18, 2)) AS refund, max(status) AS state
            FROM {source} WHERE {RETURNED} GROUP BY order_id, product_id, order_date""",
    }


# COMMAND ----------

for name, query in definitions("known_lines").items():
    spark.sql(f"CREATE OR REPLACE TABLE {input_table(name + '_start')} AS {query}")

# COMMAND ----------

# Last of all: that this table is there means that the rest is.
input_columns = spark.table(input_table("order_lines")).columns
totals = [checksum_query("order_lines", input_table("order_lines"), input_columns)] + [
    checksum_query(name, f"({query})", OUTPUT_COLUMNS[name])
    for name, query in definitions("all_lines").items()
]
spark.sql(f"CREATE OR REPLACE TABLE {input_table('control_totals')} AS {' UNION ALL '.join(totals)}")

# COMMAND ----------

display(spark.table(input_table("control_totals")))

# COMMAND ----------

dbutils.notebook.exit("made")
