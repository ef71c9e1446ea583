"""Route: the event date that landing gives to each bronze row."""

import polars as pl

from advertisex_assets.transforms.decode import decode
from advertisex_assets.transforms.normalise import event_time
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource
from schemas.feed import Feed
from schemas.rules import text_of
from schemas.tables.bronze import (
    ROUTED_BY_EVENT_TIME,
    ROUTED_BY_TRANSPORT_TIME,
    ROUTED_OUT_OF_RANGE,
    ROUTED_UNREADABLE,
)
from schemas.types.times import AHEAD_US, EARLIEST_US


def route(feed: Feed, rows: pl.DataFrame, schemas: SchemaSource = NO_SCHEMAS) -> pl.DataFrame:
    """The same rows with `event_date` and `routed_by`.

    Reads kind, payload, codec, header, received_at, landed_at. A row whose time cannot be read, or is out of range,
    takes its landing date and says so (design, invariant 3).
    """
    timed = decode(feed, rows, schemas, (feed.time_column,)).with_columns(event_time(feed).alias("event_time"))
    return timed.select(*rows.columns, event_date(feed).alias("event_date"), routed_by(feed).alias("routed_by"))


def routed_by(feed: Feed) -> pl.Expr:
    """Why a row goes to its date."""
    readable = pl.col("event_time").is_not_null() & pl.col("decode_error").is_null()
    return (
        pl.when(~readable)
        .then(pl.lit(ROUTED_UNREADABLE))
        .when(~in_range("event_time"))
        .then(pl.lit(ROUTED_OUT_OF_RANGE))
        .when(text_of(feed.event_at).is_null())
        .then(pl.lit(ROUTED_BY_TRANSPORT_TIME))
        .otherwise(pl.lit(ROUTED_BY_EVENT_TIME))
    )


def event_date(feed: Feed) -> pl.Expr:
    """The UTC date of the event, or of landing where `routed_by` says why."""
    routable = routed_by(feed).is_in([ROUTED_BY_EVENT_TIME, ROUTED_BY_TRANSPORT_TIME])
    return pl.when(routable).then(pl.col("event_time")).otherwise(pl.col("landed_at")).dt.date()


def in_range(column: str) -> pl.Expr:
    """Whether a time lies between 2000 and a day after landing."""
    instant = pl.col(column).cast(pl.Int64)
    return (instant >= EARLIEST_US) & (instant <= pl.col("landed_at").cast(pl.Int64) + AHEAD_US)
