"""Normalise: texts to typed columns, and the transport's time where a record has none of its own."""

import polars as pl

from schemas.feed import Feed
from schemas.rules import text_of


def normalise(feed: Feed, rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows with one typed column per declared column.

    Reads `text:<column>` and `received_at`.
    """
    typed = rows.with_columns(
        column.type.parse(text_of(column.name)).alias(column.name) for column in feed.columns
    )
    return typed.with_columns(_or_transport(feed, pl.col(feed.event_at)).alias(feed.event_at))


def event_time(feed: Feed) -> pl.Expr:
    """The parsed event time; the transport's where the feed allows that and the record has none."""
    return _or_transport(feed, feed.time_column.type.parse(text_of(feed.event_at)))


def _or_transport(feed: Feed, parsed: pl.Expr) -> pl.Expr:
    if not feed.transport_time:
        return parsed
    return pl.when(text_of(feed.event_at).is_null()).then(pl.col("received_at")).otherwise(parsed)
