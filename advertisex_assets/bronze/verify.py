"""Verify: what a past bronze partition holds; it is never landed again."""

from datetime import date

import polars as pl

from resources.lake import Lake
from schemas.feed import Feed
from schemas.tables.bronze import POSITION, bronze_table


def partition_summary(lake: Lake, feed: Feed, span: tuple[date, date]) -> dict[str, int]:
    """Rows, distinct records, bytes and event dates of the landing dates; `doubled` must be 0."""
    rows = lake.open(bronze_table(feed)).scan_dates(*span, "landing_date")
    summary = rows.select(
        pl.len().cast(pl.Int64).alias("rows"),
        pl.struct(POSITION).n_unique().cast(pl.Int64).alias("distinct"),
        pl.col("payload").bin.size().sum().cast(pl.Int64).alias("payload_bytes"),
        pl.col("event_date").n_unique().cast(pl.Int64).alias("event_dates"),
    )
    found: dict[str, int] = summary.collect().row(0, named=True)
    return found | {"doubled": found["rows"] - found["distinct"]}
