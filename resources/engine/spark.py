"""Spark: in a JVM of this machine, or on a cluster, directly or through Spark Connect.

Not here: jars and the cluster's own settings, which Spark reads from its `spark-defaults.conf`.
"""

import sys
from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from resources.engine.engine import Engine, EngineError, Frame, uris_by_folder
from resources.lake import LakeTable
from resources.lake.live import LiveFile

CONNECT = "sc://"
LOCAL = "local"

ALWAYS = {
    # Times are instants; Spark would show and cast them in the zone of its machine.
    "spark.sql.session.timeZone": "UTC",
    # What cannot be computed is an error and never a null or a wrapped number.
    "spark.sql.ansi.enabled": "true",
    # Listing a few thousand files of a window takes less time here than as a job of its own.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "10000",
}

ALONE = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    # Of one machine: two hundred, the default, cost more than they carry.
    "spark.sql.shuffle.partitions": "8",
}
"""Where Spark is not set up by anybody but us."""


class Spark(Engine):
    """The engine of a cluster; every node must reach the lake under the same name.

    `url`: `local[N]`, `spark://host:7077`, another master, or `sc://host:15002`. `memory_megabytes` and `spill` are for
    `local` alone: a cluster has settings of its own.
    """

    name = "spark"

    def __init__(self, url: str, memory_megabytes: int | None = None, spill: Path | None = None) -> None:
        if find_spec("pyspark") is None:
            raise EngineError(
                "ADVERTISEX_ENGINE=spark needs pyspark, which is not installed: "
                "pip install 'advertisex-lakehouse[spark]'."
            )
        self._url = url
        self._memory_megabytes = memory_megabytes
        self._spill = spill
        self._schemas: dict[str, Any] = {}

    @cached_property
    def session(self) -> Any:
        """The session, started or reached at first use."""
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession

        builder = SparkSession.builder
        builder = builder.remote(self._url) if self._url.startswith(CONNECT) else builder.master(self._url)
        for name, value in self._started_with().items():
            builder = builder.config(name, value)
        try:
            session = builder.getOrCreate()
            for name, value in ALWAYS.items():
                session.conf.set(name, value)
            if self._is_local:
                # Its workers need what this process has, and PySpark would take the first Python of the path.
                session.sparkContext.pythonExec = sys.executable
        except (PySparkException, OSError) as error:
            raise EngineError(
                f"Spark could not be started or reached at ADVERTISEX_SPARK={self._url}: {error}. "
                "A Spark of this machine needs Java 17 or newer; a cluster must be up and reachable."
            ) from error
        return session

    @property
    def _is_local(self) -> bool:
        return self._url.startswith(LOCAL)

    def _started_with(self) -> dict[str, str]:
        if not self._is_local:
            return {}
        memory = {"spark.driver.memory": f"{self._memory_megabytes}m"} if self._memory_megabytes else {}
        return ALONE | memory | ({"spark.local.dir": str(self._spill)} if self._spill else {})

    def scan_files(self, table: LakeTable, files: Sequence[LiveFile]) -> Frame:
        """By Spark's reader of Parquet; partition values from the folders' names, which are those of the log."""
        if not files:
            return self.rows(pl.DataFrame(schema=table.table.schema))
        read = self.session.read.schema(self._schema(table)).option("basePath", table.delta.table_uri)
        rows = read.parquet(*uris_by_folder(table, files))
        return nw.from_native(rows.select(*table.table.schema))

    def _schema(self, table: LakeTable) -> Any:
        """Spark's types of the declared columns; what a file lacks is null."""
        name = table.table.full_name
        if name not in self._schemas:
            self._schemas[name] = self.rows(pl.DataFrame(schema=table.table.schema)).to_native().schema
        return self._schemas[name]

    def rows(self, rows: pl.DataFrame) -> Frame:
        """Sent as Arrow."""
        return nw.from_native(self.session.createDataFrame(rows.to_arrow()))

    def epoch_micros(self, frame: Frame, columns: Iterable[str]) -> Frame:
        """By a function of Spark's: its cast counts seconds."""
        from pyspark.sql import functions

        return nw.from_native(frame.to_native().withColumns({name: functions.unix_micros(name) for name in columns}))

    def collect(self, frame: Frame) -> pl.DataFrame:
        """Through Arrow."""
        rows = pl.from_arrow(frame.to_native().toArrow())
        assert isinstance(rows, pl.DataFrame)
        return rows

    def close(self) -> None:
        """Ends the session, and with it the JVM's share or the place on the cluster."""
        if "session" in self.__dict__:
            self.session.stop()
