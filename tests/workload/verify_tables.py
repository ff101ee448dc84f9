#!/usr/bin/env python3
"""Are the tables of the reference workload right? Asks no Spark: the expected rows and checksums are
computed from the definition of the input, the tables are read from their files on disk.

  verify_tables.py <workspace dir> <catalog> <schema> [--run-output FILE]

Exit status: 0 they are, 1 they are not, 2 it could not be found out.
"""

import argparse
import json
import pathlib
import sys

from delta_files import DeltaFiles, Unreadable
from expected import checksum, expected

OUTPUTS = ("customer_totals", "product_sales", "store_days", "orders", "returns")


class Report:
    def __init__(self):
        self.failures = 0

    def compare(self, what, found, wanted):
        same = found == wanted
        self.failures += not same
        print(f"{'ok   ' if same else 'WRONG'} {what:44} {show(found)}")
        if not same:
            print(f"      expected{'':41} {show(wanted)}")


def show(value):
    if isinstance(value, tuple):
        return f"{value[0]:>8} rows  checksum {value[1]}"
    return json.dumps(value)


def check_input(report, folder, wanted):
    lines = DeltaFiles(folder / "order_lines")
    report.compare(f"{folder.name}.order_lines", checksum(lines.rows()), wanted["order_lines"])
    control = DeltaFiles(folder / "control_totals")
    totals = {name: (int(rows), total) for name, rows, total in control.rows()}
    for table in ("order_lines", *OUTPUTS):
        report.compare(f"{folder.name}.control_totals: {table}", totals.get(table), wanted[table])


def check_outputs(report, folder, wanted, after_reset):
    for table in OUTPUTS:
        files = DeltaFiles(folder / table)
        report.compare(f"{folder.name}.{table}", checksum(files.rows()), wanted[table])
        if after_reset:
            counts = merge_counts(table, wanted)
            report.compare(f"{folder.name}.{table}: last merge", files.last_merge(), counts)


def check_run_output(report, output, wanted):
    for table in OUTPUTS:
        rows, total = wanted[table]
        complete = {"rows": rows, "checksum": total, **merge_counts(table, wanted)}
        report.compare(f"run output: {table}", output.get("tables", {}).get(table), complete)


def merge_counts(table, wanted):
    """What a merge from the starting state does: all that was known is updated, the rest is new."""
    start, end = wanted[table + "_start"][0], wanted[table][0]
    assert 0 < start < end, f"{table}: the workload has to insert and update"
    return {"inserted": end - start, "updated": start}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace", type=pathlib.Path, help="folder of the local workspace")
    parser.add_argument("catalog")
    parser.add_argument("schema", help="schema of the output tables")
    parser.add_argument("--input-schema", default="sales")
    parser.add_argument("--lines", type=int, default=400000, help="rows that the set-up generated")
    parser.add_argument("--run-output", type=pathlib.Path, help="exit JSON of the orchestrator")
    parser.add_argument(
        "--repeated", action="store_true", help="the last run did not follow a reset: no merge counts"
    )
    options = parser.parse_args()

    catalog = options.workspace / "tables" / options.catalog
    report = Report()
    try:
        wanted = expected(options.lines)
        check_input(report, catalog / options.input_schema, wanted)
        check_outputs(report, catalog / options.schema, wanted, not options.repeated)
        if options.run_output:
            check_run_output(report, json.loads(options.run_output.read_text()), wanted)
    except (Unreadable, OSError, ValueError) as error:
        print(f"could not check: {error}", file=sys.stderr)
        return 2
    print("all right" if report.failures == 0 else f"{report.failures} wrong")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
