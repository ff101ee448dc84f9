"""`dbplan schema` against a validator that we did not write: what it accepts and refuses is what
`dbplan validate` accepts and refuses."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("DBPLAN_BIN", str(ROOT / "build" / "dbplan"))


class Loader(yaml.SafeLoader):
    """Plain dates and "on" are text to the Jobs API; only what JSON knows is read."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def run(*arguments, cwd=ROOT):
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return subprocess.run([PROGRAM, *arguments], cwd=cwd, text=True, capture_output=True, env=kept, check=False)


# Parts of a spec, below "bundle: {name: b}", that only the shape makes right or wrong.
RIGHT = """\
resources: {jobs: {j: {name: n, max_concurrent_runs: 2, tags: {a: b, n: 1}}}}
---
resources: {jobs: {j: {max_concurrent_runs: "${var.n}"}}}
variables: {n: {default: 3}}
---
resources: {jobs: {j: {tasks: "${var.t}"}}}
variables: {t: {type: complex, default: [{task_key: a, notebook_task: {notebook_path: /x}}]}}
---
resources: {jobs: {j: {permissions: [{level: CAN_VIEW, group_name: g}], lifecycle: {prevent_destroy: true}}}}
---
resources: {jobs: {j: {moved: {from: jobs.i}}, k: {adopt: {name: n}}}}
---
resources: {clusters: {c: {spark_version: x, num_workers: 1, lifecycle: {started: true}}}}
---
resources: {secret_scopes: {s: {name: s, permissions: [{level: READ, group_name: g}], secrets: {K: {env: V}}}}}
---
resources: {sql_warehouses: {w: {name: w, cluster_size: Small}}, instance_pools: {p: {instance_pool_name: p, node_type_id: n}}}
---
resources: {jobs: {j: {name: n}}, clusters: }
targets: {dev: {mode: development, resources: {jobs: {j: {description: d}}}}}
---
permissions: [{level: CAN_RUN, service_principal_name: p}]
run_as: {user_name: me@example.com}
presets: {name_prefix: "x ", tags: {a: b}, trigger_pause_status: PAUSED}
---
variables: {v: {lookup: {cluster: shared}}}
---
resources: {jobs: {j: {tasks: [{task_key: c, condition_task: {op: EQUAL_TO, left: "1", right: "2"}},
  {task_key: l, for_each_task: {inputs: "[1]", concurrency: 2, task: {task_key: i, sql_task: {warehouse_id: w, query: {query_id: q}}}}},
  {task_key: r, run_job_task: {job_id: 12}}, {task_key: p, pipeline_task: {pipeline_id: p, full_refresh: true}},
  {task_key: d, dbt_task: {commands: [dbt run]}}, {task_key: w, python_wheel_task: {package_name: p, entry_point: e}}]}}}
"""

WRONG = """\
resource: {}
---
resources: {jobs: {j: {nam: n}}}
---
resources: {jobs: {j: {max_concurrent_runs: many}}}
---
resources: {jobs: {j: {max_concurrent_runs: 2147483648}}}
---
resources: {jobs: {j: {tags: [a]}}}
---
resources: {jobs: {j: {tasks: [{notebook_task: {notebook_path: /x}}]}}}
---
resources: {jobs: {j: {tasks: [{task_key: t, notebook_task: {notebook_pth: /x}}]}}}
---
resources: {jobs: {j: {tasks: [{task_key: t, run_if: ALWAYS, notebook_task: {notebook_path: /x}}]}}}
---
resources: {jobs: {j: {permissions: [{level: CAN_VIEW}]}}}
---
resources: {jobs: {j: {permissions: [{level: CAN_RESTART, group_name: g}]}}}
---
resources: {jobs: {j: {lifecycle: {started: true}}}}
---
resources: {jobs: {j: {lifecycle: {prevent_destroy: 1}}}}
---
resources: {jobs: {j: {moved: {}}}}
---
resources: {jobs: {j: {adopt: {id: 1, name: n}}}}
---
resources: {jobs: {j: {grants: []}}}
---
resources: {pipelines: {p: {}}}
---
resources: {secrets: {s: {}}}
---
resources: {secret_scopes: {s: {name: s, secrets: {K: value}}}}
---
resources: {clusters: {c: {num_workers: 1}}}
---
resources: {notebooks: {n: {path: /Shared/x}}}
---
artifacts: {}
---
targets: {dev: {defalt: true}}
---
targets: {dev: {resources: {jobs: {j: {nam: n}}}}}
---
variables: {v: {lookup: {clutser: x}}}
---
sync: {paths: here}
---
permissions: [{level: CAN_RESTART, group_name: g}]
---
bundle: {name: b, naem: c}
"""


class SchemaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = run("schema")
        assert done.returncode == 0, done.stderr
        cls.schema = json.loads(done.stdout)
        jsonschema.Draft202012Validator.check_schema(cls.schema)
        cls.validator = jsonschema.Draft202012Validator(cls.schema)

    def errors(self, text):
        return [error.message for error in self.validator.iter_errors(yaml.load(text, Loader))]

    def verdict(self, text):
        """What dbplan says of a folder with that one file."""
        with tempfile.TemporaryDirectory(prefix="dbplan-schema-") as folder:
            pathlib.Path(folder, "dbplan.yml").write_text(text)
            return run("validate", cwd=folder)

    def test_every_spec_and_example_fits(self):
        files = [f for folder in ("specs", "examples") for f in sorted((ROOT / folder).rglob("*.yml"))
                 if not any(part.startswith(".") for part in f.relative_to(ROOT).parts)]
        self.assertGreater(len(files), 5)
        for file in files:
            with self.subTest(file=file.relative_to(ROOT).as_posix()):
                self.assertEqual(self.errors(file.read_text()), [])

    def both(self, documents):
        for part in documents.split("---\n"):
            text = part if part.startswith("bundle:") else "bundle: {name: b}\n" + part
            with self.subTest(spec=part):
                yield text, self.errors(text), self.verdict(text)

    def test_what_is_right_is_right_to_both(self):
        for _, errors, verdict in self.both(RIGHT):
            self.assertEqual(errors, [])
            self.assertEqual(verdict.returncode, 0, verdict.stderr)

    def test_what_is_wrong_is_wrong_to_both(self):
        for text, errors, verdict in self.both(WRONG):
            self.assertTrue(errors, text)
            self.assertEqual(verdict.returncode, 2, verdict.stdout)


if __name__ == "__main__":
    unittest.main()
