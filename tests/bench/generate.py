#!/usr/bin/env python3
"""Writes a spec of N jobs and N notebooks: generate.py <folder> <N> [--permissions].

A job has two notebook tasks with one dependency, a job cluster with Spark settings, a Quartz schedule, three tags,
two parameters, retries and a time-out; its second task runs the next job's notebook. A notebook has six cells,
about 820 bytes, and lies in one of ten folders. 42 lines of YAML a job, 100 jobs a file."""

import argparse
import pathlib

FOLDERS = 10
JOBS_PER_FILE = 100

JOB = """\
    job_{i:05}:
      name: job {i:05}
      description: measured
      max_concurrent_runs: 1
      timeout_seconds: 7200
      tags:
        team: data
        stage: bench
        number: "{i}"
      parameters:
        - name: day
          default: "2026-01-01"
        - name: region
          default: eu
      schedule:
        quartz_cron_expression: 0 {minute} {hour} * * ?
        timezone_id: Europe/Berlin
        pause_status: PAUSED
      job_clusters:
        - job_cluster_key: main
          new_cluster:
            spark_version: 17.3.x-scala2.13
            node_type_id: i3.xlarge
            num_workers: 2
            spark_conf:
              spark.sql.shuffle.partitions: "8"
              spark.sql.adaptive.enabled: "true"
      tasks:
        - task_key: load
          job_cluster_key: main
          notebook_task:
            notebook_path: ../notebooks/{folder}/nb_{i:05}.py
          max_retries: 1
          timeout_seconds: 3600
        - task_key: check
          depends_on:
            - task_key: load
          job_cluster_key: main
          notebook_task:
            notebook_path: ../notebooks/{next_folder}/nb_{next:05}.py
            base_parameters:
              number: "{i}"
"""

PERMISSIONS = """\
      permissions:
        - level: CAN_VIEW
          group_name: users
"""

CELL = '''

# COMMAND ----------

values_{cell} = [step * {number} for step in range(10)]
print("notebook {number:05} cell {cell}", sum(values_{cell}))
assert len(values_{cell}) == 10'''


def folder_of(i):
    return f"area_{i % FOLDERS}"


def notebook(i):
    return "# Databricks notebook source\n# MAGIC %md\n# MAGIC Notebook " + f"{i:05}" + "".join(
        CELL.format(number=i, cell=cell) for cell in range(1, 6)) + "\n"


def job(i, count, permissions):
    following = (i + 1) % count
    text = JOB.format(i=i, minute=i % 60, hour=i % 24, next=following, folder=folder_of(i), next_folder=folder_of(following))
    return text + (PERMISSIONS if permissions else "")


def generate(root, count, permissions=False):
    """The root file is `<root>/dbplan.yml`."""
    root = pathlib.Path(root)
    for folder in {folder_of(i) for i in range(count)}:
        (root / "notebooks" / folder).mkdir(parents=True, exist_ok=True)
    (root / "jobs").mkdir(parents=True, exist_ok=True)
    (root / "dbplan.yml").write_text("bundle:\n  name: bench\ninclude:\n  - jobs/*.yml\n")
    for i in range(count):
        (root / "notebooks" / folder_of(i) / f"nb_{i:05}.py").write_text(notebook(i))
    for start in range(0, count, JOBS_PER_FILE):
        jobs = "".join(job(i, count, permissions) for i in range(start, min(start + JOBS_PER_FILE, count)))
        (root / "jobs" / f"jobs_{start:05}.yml").write_text("resources:\n  jobs:\n" + jobs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--permissions", action="store_true", help="declare one permission on every job")
    arguments = parser.parse_args()
    generate(arguments.folder, arguments.count, arguments.permissions)


if __name__ == "__main__":
    main()
