# Databricks notebook source
spark.sql("CREATE SCHEMA IF NOT EXISTS main.shared_cluster")

# COMMAND ----------

readings = spark.range(10000).selectExpr("id", "id % 24 AS hour", "(id * 37) % 101 AS reading")
readings.write.mode("overwrite").saveAsTable("main.shared_cluster.readings")
