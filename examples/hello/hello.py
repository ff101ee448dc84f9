# Databricks notebook source
dbutils.widgets.text("name", "nobody")
name = dbutils.widgets.get("name")

# COMMAND ----------

greeting = f"Hello, {name}: Spark counts to {spark.range(1000).count()}."
print(greeting)

# COMMAND ----------

dbutils.notebook.exit(greeting)
