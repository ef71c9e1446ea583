"""Normalise: texts to typed columns, and the transport's time where a record has none of its own."""

import polars as pl

from advertisex_assets.transforms.distinct import is_constant
from schemas.columns import Column
from schemas.feed import Feed
from schemas.rules import text_column, text_of


def normalise(feed: Feed, rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows with one typed column per declared column.

    Reads `text:<column>` and `received_at`.
    """
    typed = rows.with_columns(_typed(rows, column) for column in feed.columns)
    return typed.with_columns(_or_transport(feed, pl.col(feed.event_at)).alias(feed.event_at))


def _typed(rows: pl.DataFrame, column: Column) -> pl.Expr | pl.Series:
    """The typed column; where all rows have the same text, or none, as half of the columns do, read once."""
    parsed, text = column.type.parse(text_of(column.name)).alias(column.name), rows[text_column(column.name)]
    if rows.is_empty() or set(parsed.meta.root_names()) != {text.name} or not is_constant(text):
        return parsed
    return rows.head(1).select(parsed).to_series().new_from_index(0, rows.height)


def event_time(feed: Feed) -> pl.Expr:
    """The parsed event time; the transport's where the feed allows that and the record has none."""
    return _or_transport(feed, feed.time_column.type.parse(text_of(feed.event_at)))


def _or_transport(feed: Feed, parsed: pl.Expr) -> pl.Expr:
    if not feed.transport_time:
        return parsed
    return pl.when(text_of(feed.event_at).is_null()).then(pl.col("received_at")).otherwise(parsed)
