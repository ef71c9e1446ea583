"""Ours: a topic landed in bronze, with coordinates, keys, routing, statistics and exactly-once commits."""

import dataclasses
import json
import sys

import polars as pl

from advertisex_assets.bronze.kafka import Budget, land_kafka
from benchmarks.landing.measure import report
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


def run(bootstrap_servers: str, topic: str, folder: str, feed_name: str) -> tuple[int, int]:
    """Lands all of a topic; returns messages and payload bytes, read back from bronze."""
    feed = dataclasses.replace(feed_named(feed_name), topic=topic)
    kafka = Kafka({"bootstrap.servers": bootstrap_servers}, "ours")
    receipt = land_kafka(Lake(folder), feed, kafka, Budget(run_rows=10**12), new_run("bench"), OneSchema())
    assert receipt.is_caught_up
    return receipt.messages, 0


def check(folder: str, feed_name: str, messages: int) -> None:
    """The benchmark measures work that was done: every message is there once and was routed by its own time."""
    rows = Lake(folder).open(bronze_table(feed_named(feed_name))).scan()
    counted = rows.select(
        pl.struct("partition", "offset").n_unique(), (pl.col("routed_by") == "event_time").sum()
    )
    assert counted.collect().row(0) == (messages, messages)


if __name__ == "__main__":
    servers, name, folder, feed_name, count = sys.argv[1:]
    report(lambda: run(servers, name, folder, feed_name))
    check(folder, feed_name, int(count))
