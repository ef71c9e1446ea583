"""Activity: events counted by quarter hour, segment and measure, the one small table that all signals read."""

from collections.abc import Sequence

import polars as pl

from schemas.checks.measures import (
    amount_of,
    arrived_of,
    judged_of,
    late_of,
    nameless_of,
    people_of,
    priced_of,
    refused_of,
    repeated_of,
    rows_of,
    unknown_of,
)
from schemas.checks.signals import EVERYTHING, SEGMENT_COLUMNS, SegmentKind
from schemas.checks.thresholds import BUCKET_US, HOUR_US

LATE_US = 2 * HOUR_US
"""Beyond any queue's delay, and below the smallest slip of a time zone that matters (three hours and up, or one:
those of one hour show as a fall and a rise of the level)."""

SEGMENTS = (SegmentKind.ALL, SegmentKind.CAMPAIGN, SegmentKind.SITE)

TOP_LEVEL_NAME = r'(?:^\{|,)"([^"\\\\]+)":'
"""The names in a JSON object that the decoder wrote; those of nested objects are told as well, which does no harm."""

ACTIVITY_SCHEMA = {
    "bucket_us": pl.Int64(),
    "kind": pl.String(),
    "segment": pl.String(),
    "measure": pl.String(),
    "value": pl.Int64(),
}
"""bucket_us: start of the quarter hour in epoch microseconds; kind and segment: see `signals.SegmentKind`."""


DATED = {"event_date": pl.Date(), **ACTIVITY_SCHEMA}
"""The same by the date that the counted rows were routed to, so that a date can be counted anew."""

PLACE = ("event_date", "bucket_us", "segment")


def activity_of(table: str, rows: pl.LazyFrame, money: str | None) -> pl.DataFrame:
    """DATED measures of accepted rows.

    rows: event_date, event_at and received_at (epoch microseconds), user_id, campaign_id, website, and money.
    """
    rows = rows.with_columns(
        _bucket("event_at").alias("bucket_us"),
        _bucket("received_at").alias("arrival_us"),
        (pl.col("received_at") - pl.col("event_at") > LATE_US).alias("late"),
    )
    parts = []
    for kind in SEGMENTS:
        parts.append(_melt(_by_event(table, _segmented(rows, kind), money), kind))
        parts.append(_melt(_by_arrival(table, _segmented(rows, kind)), kind))
    return _together(parts)


def repeats_of(table: str, rows: pl.LazyFrame) -> pl.DataFrame:
    """DATED measures of rows that lost against an equal one: event_date, received_at, campaign_id, website."""
    rows = rows.with_columns(_bucket("received_at").alias("bucket_us"))
    names = (repeated_of(table), arrived_of(table))
    return _together([_melt(_counted(_segmented(rows, kind), names), kind) for kind in SEGMENTS])


def refusals_of(feed: str, refused: pl.LazyFrame, accepted: Sequence[pl.LazyFrame]) -> pl.DataFrame:
    """DATED measures of what a feed's contract refused, and of all that it judged: event_date, received_at."""
    everything = [rows.select("event_date", "received_at") for rows in (refused, *accepted)]
    parts = []
    for name, rows in ((refused_of(feed), everything[:1]), (judged_of(feed), everything)):
        bucketed = pl.concat(rows).with_columns(_bucket("received_at").alias("bucket_us"))
        parts.append(_melt(_counted(_segmented(bucketed, SegmentKind.ALL), (name,)), SegmentKind.ALL))
    return _together(parts)


def unknown_fields_of(table: str, rows: pl.LazyFrame) -> pl.DataFrame:
    """DATED counts by field of rows with fields that the contract does not know: event_date, event_at, rescued."""
    fields = pl.col("rescued").str.extract_all(TOP_LEVEL_NAME)
    found = (
        rows.filter(pl.col("rescued").is_not_null())
        .with_columns(_bucket("event_at").alias("bucket_us"), fields.alias("segment"))
        .explode("segment", empty_as_null=False)
        .with_columns(pl.col("segment").str.strip_chars('":{, '))
    )
    return _together([_melt(_counted(found, (unknown_of(table),)), SegmentKind.FIELD)])


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
    return rows.group_by(PLACE).agg(measures)


def _by_arrival(table: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    arrived = rows.with_columns(pl.col("arrival_us").alias("bucket_us")).group_by(PLACE)
    return arrived.agg(pl.len().alias(arrived_of(table)), pl.col("late").sum().alias(late_of(table)))


def _counted(rows: pl.LazyFrame, names: Sequence[str]) -> pl.LazyFrame:
    return rows.group_by(PLACE).agg([pl.len().cast(pl.Int64).alias(name) for name in names])


def _segmented(rows: pl.LazyFrame, kind: SegmentKind) -> pl.LazyFrame:
    column = SEGMENT_COLUMNS.get(kind)
    if column is None:
        return rows.with_columns(pl.lit(EVERYTHING).alias("segment"))
    return rows.with_columns(pl.col(column).alias("segment")).filter(pl.col("segment").is_not_null())


def _bucket(column: str) -> pl.Expr:
    return pl.col(column) - pl.col(column) % BUCKET_US


def _melt(counted: pl.LazyFrame, kind: SegmentKind) -> pl.LazyFrame:
    melted = counted.unpivot(index=list(PLACE), variable_name="measure", value_name="value")
    return melted.filter(pl.col("value") != 0).with_columns(pl.lit(str(kind)).alias("kind"))


def _together(parts: Sequence[pl.LazyFrame]) -> pl.DataFrame:
    typed = [part.select(pl.col(name).cast(dtype) for name, dtype in DATED.items()) for part in parts]
    return pl.concat(pl.collect_all(typed))
