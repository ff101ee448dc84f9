# Databricks notebook source
# What most runs do, so that Java's archive holds what most runs load.
from delta.tables import DeltaTable
from pyspark.sql import functions as F

spark.sql("CREATE SCHEMA IF NOT EXISTS main.training")
spark.range(1000).withColumn("group", F.col("id") % 7).write.saveAsTable("main.training.numbers")

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE main.training.copy AS SELECT id, `group`, id * 2 AS amount FROM main.training.numbers WHERE id < 500;
# MAGIC UPDATE main.training.copy SET amount = 0 WHERE id = 1;
# MAGIC DELETE FROM main.training.copy WHERE id = 2;
# MAGIC MERGE INTO main.training.copy AS t USING main.training.numbers AS s ON t.id = s.id
# MAGIC   WHEN MATCHED THEN UPDATE SET amount = t.amount + 1
# MAGIC   WHEN NOT MATCHED THEN INSERT (id, `group`, amount) VALUES (s.id, s.`group`, 0);
# MAGIC OPTIMIZE main.training.copy;
# MAGIC DESCRIBE HISTORY main.training.copy

# COMMAND ----------

double = F.udf(lambda value: value * 2, "long")
totals = spark.table("main.training.copy").groupBy("group").agg(F.sum(double("amount")).alias("total"))
display(totals.orderBy("group"))
totals.toPandas()
DeltaTable.forName(spark, "main.training.copy").history(1).collect()
spark.createDataFrame([(1, "a")], "id int, name string").createOrReplaceTempView("names")
spark.sql("SELECT * FROM names JOIN main.training.numbers USING (id)").count()

# COMMAND ----------

dbutils.notebook.exit(str(spark.table("main.training.copy").count()))
