"""A local Spark session for tests and benchmarks, and the jars by which it reads Delta tables and Kafka topics.

What a benchmark does with it lives in that benchmark; the pytest fixtures are in `tests/real/spark.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # The processor count of the machine that this is measured on: more tasks only add their own cost.
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "UTC",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}
DELTA = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    # The log of a small table in two tasks, not in fifty: several seconds less per look at a table.
    "spark.databricks.delta.snapshotPartitions": "2",
}

QUIET = "ERROR"
"""Warnings of a local session are about the session being local."""


def options(folder: Path, jars: Iterable[Path] = ()) -> dict[str, str]:
    """Settings of a local session that keeps its files in `folder`; with jars it knows Delta and Kafka."""
    found = LOCAL | {"spark.local.dir": str(folder), "spark.sql.warehouse.dir": str(folder / "warehouse")}
    paths = ",".join(str(jar) for jar in jars)
    return found | DELTA | {"spark.jars": paths} if paths else found


@contextmanager
def local_session(settings: Mapping[str, str], cores: int = 2) -> Iterator[Any]:
    """A session in a JVM of this process, ended with the block; a process can have one at a time.

    ImportError without pyspark (dependency group `spark`).
    """
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{cores}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel(QUIET)
    try:
        yield session
    finally:
        session.stop()
