"""Activity: events counted by quarter hour, segment and measure, the one small table that all signals read."""

from collections.abc import Sequence

import polars as pl

from schemas.checks.signals import (
    EVERYTHING,
    SEGMENT_COLUMNS,
    SegmentKind,
    amount_of,
    arrived_of,
    late_of,
    nameless_of,
    people_of,
    priced_of,
    repeated_of,
    rows_of,
)
from schemas.checks.thresholds import BUCKET_US, HOUR_US

LATE_US = 2 * HOUR_US
"""Beyond any queue's delay, and below the smallest slip of a time zone that matters (three hours and up, or one:
those of one hour show as a fall and a rise of the level)."""

ACTIVITY_SCHEMA = {
    "bucket_us": pl.Int64(),
    "kind": pl.String(),
    "segment": pl.String(),
    "measure": pl.String(),
    "value": pl.Int64(),
}
"""bucket_us: start of the quarter hour in epoch microseconds; kind and segment: see `signals.SegmentKind`."""


def activity_of(table: str, rows: pl.LazyFrame, money: str | None) -> pl.DataFrame:
    """Measures of accepted rows: event_at, received_at (epoch microseconds), user_id, campaign_id, website, money."""
    rows = rows.with_columns(
        _bucket("event_at").alias("bucket_us"),
        _bucket("received_at").alias("arrival_us"),
        _late().alias("late"),
    )
    parts = []
    for kind in SegmentKind:
        parts.append(_melt(_by_event(table, _segmented(rows, kind), money), kind))
        parts.append(_melt(_by_arrival(table, _segmented(rows, kind)), kind))
    return _together(parts)


def repeats_of(table: str, rows: pl.LazyFrame) -> pl.DataFrame:
    """Measures of rows that lost against an equal one: received_at (epoch microseconds), campaign_id, website."""
    rows = rows.with_columns(_bucket("received_at").alias("bucket_us"))
    number = pl.len().cast(pl.Int64)
    counted = [
        _melt(
            _segmented(rows, kind)
            .group_by("bucket_us", "segment")
            .agg(number.alias(repeated_of(table)), number.alias(arrived_of(table))),
            kind,
        )
        for kind in SegmentKind
    ]
    return _together(counted)


def _by_event(table: str, rows: pl.LazyFrame, money: str | None) -> pl.LazyFrame:
    nameless = pl.col("user_id").is_null().sum().cast(pl.Int64)
    people = pl.col("user_id").drop_nulls().n_unique().cast(pl.Int64) + nameless
    measures = [
        pl.len().cast(pl.Int64).alias(rows_of(table)),
        people.alias(people_of(table)),
        nameless.alias(nameless_of(table)),
    ]
    if money is not None:
        measures += [
            pl.col(money).sum().alias(amount_of(table)),
            pl.col(money).count().alias(priced_of(table)),
        ]
    return rows.group_by("bucket_us", "segment").agg(measures)


def _by_arrival(table: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    arrived = rows.group_by(pl.col("arrival_us").alias("bucket_us"), "segment")
    return arrived.agg(pl.len().alias(arrived_of(table)), pl.col("late").sum().alias(late_of(table)))


def _segmented(rows: pl.LazyFrame, kind: SegmentKind) -> pl.LazyFrame:
    column = SEGMENT_COLUMNS.get(kind)
    if column is None:
        return rows.with_columns(pl.lit(EVERYTHING).alias("segment"))
    return rows.with_columns(pl.col(column).alias("segment")).filter(pl.col("segment").is_not_null())


def _bucket(column: str) -> pl.Expr:
    return pl.col(column) - pl.col(column) % BUCKET_US


def _late() -> pl.Expr:
    return pl.col("received_at") - pl.col("event_at") > LATE_US


def _melt(counted: pl.LazyFrame, kind: SegmentKind) -> pl.LazyFrame:
    melted = counted.unpivot(index=["bucket_us", "segment"], variable_name="measure", value_name="value")
    return melted.filter(pl.col("value") != 0).with_columns(pl.lit(str(kind)).alias("kind"))


def _together(parts: Sequence[pl.LazyFrame]) -> pl.DataFrame:
    typed = [
        part.select(pl.col(name).cast(dtype) for name, dtype in ACTIVITY_SCHEMA.items()) for part in parts
    ]
    return pl.concat(pl.collect_all(typed))
