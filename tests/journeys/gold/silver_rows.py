"""Silver rows for gold tests: small events with every column filled in, written as silver writes them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from resources.lake import Lake, Marks
from resources.lake.table import dates_predicate
from schemas.discover import all_feeds
from schemas.tables.silver import silver_tables
from schemas.tables.table import Table

Row = Mapping[str, Any]


def silver(name: str) -> tuple[Table, str]:
    """The silver table of that name and the feed that fills it."""
    return next((t, feed.name) for feed in all_feeds() for t in silver_tables(feed) if t.name == name)


def frame(name: str, rows: Iterable[Row]) -> pl.DataFrame:
    """Rows of a silver table; what a row leaves out is null, and its date follows from its time."""
    schema = silver(name)[0].schema
    full = [{column: row.get(column) for column in schema} for row in rows]
    typed = pl.DataFrame(full, schema=schema, orient="row")
    return typed.with_columns(pl.col("event_at").dt.date().alias("event_date"))


def write(lake: Lake, name: str, day: date, rows: Iterable[Row]) -> None:
    """Replaces one date of a silver table and raises its generation, as silver's own commits do."""
    table, feed = silver(name)
    opened = lake.open(table)
    generation = (opened.mark(feed) or 0) + 1
    marks = Marks({feed: generation, f"{feed}/{day.isoformat()}/generation": generation})
    opened.replace(frame(name, rows), dates_predicate([day]), marks)


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """A time of that UTC day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
