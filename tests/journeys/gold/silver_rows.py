"""Silver rows for gold tests: small events with every column filled in, written as silver writes them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from resources.lake import Lake, Marks
from resources.lake.dates import dates_predicate
from schemas.discover import all_feeds
from schemas.tables.silver import INVALID_TRAFFIC, silver_tables
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


def append(lake: Lake, name: str, day: date, rows: Iterable[Row]) -> None:
    """Adds rows to one date of a silver table, as silver's incremental path does."""
    table, feed = silver(name)
    opened = lake.open(table)
    generation = (opened.mark(feed) or 0) + 1
    marks = Marks({feed: generation, f"{feed}/{day.isoformat()}/generation": generation})
    opened.append(frame(name, rows), marks)


def judge(lake: Lake, day: date, events: Iterable[tuple[str, str]]) -> None:
    """Replaces one date of silver.invalid_traffic by those (table, event_id)."""
    opened = lake.open(INVALID_TRAFFIC)
    generation = (opened.mark(f"{day.isoformat()}/generation") or 0) + 1
    rows = [{"event_date": day, "table": table, "event_id": event} for table, event in events]
    full = [{name: row.get(name) for name in INVALID_TRAFFIC.schema} for row in rows]
    typed = pl.DataFrame(full, schema=INVALID_TRAFFIC.schema)
    opened.replace(typed, dates_predicate([day]), Marks({f"{day.isoformat()}/generation": generation}))


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """A time of that UTC day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
