-- Databricks notebook source
SELECT hour, count(*) AS readings, max(reading) AS highest
FROM main.shared_cluster.readings
GROUP BY hour
ORDER BY hour
