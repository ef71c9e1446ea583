"""Unread: the landed rows that silver has yet to take in, and for how long they have waited."""

from datetime import UTC, datetime

import polars as pl

from advertisex_assets.silver.handles import FeedTables, date_mark, open_tables
from resources.lake import Lake
from schemas.feed import Feed
from schemas.tables.bronze import bronze_table


def oldest_unread(lake: Lake, feed: Feed) -> tuple[int, datetime | None]:
    """How many rows wait for silver, and when the first of them was landed (UTC)."""
    if not lake.exists(bronze_table(feed)):
        return 0, None
    tables = open_tables(lake, feed)
    after = -1 if tables.frontier is None else tables.frontier
    rows = tables.bronze.changes(after, columns=["event_date", "landed_at"])
    waiting = rows.filter(pl.col("_commit_version") > _read_versions(tables, rows))
    first = waiting["landed_at"].min()
    return waiting.height, first.astimezone(UTC) if isinstance(first, datetime) else None


def _read_versions(tables: FeedTables, rows: pl.DataFrame) -> pl.Series:
    """Per row the bronze version that silver has read for its date; -1 if it never looked."""
    marks = [table.marks() for table in tables.dated]
    days = rows["event_date"].unique()
    read = [min(mark.get(date_mark(tables.feed, day), -1) for mark in marks) for day in days.to_list()]
    return rows["event_date"].replace_strict(days, pl.Series(read, dtype=pl.Int64), return_dtype=pl.Int64)
