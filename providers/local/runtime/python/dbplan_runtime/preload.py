"""What the fork server imports before the first fork: everything that a run would otherwise import itself."""


def everything():
    import concurrent.futures  # noqa: F401
    import multiprocessing.pool  # noqa: F401
    import shlex  # noqa: F401
    import subprocess  # noqa: F401
    import urllib.request  # noqa: F401

    import delta.tables  # noqa: F401
    import numpy  # noqa: F401
    import pandas  # noqa: F401
    import py4j.clientserver  # noqa: F401
    import pyarrow  # noqa: F401
    import pyspark.accumulators  # noqa: F401
    import pyspark.cloudpickle  # noqa: F401
    import pyspark.java_gateway  # noqa: F401
    import pyspark.sql  # noqa: F401
    import pyspark.sql.functions  # noqa: F401
    import pyspark.sql.pandas.conversion  # noqa: F401
    import pyspark.sql.pandas.types  # noqa: F401
    import pyspark.sql.streaming  # noqa: F401
    import pyspark.sql.types  # noqa: F401
    import pyspark.sql.window  # noqa: F401
