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
    """Runs one notebook; returns its name, its report and when it ran."""
    start = time.time()
    report = json.loads(run())
    end = time.time()
    times = {
        "seconds": round(end - start, 3),
        "start_ms": int(start * 1000),
        "end_ms": int(end * 1000),
    }
    print(f"{name}: {times['seconds']:.1f} s, {report['tables']}")
    return name, report, times


# COMMAND ----------


def verified(catalog, schema, input_schema, finished):
    """The exit value of an orchestrator. Raises when any of the five tables is not as expected.

    The expected rows and checksums are the control totals that the set-up took from the input.
    """
    control = spark.table(table_name(catalog, input_schema, "control_totals")).collect()
    expected = {row["name"]: (row["row_count"], row["checksum"]) for row in control}
    found = checksums(catalog, schema)
    merged = {table: counts for _, report, _ in finished for table, counts in report["tables"].items()}

    wrong = []
    for table in OUTPUT_COLUMNS:
        if found[table] != expected[table]:
            wrong.append(f"{table} has (rows, checksum) {found[table]}, expected {expected[table]}")
        elif table not in merged:
            wrong.append(f"{table}: no notebook reported a merge")
        elif merged[table]["inserted"] + merged[table]["updated"] != found[table][0]:
            wrong.append(f"{table} has {found[table][0]} rows, but the merge touched {merged[table]}")
    if wrong:
        raise ValueError("wrong result: " + "; ".join(wrong))

    return json.dumps(
        {
            "tables": {
                table: {"rows": rows, "checksum": checksum, **merged[table]}
                for table, (rows, checksum) in found.items()
            },
            "notebooks": {name: times for name, _, times in finished},
        }
    )
