# Databricks notebook source
# MAGIC %md
# MAGIC # What an orchestrator reports
# MAGIC Times each notebook, then proves that the five tables are right. Use it with `%run`.

# COMMAND ----------

# MAGIC %run ./tables

# COMMAND ----------

import json
import time


def timed(name, run):
    """Runs one notebook; returns its name, the tables that it merged into and when it ran."""
    start = time.time()
    tables = json.loads(run())["tables"]
    end = time.time()
    times = {
        "seconds": round(end - start, 3),
        "start_ms": int(start * 1000),
        "end_ms": int(end * 1000),
    }
    print(f"{name}: {times['seconds']:.1f} s, {tables}")
    return name, tables, times


# COMMAND ----------


def verified(catalog, input_schema, finished):
    """The exit value of an orchestrator. Raises when any of the five tables is not as expected.

    Expected are the rows and checksums that the set-up took from the input, its control totals.
    """
    control = spark.table(table_name(catalog, input_schema, "control_totals")).collect()
    expected = {row["name"]: (row["row_count"], row["checksum"]) for row in control}
    tables = {table: state for _, found, _ in finished for table, state in found.items()}

    wrong = []
    for table in OUTPUT_COLUMNS:
        found = tables.get(table)
        if found is None:
            wrong.append(f"no notebook merged into {table}")
        elif (found["rows"], found["checksum"]) != expected[table]:
            wrong.append(f"{table} is {found}, expected (rows, checksum) {expected[table]}")
        elif found["inserted"] + found["updated"] != found["rows"]:
            wrong.append(f"{table} has rows that the merge did not touch: {found}")
    if wrong:
        raise ValueError("wrong result: " + "; ".join(wrong))

    notebooks = {name: times for name, _, times in finished}
    return json.dumps({"tables": tables, "notebooks": notebooks})
