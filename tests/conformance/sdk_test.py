"""The unmodified databricks-sdk for Python as a user of the local workspace: a client that we did not
write lists, gets and runs what dbplan has deployed."""

import io
import pathlib
import sys
import unittest

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, ResourceDoesNotExist
from databricks.sdk.service import compute, iam, jobs, workspace

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


if __name__ == "__main__":
    unittest.main()
