"""Route: the event date that landing gives to each bronze row, and the better one that reading it again may give.

Not here: where decisions are kept, and which one stands (`advertisex_assets/silver/routes`).
"""

from datetime import date

import polars as pl

from advertisex_assets.transforms.decode import decode
from advertisex_assets.transforms.isolate import isolated_as_broken
from advertisex_assets.transforms.normalise import event_time
from schemas.codecs.batches import PLAIN_UTC, dates, no_dates
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource
from schemas.feed import Feed
from schemas.rules import text_of
from schemas.tables.bronze import (
    POSITION,
    RECORD,
    ROUTED_BY_EVENT_TIME,
    ROUTED_BY_LANDING,
    ROUTED_BY_TRANSPORT_TIME,
    ROUTED_OUT_OF_RANGE,
    ROUTED_UNREADABLE,
)
from schemas.types.times import AHEAD_US, EARLIEST_US

READ = ("kind", "payload", "codec", "header", "received_at", "landed_at")
"""What routing looks at."""

FIRST_DATE = "first_date"
"""The date that landing gave a row, beside `event_date`, the one that it is routed to."""

EARLIEST_DATE = date(2000, 1, 1)
"""The date of EARLIEST_US."""


def route(feed: Feed, rows: pl.DataFrame, schemas: SchemaSource = NO_SCHEMAS) -> pl.DataFrame:
    """The same rows with `event_date` and `routed_by`.

    Reads READ. A row whose time cannot be read, or is out of range, takes its landing date and says so (design,
    invariant 3); so does one on which our code fails.
    """
    return isolated_as_broken(rows, lambda part: _route(feed, part, schemas))


def _route(feed: Feed, rows: pl.DataFrame, schemas: SchemaSource) -> pl.DataFrame:
    told = pl.lit(_told(feed, rows, schemas))
    days = rows.select(_where_sure(told).alias("event_date")).to_series()
    others = days.is_null().arg_true()
    if others.is_empty():
        return rows.with_columns(days, pl.lit(ROUTED_BY_EVENT_TIME).alias("routed_by"))
    read = _read(feed, rows.select(READ)[others], schemas)
    reasons = pl.repeat(ROUTED_BY_EVENT_TIME, len(days), dtype=pl.String, eager=True).alias("routed_by")
    return rows.with_columns(
        days.scatter(others, read["event_date"]), reasons.scatter(others, read["routed_by"])
    )


def _told(feed: Feed, rows: pl.DataFrame, schemas: SchemaSource) -> pl.Series:
    """The date of each row's most trusted time where the codec can tell it at a glance; else null."""
    payloads, source = rows["payload"], feed.time_column.sources[0]
    found = no_dates(payloads)
    for codec in feed.codecs:
        is_its = (pl.col("kind") == RECORD) & (pl.col("codec") == codec.name) & pl.col("header").is_null()
        if rows.select(is_its.all(ignore_nulls=False)).item():
            return dates(codec, payloads, source, schemas)
        places = rows.select(is_its.arg_true()).to_series()
        found = found.scatter(places, dates(codec, payloads.gather(places), source, schemas))
    return found


def _read(feed: Feed, rows: pl.DataFrame, schemas: SchemaSource) -> pl.DataFrame:
    """`event_date` and `routed_by` of rows whose time must be read."""
    texts = decode(feed, rows, schemas, (feed.time_column,))
    days = texts.select(plain_date(feed)).to_series().alias("event_date")
    reasons = pl.repeat(ROUTED_BY_EVENT_TIME, len(days), dtype=pl.String, eager=True).alias("routed_by")
    others = days.is_null().arg_true()
    if others.is_empty():
        return pl.DataFrame([days, reasons])
    timed = texts[others].with_columns(event_time(feed).alias("event_time"))
    routed = timed.select(event_date(feed).alias("event_date"), routed_by(feed).alias("routed_by"))
    return pl.DataFrame(
        [days.scatter(others, routed["event_date"]), reasons.scatter(others, routed["routed_by"])]
    )


def plain_date(feed: Feed) -> pl.Expr:
    """The UTC date of an event time written as most senders do, where that alone routes the row; else null.

    Several times as fast as reading the instant: `2026-03-01T12:30:00.123Z` is in range on its date, and its date is
    that of its text, if that is neither before 2000 nor after the landing date.
    """
    text = text_of(feed.event_at)
    day = pl.when(text.str.contains(PLAIN_UTC)).then(text.str.head(10)).str.to_date("%Y-%m-%d", strict=False)
    return _where_sure(day)


def _where_sure(day: pl.Expr) -> pl.Expr:
    """The date of an instant in UTC where that is in range whatever its time of day; else null."""
    return pl.when(day.is_between(EARLIEST_DATE, pl.col("landed_at").dt.date())).then(day)


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


def moves(feed: Feed, parsed: pl.DataFrame) -> pl.DataFrame:
    """The parsed rows that belong to another date than the one they are routed to.

    Reads FIRST_DATE beside what parsing gives. Columns: POSITION, landing_date, first_date, from_date, event_date,
    routed_by. A row belongs to the date of its event, or where landing put it if its time cannot be read (any more):
    so where rows end up depends on bronze and the contract, not on the contracts that there were in between.
    """
    event_at = pl.col(feed.event_at)
    is_readable = pl.col("decode_error").is_null() & event_at.is_not_null() & in_range(feed.event_at)
    is_stated = text_of(feed.event_at).is_not_null()
    stated_by = (
        pl.when(is_stated).then(pl.lit(ROUTED_BY_EVENT_TIME)).otherwise(pl.lit(ROUTED_BY_TRANSPORT_TIME))
    )
    belongs = pl.when(is_readable).then(event_at.dt.date()).otherwise(FIRST_DATE)
    return parsed.filter(belongs != pl.col("event_date")).select(
        *POSITION,
        "landing_date",
        FIRST_DATE,
        pl.col("event_date").alias("from_date"),
        belongs.alias("event_date"),
        pl.when(is_readable).then(stated_by).otherwise(pl.lit(ROUTED_BY_LANDING)).alias("routed_by"),
    )
