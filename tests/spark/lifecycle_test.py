"""The protocols and the ends of runs: cancel, kill, sharing a session, two clusters, the end of everything."""

import json
import os
import signal
import unittest
from pathlib import Path

from support import ClusterError, SparkTest, another_cluster, cluster, notebook, until, write

# One task each: a running task keeps its core, so a job of two would starve every other run of this cluster.
ENDLESS = "spark.range(0, 1 << 40, 1, 1).selectExpr('sum(sqrt(id))').collect()"
THREADS = f"""
from concurrent.futures import ThreadPoolExecutor
def work(_):
    while True:
        try:
            {ENDLESS}
        except Exception:
            pass
with ThreadPoolExecutor(2) as pool:
    list(pool.map(work, range(2)))
"""


def alive(group):
    """Processes of a group that have not ended (the fork server reaps its own; grandchildren go to init)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, _, pgrp = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:3]
            except (OSError, ValueError):
                continue
            if int(pgrp) == group and state != "Z":
                found.append(int(entry.name))
    return found


class Ends(SparkTest):
    def test_a_cancelled_run_leaves_no_process_and_no_job_though_threads_start_jobs_in_a_loop(self):
        shell = "import subprocess\nsubprocess.Popen(['sleep', '1000'])"
        run, pid = self.start(shell, THREADS)
        until(lambda: int(cluster().command("jobs", run)[0]) == 2, "both threads' jobs")
        self.assertGreaterEqual(len(alive(pid)), 2)
        cluster().cancel(run, pid)
        self.assertEqual(["0"], cluster().command("jobs", run))
        until(lambda: not alive(pid), "the processes of the run to end")
        self.assertIsNone(cluster().result(run))

    def test_the_death_of_one_process_harms_no_other_run(self):
        victim, pid = self.start(ENDLESS)
        other, _ = self.start("total = sum(spark.range(1000).count() for _ in range(20))", "dbutils.notebook.exit(total)")
        until(lambda: cluster().command("jobs", victim) == ["1"], "the victim's job")
        os.kill(pid, signal.SIGKILL)
        self.assertIsNone(cluster().wait(victim))
        self.assertEqual("20000", cluster().wait(other)["exit_value"])
        cluster().command("cancel", victim)
        cluster().command("detach", victim)
        until(lambda: cluster().command("jobs", victim) == ["0"], "the orphaned job to end")
        cluster().command("detach", other)

    def test_streams_of_a_run_keep_it_alive_and_end_with_it(self):
        run, pid = self.start("q = spark.readStream.format('rate').load().writeStream.format('noop').start()\nprint(q.id)")
        log = cluster().out(run) / "stdout.log"
        until(lambda: log.exists() and log.read_text().strip(), "the stream to start")
        self.assertTrue(alive(pid))
        cluster().cancel(run, pid)
        probe = self.succeed("dbutils.notebook.exit(len(spark._jsparkSession.sharedState().activeQueriesLock().toString()) > 0)")
        self.assertEqual("True", probe.value)
        until(lambda: cluster().command("jobs", run) == ["0"], "the stream's jobs to end")

    def test_foreach_batch_calls_back_into_the_notebook(self):
        run = self.succeed(
            "seen = []",
            "spark.range(5).write.mode('overwrite').saveAsTable('main.default.stream_source')",
            "q = (spark.readStream.table('main.default.stream_source').writeStream\n"
            "  .foreachBatch(lambda frame, number: seen.append(frame.count())).trigger(availableNow=True)\n"
            "  .option('checkpointLocation', __import__('os').getcwd() + '/checkpoint').start())",
            "q.awaitTermination()\ndbutils.notebook.exit(sum(seen))",
        )
        self.assertEqual("5", run.value)

    def test_a_second_process_can_take_over_a_session(self):
        first, _ = self.start("spark.range(3).createOrReplaceTempView('handed_over')")
        cluster().wait(first)
        second = "taker-" + first
        source = write(second, notebook("dbutils.notebook.exit(spark.table('handed_over').count())"))
        cluster().start(second, source, session_of=first)
        self.assertEqual("3", cluster().wait(second)["exit_value"])
        for run in (first, second):
            cluster().command("detach", run)

    def test_user_threads_belong_to_the_run(self):
        run = self.succeed(
            "from concurrent.futures import ThreadPoolExecutor",
            "def look(_):\n  return sc.getLocalProperty('spark.jobGroup.id'), sc.getLocalProperty('spark.scheduler.pool'), spark.range(2).count()",
            "with ThreadPoolExecutor(2) as pool:\n  seen = set(pool.map(look, range(4)))",
            "group = sc.getLocalProperty('spark.jobGroup.id')\nassert seen == {(group, group, 2)}, seen",
        )
        self.assertEqual("SUCCESS", run.result["state"])


class Protocol(unittest.TestCase):
    def test_mistakes_are_answered_and_harm_nothing(self):
        for words in (["attach", "x", "nobody"], ["detach", "nobody"], ["jobs", "not/a/run"], ["dance", "x"]):
            with self.subTest(words), self.assertRaises(ClusterError) as caught:
                cluster().command(*words)
            self.assertTrue(str(caught.exception).startswith(f"error {words[0]} {words[1]} "))
        self.assertEqual(["0"], cluster().command("jobs", "nobody"))

    def test_cancelling_an_unknown_run_is_no_error(self):
        self.assertEqual([], cluster().command("cancel", "unknown"))

    def test_a_request_that_is_none_is_answered(self):
        cluster().python.send("{broken")
        line = cluster().python.expect(lambda line: "error" in json.loads(line), 60)
        self.assertIn("not a request", line)

    def test_the_secret_of_one_run_does_not_open_another(self):
        one, two = cluster().command("attach", "one"), cluster().command("attach", "two")
        try:
            self.assertNotEqual(one[1], two[1])
            self.assertNotEqual(one[0], two[0])
        finally:
            cluster().command("detach", "one")
            cluster().command("detach", "two")


class EndOfACluster(SparkTest):
    def test_the_end_of_input_ends_the_jvm_the_fork_server_and_every_run(self):
        host = another_cluster()
        source = write("last", notebook("import subprocess\nsubprocess.Popen(['sleep', '1000'])", ENDLESS))
        pid = host.start("last", source, **self.surroundings("last", {}))
        until(lambda: host.command("jobs", "last") == ["1"], "the job")
        host.quit()
        until(lambda: not alive(pid), "the processes of the run to end")

    def test_a_killed_fork_server_takes_its_runs_along(self):
        host = another_cluster()
        source = write("orphan", notebook("import threading\nthreading.Event().wait()"))
        pid = host.start("orphan", source, **self.surroundings("orphan", {}))
        host.python.process.kill()
        until(lambda: not alive(pid), "the run to end")
        host.quit()


if __name__ == "__main__":
    unittest.main()
