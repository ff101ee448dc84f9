"""Joins the cluster's JVM: `spark` and `sc` of this run.

The JVM made a session for this run and a Py4J server for it; here pyspark is made to believe that it started that JVM
itself. Pinned to pyspark 4.1: tests/spark fails when one of these steps stops working.
"""

import os
import signal
import threading
import types

from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession


class Attached:
    def __init__(self, spark, sc, gateway):
        self.spark = spark
        self.sc = sc
        self.gateway = gateway
        self.jvm_run = gateway.entry_point  # dbplan.Run


def attach(run_id, port, secret):
    os.environ["PYSPARK_GATEWAY_PORT"] = str(port)
    os.environ["PYSPARK_GATEWAY_SECRET"] = secret
    try:
        gateway = launch_gateway()
    finally:
        del os.environ["PYSPARK_GATEWAY_PORT"], os.environ["PYSPARK_GATEWAY_SECRET"]
    entry = gateway.entry_point
    conf = SparkConf(_jvm=gateway.jvm, _jconf=entry.conf())
    sc = SparkContext(gateway=gateway, jsc=entry.jsc(), conf=conf)
    # SparkContext installed a handler that cancels every job of the cluster.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    spark = _session(sc, entry.session())
    gateway.jvm.org.apache.spark.sql.classic.SparkSession.setActiveSession(spark._jsparkSession)
    # The group is what `cancel RUN` cancels; the pool gives each run its fair share.
    sc.setJobGroup(run_id, "run " + run_id, True)
    sc.setLocalProperty("spark.scheduler.pool", run_id)
    _refuse_stop()
    _inherit_in_threads(entry)
    return Attached(spark, sc, gateway)


def _session(sc, java_session):
    """A Python session around the run's own Java session.

    The constructor makes its session the default of the whole JVM unless it finds another that is alive, so it is
    shown one.
    """
    alive = types.SimpleNamespace(_sc=types.SimpleNamespace(_jsc=object()))
    SparkSession._instantiatedSession = alive
    spark = SparkSession(sc, java_session)
    SparkSession._instantiatedSession = SparkSession._activeSession = spark
    return spark


def _refuse_stop():
    """The context belongs to the cluster and to every other run on it."""

    def stop(self):
        print("stop() is ignored: the Spark context belongs to the cluster")

    SparkContext.stop = stop
    SparkSession.stop = stop


def _inherit_in_threads(entry):
    """Makes every thread that the notebook starts part of the run: its job group, its pool, its session.

    Without it a cancel would miss the jobs that a thread pool started.
    """
    start = threading.Thread.start

    def start_with_properties(thread):
        # Py4J's own threads carry calls from the JVM; a call back from there could wait for itself.
        target = getattr(thread, "_target", None)
        if (getattr(target, "__module__", None) or type(thread).__module__).startswith("py4j"):
            return start(thread)
        properties = entry.localProperties()
        body = thread.run

        def run():
            entry.inherit(properties)
            body()

        thread.run = run
        return start(thread)

    threading.Thread.start = start_with_properties
