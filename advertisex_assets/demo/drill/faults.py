"""Faults: what the drill breaks, in this order, and what a person is then told. Not here: waiting and counting."""

import polars as pl

from advertisex_assets.bronze.kafka.balance import kafka_balance
from advertisex_assets.demo.drill import breaking
from advertisex_assets.demo.drill.fault import Fault
from advertisex_assets.demo.drill.stage import Stage
from advertisex_assets.transforms.watch.failures import DEAD_AFTER
from resources.lake import LakeTable
from schemas.discover import feed_named
from schemas.tables.bronze import bronze_table
from schemas.tables.silver import silver_tables

PARTITIONS = 4
"""Of each topic of the embedded Kafka."""


class Holds:
    """Whether silver holds impressions whose id begins so."""

    def __init__(self, prefix: str) -> None:
        self._prefix = f"imp-{prefix}-"

    def __call__(self, stage: Stage) -> bool:
        [table] = silver_tables(feed_named("impressions"))
        if not stage.lake.exists(table):
            return False
        mine = pl.col("impression_id").str.starts_with(self._prefix)
        return not stage.lake.open(table).scan().filter(mine).head(1).collect().is_empty()


def _bronze(stage: Stage) -> LakeTable:
    return stage.lake.open(bronze_table(feed_named("impressions")))


def _has_marts(stage: Stage) -> bool:
    return any(breaking.mart_log(stage).glob("*.json"))


def _reads_every_partition(stage: Stage) -> bool:
    """From then on it is known what is missing."""
    return kafka_balance(_bronze(stage)).height == PARTITIONS


def _knows_of_expired(stage: Stage) -> bool:
    return bool(kafka_balance(_bronze(stage))["expired"].sum())


FAULTS = (
    Fault(
        "the senders stop", "sensor watch_freshness", "data_stale", "impressions is complete to",
        breaking.stop_senders, is_shown=Holds("h"),
    ),
    Fault(
        "one campaign's tag breaks", "sensor watch_traffic", "anomaly", "campaign 102",
        breaking.return_without_one, is_shown=Holds("r"),
    ),
    Fault(
        "a sender adds a field", "sensor watch_traffic", "schema_drift", "viewport",
        breaking.send_new_field, is_shown=Holds("n"),
    ),
    Fault(
        "two fifths of a file are unreadable", "asset check refused_share", "check_failed", "refused_share",
        breaking.send_broken_records, is_dated=True,
    ),
    Fault(
        "a run from the UI fails", "sensor watch_runs", "run_failed", "cannot be read",
        breaking.spoil_reference, is_dated=True,
    ),
    Fault(
        "a run from the command line fails", "sensor watch_runs", "run_failed", "keep one of them",
        breaking.double_reference, is_dated=True,
    ),
    Fault(
        "the schema registry is away: a sensor's run fails", "sensor watch_runs", "system_away", "registry",
        breaking.send_framed_message, is_dated=True,
    ),
    Fault(
        "bronze rows are written twice", "the gate of silver", "batch_held", "silver.impressions",
        breaking.write_twice, is_dated=True,
    ),
    Fault(
        "a silver file is deleted", "sensor watch_sums", "records_lost", "deleted file",
        breaking.delete_silver, is_ready=lambda stage: bool(breaking.silver_files(stage)),
    ),
    Fault(
        "a log is damaged: a sensor fails", "sensor watch_runs", "sensor_failing", "",
        breaking.spoil_log, is_ready=_has_marts,
    ),
    Fault(
        "the broker deletes unread messages", "sensor watch_sums", "offsets_expired", "deleted",
        breaking.flood, prepare=breaking.send_some, is_ready=_reads_every_partition, is_shown=_knows_of_expired,
    ),
    Fault("the broker is away", "sensors *_arrivals", "system_away", "Kafka", breaking.kill_broker),
    Fault(
        "Dagster is killed", "advertisex metrics", "daemon_dead", "dagster-daemon", breaking.kill_dagster,
        is_dated=True, seen_after=DEAD_AFTER,
    ),
)  # fmt: skip
"""Everything that can be broken within minutes; the last one takes the sensors with it."""
