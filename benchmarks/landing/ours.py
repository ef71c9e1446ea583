"""Ours: a topic landed in bronze, with coordinates, keys, routing, statistics and exactly-once commits."""

import dataclasses
import json
from pathlib import Path

import polars as pl

from advertisex_assets.bronze.kafka import Budget, land_kafka
from benchmarks.landing.measure import Job, Landed, digest_of, main, measured
from benchmarks.landing.traffic import SCHEMA
from resources.kafka import Kafka
from resources.lake import Lake
from resources.run import new_run
from schemas.codecs import RegisteredSchema, UnknownSchema
from schemas.discover import feed_named
from schemas.tables.bronze import bronze_table


class OneSchema:
    """A registry that knows the benchmark's schema."""

    def schema_by_id(self, schema_id: int) -> RegisteredSchema:
        """The schema, whatever the id."""
        return RegisteredSchema(json.dumps(SCHEMA))

    def schema_by_fingerprint(self, fingerprint: int) -> RegisteredSchema:
        """Not needed."""
        raise UnknownSchema("The benchmark sends no single objects.")


def land(job: Job) -> Landed:
    """Lands all of the topic that is called like its feed."""
    return measured(job, _land, lambda folder: _digest(job, folder))


def _digest(job: Job, folder: Path) -> tuple[int, str]:
    rows = Lake(str(folder)).open(bronze_table(feed_named(job.topic))).scan()
    # The benchmark measures work that was done: every message was routed by its own time.
    assert rows.select((pl.col("routed_by") == "event_time").all()).collect().item()
    return digest_of(rows)


def _land(job: Job, folder: Path) -> None:
    feed = dataclasses.replace(feed_named(job.topic), topic=job.topic)
    kafka = Kafka({"bootstrap.servers": job.bootstrap_servers}, "ours")
    budget = Budget(run_rows=10**12)
    receipt = land_kafka(Lake(str(folder)), feed, kafka, budget, new_run("bench"), OneSchema())
    assert receipt.is_caught_up


if __name__ == "__main__":
    main(land)
