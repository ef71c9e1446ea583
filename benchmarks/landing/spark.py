"""Spark: the same topic through Structured Streaming into a Delta table, rows and offsets exactly once.

It does less than ours: no event date is read from the messages, no codec is found, nothing is split into records.
"""

from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.landing.measure import Job, Landed, digest_of, main, measured
from benchmarks.spark.session import local_session, options

ENOUGH_HEAP = "2g"
"""More changed nothing."""


def land(job: Job) -> Landed:
    """Lands the topic in one session, which starts before anything is measured."""
    folder, jars = Path(job.folder), [Path(jar) for jar in job.options["jars"]]
    chosen = job.options["settings"]
    session_settings = options(folder, jars) | {
        "spark.driver.memory": ENOUGH_HEAP,
        "spark.driver.defaultJavaOptions": chosen["java"],
        "spark.sql.parquet.compression.codec": chosen["codec"],
        # As ours.
        "spark.hadoop.parquet.compression.codec.zstd.level": "1",
    }
    with local_session(session_settings) as session:
        return measured(
            job,
            lambda job, below: _land(session, job, below),
            lambda below: digest_of(pl.scan_delta(str(below / "table"))),
        )


def _land(session: Any, job: Job, folder: Path) -> None:
    from pyspark.sql.functions import col, current_date

    source = {
        "kafka.bootstrap.servers": job.bootstrap_servers,
        "subscribe": job.topic,
        "startingOffsets": "earliest",
        **job.options["settings"]["source"],
    }
    received = session.readStream.format("kafka").options(**source).load()
    columns = ["key", col("value").alias("payload"), "topic", "partition", "offset", "timestamp"]
    rows = received.select(*columns, current_date().alias("landing_date"))
    written = rows.writeStream.format("delta").partitionBy("landing_date").trigger(availableNow=True)
    written.option("checkpointLocation", str(folder / "checkpoint")).start(str(folder / "table")).awaitTermination()


if __name__ == "__main__":
    main(land)
