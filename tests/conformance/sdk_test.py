"""The unmodified databricks-sdk for Python as a user of the local workspace: a client that we did not
write lists, gets and runs what dbplan has deployed."""

import io
import pathlib
import sys
import unittest

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, NotFound, ResourceAlreadyExists, ResourceDoesNotExist
from databricks.sdk.service import compute, iam, jobs, sql, workspace

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import ROOT, World  # noqa: E402


class Sdk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.world.ok("apply", str(ROOT / "specs"), "--auto-approve")
        cls.client = WorkspaceClient(host=cls.world.host, token=cls.world.token)

    def job(self, name):
        return next(job for job in self.client.jobs.list(expand_tasks=True) if job.settings.name == name)

    def test_it_knows_who_it_is(self):
        self.assertEqual(self.client.current_user.me().user_name, "me@example.com")
        self.assertGreater(self.client.get_workspace_id(), 0)

    def test_it_lists_and_gets_the_jobs_that_dbplan_deployed(self):
        names = sorted(job.settings.name for job in self.client.jobs.list())
        self.assertEqual(names, ["sales parallel (dev)", "sales reset (dev)", "sales sequential (dev)"])
        listed = self.job("sales sequential (dev)")
        got = self.client.jobs.get(listed.job_id)
        self.assertEqual(got.settings.as_dict(), listed.settings.as_dict())
        self.assertEqual(got.settings.schedule.pause_status, jobs.PauseStatus.PAUSED)
        self.assertGreater(got.job_id, 2**53)

    def test_it_runs_a_job_and_waits_for_its_end(self):
        run = self.client.jobs.run_now(self.job("sales sequential (dev)").job_id).result()
        self.assertEqual(run.state.result_state, jobs.RunResultState.SUCCESS)
        self.assertEqual(run.tasks[0].state.life_cycle_state, jobs.RunLifeCycleState.TERMINATED)
        self.assertIn(run.run_id, [r.run_id for r in self.client.jobs.list_runs(job_id=run.job_id)])
        self.assertIsNotNone(self.client.jobs.get_run_output(run.tasks[0].run_id).metadata)

    def test_it_creates_resets_and_deletes_a_job(self):
        task = jobs.Task(task_key="t", notebook_task=jobs.NotebookTask("/Workspace/Shared/nb"))
        job_id = self.client.jobs.create(name="mine", tasks=[task]).job_id
        self.client.jobs.reset(job_id, jobs.JobSettings(name="renamed", tasks=[task], timeout_seconds=60))
        self.assertEqual(self.client.jobs.get(job_id).settings.timeout_seconds, 60)
        self.client.jobs.delete(job_id)
        with self.assertRaises(ResourceDoesNotExist):
            self.client.jobs.get(job_id)

    def test_it_pages_through_many_jobs(self):
        made = {self.client.jobs.create(name=f"page {i}").job_id for i in range(130)}
        listed = [job.job_id for job in self.client.jobs.list(limit=100)]
        self.assertEqual(len(listed), len(set(listed)))
        self.assertLessEqual(made, set(listed))
        for job_id in made:
            self.client.jobs.delete(job_id)

    def test_it_uploads_lists_and_downloads_notebooks(self):
        path = "/Users/me@example.com/sdk"
        self.client.workspace.upload(path, io.BytesIO(b"# Databricks notebook source\nprint(1)\n"),
                                     format=workspace.ImportFormat.SOURCE, language=workspace.Language.PYTHON)
        status = self.client.workspace.get_status(path)
        self.assertEqual(status.object_type, workspace.ObjectType.NOTEBOOK)
        self.assertIn(path, [o.path for o in self.client.workspace.list("/Users/me@example.com")])
        self.assertIn(b"print(1)", self.client.workspace.download(path).read())
        self.client.workspace.delete(path)
        with self.assertRaises(NotFound):
            self.client.workspace.get_status(path)

    def test_it_creates_waits_for_and_deletes_a_cluster(self):
        made = self.client.clusters.create(spark_version="17.3.x-scala2.13", cluster_name="sdk", num_workers=1,
                                           node_type_id="i3.xlarge", autotermination_minutes=30).result()
        self.assertEqual(made.state, compute.State.RUNNING)
        self.assertIn(made.cluster_id, [c.cluster_id for c in self.client.clusters.list()])
        self.client.clusters.permanent_delete(made.cluster_id)
        self.assertNotIn(made.cluster_id, [c.cluster_id for c in self.client.clusters.list()])

    def test_it_reads_and_sets_permissions(self):
        job_id = str(self.job("sales reset (dev)").job_id)
        owner = iam.AccessControlRequest(user_name="me@example.com", permission_level=iam.PermissionLevel.IS_OWNER)
        group = iam.AccessControlRequest(group_name="users", permission_level=iam.PermissionLevel.CAN_VIEW)
        self.client.permissions.set("jobs", job_id, access_control_list=[owner, group])
        acl = self.client.permissions.get("jobs", job_id).access_control_list
        self.assertIn("users", [entry.group_name for entry in acl])

    def test_it_keeps_secrets(self):
        self.client.secrets.create_scope("sdk")
        self.client.secrets.put_secret("sdk", "key", string_value="canary-value")
        self.assertEqual([s.key for s in self.client.secrets.list_secrets("sdk")], ["key"])
        self.assertNotIn("canary-value", (self.world.workspace / "requests.log").read_text())
        self.assertGreater(next(iter(self.client.secrets.list_secrets("sdk"))).last_updated_timestamp, 0)
        self.client.secrets.put_acl("sdk", "users", workspace.AclPermission.READ)
        acls = {acl.principal: acl.permission.value for acl in self.client.secrets.list_acls("sdk")}
        self.assertEqual(acls, {"me@example.com": "MANAGE", "users": "READ"})
        self.assertEqual(self.client.secrets.get_acl("sdk", "users").permission, workspace.AclPermission.READ)
        self.client.secrets.delete_acl("sdk", "users")
        with self.assertRaises(ResourceDoesNotExist):
            self.client.secrets.get_acl("sdk", "users")
        self.client.secrets.delete_secret("sdk", "key")
        self.client.secrets.delete_scope("sdk")
        with self.assertRaises(ResourceDoesNotExist):
            list(self.client.secrets.list_secrets("sdk"))

    def test_it_creates_edits_and_deletes_an_instance_pool(self):
        pools = self.client.instance_pools
        made = pools.create("sdk pool", node_type_id="i3.xlarge", max_capacity=4).instance_pool_id
        pool = pools.get(made)
        self.assertEqual((pool.state, pool.idle_instance_autotermination_minutes, pool.enable_elastic_disk),
                         (compute.InstancePoolState.ACTIVE, 60, True))
        pools.edit(made, "sdk pool 2", "i3.xlarge", max_capacity=6)
        self.assertIn(("sdk pool 2", 6), [(p.instance_pool_name, p.max_capacity) for p in pools.list()])
        cluster = self.client.clusters.create(spark_version="17.3.x-scala2.13", num_workers=1,
                                              instance_pool_id=made).result()
        self.assertEqual((cluster.node_type_id, cluster.driver_instance_pool_id), ("i3.xlarge", made))
        self.client.clusters.permanent_delete(cluster.cluster_id)
        pools.delete(made)
        with self.assertRaises(ResourceDoesNotExist):
            pools.get(made)

    def test_it_creates_edits_and_deletes_a_cluster_policy(self):
        policies = self.client.cluster_policies
        definition = '{"spark_version": {"type": "fixed", "value": "17.3.x-scala2.13"}}'
        made = policies.create(name="sdk policy", definition=definition).policy_id
        policy = policies.get(made)
        self.assertEqual((policy.definition, policy.is_default), (definition, False))
        policies.edit(made, name="sdk policy 2", definition="{}", max_clusters_per_user=2)
        self.assertIn(("sdk policy 2", 2), [(p.name, p.max_clusters_per_user) for p in policies.list()])
        with self.assertRaises(BadRequest):
            policies.create(name="sdk policy 2", definition="{}")
        policies.delete(made)
        with self.assertRaises(ResourceDoesNotExist):
            policies.get(made)
        cluster = compute.ClusterSpec(spark_version="17.3.x-scala2.13", num_workers=1, policy_id=made)
        with self.assertRaises(BadRequest):
            self.client.jobs.create(tasks=[jobs.Task("t", new_cluster=cluster)])

    def test_it_creates_waits_for_edits_and_stops_a_warehouse(self):
        warehouses = self.client.warehouses
        made = warehouses.create(name="sdk warehouse", cluster_size="2X-Small").result()
        self.assertEqual((made.state, made.auto_stop_mins, made.spot_instance_policy),
                         (sql.State.RUNNING, 120, sql.SpotInstancePolicy.COST_OPTIMIZED))
        edited = warehouses.edit(made.id, name="sdk warehouse", cluster_size="Small", max_num_clusters=3).result()
        self.assertEqual((edited.cluster_size, edited.max_num_clusters), ("Small", 3))
        self.assertEqual(warehouses.stop(made.id).result().state, sql.State.STOPPED)
        self.assertEqual(warehouses.start(made.id).result().state, sql.State.RUNNING)
        self.assertIn(made.id, [w.id for w in warehouses.list(page_size=1)])
        self.assertIn(made.id, [source.warehouse_id for source in self.client.data_sources.list()])
        warehouses.delete(made.id)
        with self.assertRaises(ResourceDoesNotExist):
            warehouses.get(made.id)

    def test_every_type_of_object_has_permissions(self):
        home = "/Users/me@example.com/shared"
        self.client.workspace.mkdirs(home)
        self.client.workspace.upload(home + "/data.csv", io.BytesIO(b"a,b"), format=workspace.ImportFormat.AUTO)
        self.client.workspace.upload(home + "/nb", io.BytesIO(b"print(1)"), language=workspace.Language.PYTHON,
                                     format=workspace.ImportFormat.SOURCE)
        objects = {o.path: str(o.object_id) for o in self.client.workspace.list("/Users/me@example.com", recursive=True)}
        folder = str(self.client.workspace.get_status(home).object_id)
        pool = self.client.instance_pools.create("acl pool", node_type_id="i3.xlarge").instance_pool_id
        policy = self.client.cluster_policies.create(name="acl policy", definition="{}").policy_id
        warehouse = self.client.warehouses.create(name="acl", cluster_size="Small").result().id
        for kind, object_id, level in (("instance-pools", pool, "CAN_ATTACH_TO"), ("cluster-policies", policy, "CAN_USE"),
                                       ("warehouses", warehouse, "CAN_USE"), ("sql/warehouses", warehouse, "CAN_MONITOR"),
                                       ("directories", folder, "CAN_READ"), ("files", objects[home + "/data.csv"], "CAN_RUN"),
                                       ("notebooks", objects[home + "/nb"], "CAN_EDIT")):
            with self.subTest(kind):
                entry = iam.AccessControlRequest(group_name="nobody", permission_level=iam.PermissionLevel(level))
                self.client.permissions.update(kind, object_id, access_control_list=[entry])
                acl = self.client.permissions.get(kind, object_id).access_control_list
                levels = [p.permission_level.value for e in acl if e.group_name == "nobody" for p in e.all_permissions]
                self.assertIn(level, levels)
                known = self.client.permissions.get_permission_levels(kind, object_id).permission_levels
                self.assertIn(level, [k.permission_level.value for k in known])

    def test_files_go_in_and_come_out_as_they_are(self):
        home = "/Workspace/Users/me@example.com/files"
        self.client.workspace.mkdirs(home)
        body = bytes(range(256)) * 40_000  # as raw bytes up to 500 MB, as JSON up to 10 MB
        self.client.workspace.upload(home + "/blob.bin", io.BytesIO(body[: 9 << 20]), format=workspace.ImportFormat.AUTO)
        self.assertEqual(self.client.workspace.download(home + "/blob.bin").read(), body[: 9 << 20])
        with self.assertRaises(ResourceAlreadyExists):
            self.client.workspace.upload(home + "/blob.bin", io.BytesIO(b""), format=workspace.ImportFormat.AUTO)
        self.client.workspace.upload(home + "/job.py", io.BytesIO(b"# Databricks notebook source\nprint(1)\n"),
                                     format=workspace.ImportFormat.AUTO)
        self.client.workspace.upload(home + "/plain.py", io.BytesIO(b"print(1)\n"), format=workspace.ImportFormat.RAW)
        kinds = {o.path.split("/")[-1]: o.object_type.value for o in self.client.workspace.list(home)}
        self.assertEqual(kinds, {"blob.bin": "FILE", "job": "NOTEBOOK", "plain.py": "FILE"})
        self.client.workspace.upload(home + "/big.bin", io.BytesIO(body + b"x" * (1 << 20)),
                                     format=workspace.ImportFormat.AUTO)
        with self.assertRaises(BadRequest):
            self.client.workspace.download(home + "/big.bin")
        with self.assertRaises(BadRequest):
            self.client.workspace.delete(home)
        self.client.workspace.delete(home, recursive=True)
        with self.assertRaises(NotFound):
            self.client.workspace.get_status(home)


if __name__ == "__main__":
    unittest.main()
