# Databricks notebook source
spark.sql("CREATE SCHEMA IF NOT EXISTS main.gitops")

# COMMAND ----------

spark.range(100).write.mode("overwrite").saveAsTable("main.gitops.numbers")
