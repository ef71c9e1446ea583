"""Verify: what a bronze partition holds, or what one landing added; nothing is landed again."""

from datetime import date

import polars as pl

from resources.lake import Lake
from schemas.feed import Feed
from schemas.tables.bronze import POSITION, bronze_table


def partition_summary(lake: Lake, feed: Feed, span: tuple[date, date]) -> dict[str, int]:
    """The summary of all rows of the landing dates."""
    return summarise(lake.open(bronze_table(feed)).scan_dates(*span, "landing_date"))


def landing_summary(lake: Lake, feed: Feed, after: int) -> dict[str, int]:
    """The summary of the rows appended after that bronze version: its cost is that of the landing, not of the day."""
    columns = (*POSITION, "payload", "event_date")
    return summarise(lake.open(bronze_table(feed)).changes(after, columns).lazy())


def summarise(rows: pl.LazyFrame) -> dict[str, int]:
    """Rows, distinct records, bytes and event dates; `doubled` must be 0."""
    summary = rows.select(
        pl.len().cast(pl.Int64).alias("rows"),
        pl.struct(POSITION).n_unique().cast(pl.Int64).alias("distinct"),
        pl.col("payload").bin.size().sum().cast(pl.Int64).alias("payload_bytes"),
        pl.col("event_date").n_unique().cast(pl.Int64).alias("event_dates"),
    )
    found: dict[str, int] = summary.collect().row(0, named=True)
    return found | {"doubled": found["rows"] - found["distinct"]}
