"""Metrics: what is measured of lake, broker, alerts and Dagster, in parts that Prometheus is served from."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from dagster import DagsterInstance

from advertisex_assets.bronze.kafka.balance import kafka_balance
from advertisex_assets.bronze.kafka.progress import GAP_CLASSES
from advertisex_assets.transforms.watch.conservation import COUNTS
from advertisex_assets.watch.journal import read_journal
from advertisex_assets.watch.status import status, watermark
from advertisex_assets.watch.unread import oldest_unread
from resources.kafka import Kafka, waiting_slices
from resources.lake import Lake
from resources.metrics import Part, Sample
from resources.orchestrator import daemon_heartbeats, ended_runs, sensor_health
from resources.run import utc_now
from schemas.checks import gauges
from schemas.feed import Feed
from schemas.tables.bronze import bronze_table
from schemas.tables.silver import QUARANTINE
from schemas.tables.table import Table

QUANTILES = (0.5, 0.95)

RECOUNT_LASTS_SECONDS = 300.0
"""A recount reads a few columns of every row."""


@dataclass(frozen=True)
class Measured:
    """What is looked at; `kafka` is None without a broker, and a callable so that a dead broker fails its part only."""

    lake: Lake
    feeds: Sequence[Feed]
    tables: Sequence[Table]
    instance: DagsterInstance | None = None
    kafka: Callable[[], Kafka] | None = None

    def parts(self) -> list[Part]:
        """Every part."""
        parts = [
            Part("records", lambda: records(self.lake, self.feeds), RECOUNT_LASTS_SECONDS),
            Part("refused", lambda: refused(self.lake), RECOUNT_LASTS_SECONDS),
            Part("freshness", lambda: freshness(self.lake, self.feeds)),
            Part("landing", lambda: landing(self.lake, self.feeds, utc_now())),
            Part("tables", lambda: table_sizes(self.lake, self.tables)),
            Part("alerts", lambda: alerts(self.lake)),
        ]
        if self.kafka is not None:
            parts.append(Part("kafka", lambda: lag(self.lake, self.feeds, self.kafka())))  # type: ignore[misc]
        if self.instance is not None:
            parts.append(Part("dagster", lambda: dagster(self.instance, utc_now())))  # type: ignore[arg-type]
        return parts


def records(lake: Lake, feeds: Sequence[Feed]) -> Iterator[Sample]:
    """Records by outcome, and whether they add up."""
    for line in status(lake, feeds):
        feed = str(line["feed"])
        yield Sample(gauges.BALANCED, (feed,), float(bool(line["balanced"])))
        for name in COUNTS:
            yield Sample(gauges.RECORDS, (feed, name), float(line[name]))  # type: ignore[arg-type]


def refused(lake: Lake) -> Iterator[Sample]:
    """Refused records by rule; a record that broke several counts for each."""
    if lake.exists(QUARANTINE):
        codes = lake.open(QUARANTINE).scan().select("feed", "codes").explode("codes")
        for feed, code, rows in codes.group_by("feed", "codes").agg(pl.len()).collect().iter_rows():
            yield Sample(gauges.REFUSED, (feed, code or ""), rows)


def freshness(lake: Lake, feeds: Sequence[Feed]) -> Iterator[Sample]:
    """Watermarks, and what silver has yet to read."""
    for feed in feeds:
        newest = watermark(lake, feed)
        waiting, since = oldest_unread(lake, feed)
        yield Sample(gauges.FRESHNESS_LIMIT, (feed.name,), feed.freshness.total_seconds())
        yield Sample(gauges.UNREAD, (feed.name,), waiting)
        if newest is not None:
            yield Sample(gauges.WATERMARK, (feed.name,), newest.timestamp())
        if since is not None:
            yield Sample(gauges.UNREAD_SINCE, (feed.name,), since.timestamp())


def landing(lake: Lake, feeds: Sequence[Feed], now: datetime) -> Iterator[Sample]:
    """How long records waited between receipt and landing, and the gaps in the offsets."""
    for feed in _landed(lake, feeds):
        bronze = lake.open(bronze_table(feed))
        recent = bronze.scan_dates(_yesterday(now), now.date()).filter(
            pl.col("landed_at") > now - timedelta(hours=1)
        )
        delay = (pl.col("landed_at") - pl.col("received_at")).dt.total_microseconds() / 1e6
        row = recent.select([delay.quantile(q).alias(str(q)) for q in QUANTILES]).collect().row(0, named=True)
        yield from (Sample(gauges.LANDING_DELAY, (feed.name, q), v) for q, v in row.items() if v is not None)
        gaps = kafka_balance(bronze).select(pl.col(name).sum() for name in GAP_CLASSES).row(0, named=True)
        yield from (Sample(gauges.KAFKA_GAPS, (feed.name, reason), count) for reason, count in gaps.items())


def lag(lake: Lake, feeds: Sequence[Feed], kafka: Kafka) -> Iterator[Sample]:
    """Messages that wait on the broker."""
    for feed in feeds:
        table = bronze_table(feed)
        marks = lake.open(table).marks() if lake.exists(table) else {}
        waiting = waiting_slices(kafka.describe(feed.topic), marks)
        yield Sample(gauges.KAFKA_LAG, (feed.name,), sum(part.end - part.start for part in waiting))


def table_sizes(lake: Lake, tables: Iterable[Table]) -> Iterator[Sample]:
    """Rows, files, bytes and version of every table, from the logs alone."""
    for table in tables:
        if lake.exists(table):
            opened = lake.open(table)
            files, rows, size_bytes = opened.size()
            name = (table.full_name,)
            yield Sample(gauges.TABLE_FILES, name, files)
            yield Sample(gauges.TABLE_ROWS, name, rows)
            yield Sample(gauges.TABLE_BYTES, name, size_bytes)
            yield Sample(gauges.TABLE_VERSION, name, opened.version)


def alerts(lake: Lake) -> Iterator[Sample]:
    """Open incidents and messages."""
    journal = read_journal(lake)
    current = [one for one in journal.incidents.values() if not one.is_over]
    yield from _counted(gauges.INCIDENTS, [(str(one.severity), one.problem.kind.code) for one in current])
    yield from _counted(
        gauges.DELIVERIES, [(one.receiver, str(one.state)) for one in journal.deliveries.values()]
    )


def dagster(instance: DagsterInstance, now: datetime) -> Iterator[Sample]:
    """Signs of life, ticks and runs."""
    for name, at in daemon_heartbeats(instance).items():
        yield Sample(gauges.HEARTBEAT, (name,), at.timestamp())
    for sensor in sensor_health(instance):
        yield Sample(gauges.SENSOR_FAILING, (sensor.name,), float(bool(sensor.error)))
        if sensor.last_tick_at is not None:
            yield Sample(gauges.SENSOR_TICK, (sensor.name,), sensor.last_tick_at.timestamp())
    runs = ended_runs(instance, now - timedelta(hours=1))
    yield from _counted(gauges.RUNS, [(run.status,) for run in runs])
    seconds = pl.Series([run.seconds for run in runs], dtype=pl.Float64)
    for quantile in QUANTILES if runs else ():
        yield Sample(gauges.RUN_DURATION, (str(quantile),), float(seconds.quantile(quantile) or 0.0))


def _landed(lake: Lake, feeds: Sequence[Feed]) -> list[Feed]:
    return [feed for feed in feeds if lake.exists(bronze_table(feed))]


def _yesterday(now: datetime) -> date:
    return (now - timedelta(days=1)).date()


def _counted(gauge: gauges.Gauge, labels: Iterable[tuple[Any, ...]]) -> Iterator[Sample]:
    counts: dict[tuple[str, ...], int] = {}
    for label in labels:
        counts[label] = counts.get(label, 0) + 1
    yield from (Sample(gauge, label, count) for label, count in counts.items())
