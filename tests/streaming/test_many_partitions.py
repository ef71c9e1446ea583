"""A sensor's tick does little, however many partitions the topic has and however long the lake's history is."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dagster import DagsterInstance, SensorResult, build_sensor_context

from resources.kafka import Kafka
from resources.kafka.slices import mark_name
from resources.lake import LakeTable, Marks, table, transactions
from resources.settings import settings
from schemas.tables.bronze import bronze_table
from sensors.arrivals import arrivals_sensor
from tests.streaming.setting import Stream, impression

pytestmark = pytest.mark.real

ASKED, MARKED, DAYS = 20, 1_000, 365
"""Partitions of the topic (a thousand overload a small broker beside other tests), partitions whose marks bronze has,
and days of history."""

CHECKPOINT_COMMITS = 100
"""A checkpoint sums up the log this often."""


def year_of_landings(stream: Stream, topic_id: str) -> None:
    """A bronze with a commit on each of 365 days, and the marks of all partitions."""
    stream.produce([impression(1)], partition=7)
    stream.land()
    bronze = stream.lake.open(bronze_table(stream.feed))
    row = bronze.scan().head(1).collect()
    marks = {mark_name(topic_id, partition): 0 for partition in range(MARKED) if partition != 7}
    for day in range(DAYS):
        landed = pl.lit(date(2025, 1, 1) + timedelta(days=day)).alias("landing_date")
        # Each day brings the marks of some partitions, as landings do.
        some = dict(list(marks.items())[day % 10 :: 10])
        bronze.append(row.with_columns(landed, pl.lit(10 + day, pl.Int64).alias("offset")), Marks(some))


def counting(counts: Counter[str], name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*arguments: Any, **named: Any) -> Any:
        counts[name] += len(arguments[1]) if name == "commits read" else 1
        return real(*arguments, **named)

    return counted


def test_a_tick_reads_one_log_and_asks_a_few_questions(
    stream: Stream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream.create(ASKED)
    year_of_landings(stream, stream.kafka.topic_id(stream.topic))
    stream.produce([impression(2)], partition=ASKED - 1)
    monkeypatch.setenv("ADVERTISEX_LAKE", stream.lake.root)
    monkeypatch.setenv("ADVERTISEX_KAFKA_BOOTSTRAP_SERVERS", stream.broker.bootstrap_servers)
    settings.cache_clear()
    counts: Counter[str] = Counter()
    for name, owner, attribute in (
        ("logs read", table, "read_transactions"),
        ("commits read", transactions, "read_actions"),
        ("questions about the topic", Kafka, "_identity"),
        ("questions about offsets", Kafka, "_ask_for_offsets"),
        ("tables scanned", LakeTable, "scan"),
    ):
        monkeypatch.setattr(owner, attribute, counting(counts, name, getattr(owner, attribute)))
    with DagsterInstance.local_temp(str(tmp_path)) as instance:
        began = time.monotonic()
        result = arrivals_sensor(stream.feed)(build_sensor_context(instance=instance))
        print(f"{ASKED} partitions, {MARKED} marks, {DAYS} days: a tick of {time.monotonic() - began:.2f} s")
    settings.cache_clear()
    stream.broker.delete_topic(stream.topic)
    assert isinstance(result, SensorResult) and result.run_requests
    assert counts.pop("commits read") <= CHECKPOINT_COMMITS
    assert counts == {"logs read": 1, "questions about the topic": 1, "questions about offsets": 2}
