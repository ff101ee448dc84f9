# Databricks notebook source
# MAGIC %md
# MAGIC # The tables of the sales pipeline
# MAGIC What every notebook here shares: which columns the five output tables have, how a table is named,
# MAGIC and how its content is summed up in one number. Runs nothing by itself; use it with `%run`.

# COMMAND ----------

# Every column of every output table, in table order.
OUTPUT_COLUMNS = {
    "customer_totals": [
        "customer_id", "orders", "units", "returned_units", "revenue", "first_order", "last_order",
    ],
    "product_sales": [
        "product_id", "units", "returned_units", "revenue", "customers", "first_sold", "last_sold",
    ],
    "store_days": ["store_id", "day", "orders", "units", "revenue", "top_product"],
    "orders": [
        "order_id", "customer_id", "store_id", "order_date", "lines", "units", "total", "state",
    ],
    "returns": ["order_id", "product_id", "order_date", "units", "refund", "state"],
}


def table_name(catalog, schema, table):
    return f"`{catalog}`.`{schema}`.`{table}`"


# COMMAND ----------

# MAGIC %md
# MAGIC ## Checksum
# MAGIC A row is written as text: its columns in order, cast to string, joined by `|`, a null as `NULL`.
# MAGIC (Whole numbers have no leading zeros, money has two decimals, dates are `yyyy-MM-dd`.)
# MAGIC Its hash is the first 15 hexadecimal digits of the MD5 of that text in UTF-8, read as a number.
# MAGIC The checksum of a table is the sum of the hashes of its rows: the order of rows does not matter,
# MAGIC a row that is missing, doubled or different does.

# COMMAND ----------


def checksum_query(name, source, columns):
    """SQL that yields (name, row_count, checksum) of `source`, a table or a query in brackets."""
    row = ", ".join(f"coalesce(cast(`{column}` as string), 'NULL')" for column in columns)
    row_hash = f"cast(conv(substr(md5(concat_ws('|', {row})), 1, 15), 16, 10) as decimal(20, 0))"
    return (
        f"SELECT '{name}' AS name, count(*) AS row_count, "
        f"cast(coalesce(sum({row_hash}), 0) as string) AS checksum FROM {source}"
    )


# COMMAND ----------


def merged(catalog, schema, table):
    """What a notebook reports of a table after its MERGE: the content, read back, and the counts."""
    name = table_name(catalog, schema, table)
    columns = spark.table(name).columns
    if columns != OUTPUT_COLUMNS[table]:
        raise ValueError(f"{table} has the columns {columns}, expected {OUTPUT_COLUMNS[table]}")
    content = spark.sql(checksum_query(table, name, columns)).first()

    last = spark.sql(f"DESCRIBE HISTORY {name} LIMIT 1").first()
    if last["operation"] != "MERGE":
        raise ValueError(f"the last operation on {table} is {last['operation']}, not MERGE")
    return {
        "rows": content["row_count"],
        "checksum": content["checksum"],
        "inserted": int(last["operationMetrics"]["numTargetRowsInserted"]),
        "updated": int(last["operationMetrics"]["numTargetRowsUpdated"]),
    }
