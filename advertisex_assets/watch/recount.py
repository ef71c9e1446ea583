"""Recount: what bronze received and what silver made of it, counted in the tables themselves."""

from collections.abc import Sequence

import polars as pl

from advertisex_assets.silver.routes import Routes
from advertisex_assets.transforms.watch.conservation import counts_by_date
from advertisex_assets.watch.dropped import dropped
from resources.lake import Lake
from schemas.feed import Feed
from schemas.tables.bronze import EXCLUDED_KINDS, FILES, bronze_table, routes_table
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_table, silver_tables
from schemas.tables.table import Table

ALREADY_LANDED = "already_landed"
"""Outcome in `bronze.files` of an arrival whose bytes bronze had."""

CONFLICT = "conflict"
"""Outcome in `silver.duplicates` of a row with the winner's key and other content."""


def recount(lake: Lake, feed: Feed) -> pl.DataFrame:
    """event_date and the counts of `conservation.COUNTS` per date, of all that the lake holds of the feed.

    Reads few columns, never payloads. Files landed again are counted apart (`landed_again`): nothing of them
    was routed to a date.
    """
    return counts_by_date(
        [_received(lake, feed), *_accepted(lake, feed), _lost(lake, feed), _refused(lake, feed), *dropped(lake, feed)]
    )


def landed_again(lake: Lake, feed: Feed) -> int:
    """Records of files that came again under any name: received, and excluded."""
    arrivals = _rows(lake, FILES).filter(
        (pl.col("feed") == feed.name) & (pl.col("outcome") == ALREADY_LANDED)
    )
    return int(arrivals.select(pl.col("records").sum()).collect().item() or 0)


def table_counts(lake: Lake, feed: Feed) -> pl.DataFrame:
    """table (full name), event_date, rows, for every table that holds outcomes of the feed."""
    shared = [_rows(lake, table).filter(pl.col("feed") == feed.name) for table in (QUARANTINE, DUPLICATES)]
    own = [_rows(lake, table) for table in silver_tables(feed)]
    tables = (QUARANTINE, DUPLICATES, *silver_tables(feed))
    counted = [
        rows.group_by("event_date").agg(_number("rows")).with_columns(pl.lit(table.full_name).alias("table"))
        for table, rows in zip(tables, [*shared, *own], strict=True)
    ]
    return pl.concat(counted).select("table", "event_date", "rows").sort("table", "event_date").collect()


def _received(lake: Lake, feed: Feed) -> pl.LazyFrame:
    excluded = pl.col("kind").is_in(EXCLUDED_KINDS)
    routes = Routes(_rows(lake, routes_table(feed)).collect())
    rows = routes.applied(_rows(lake, bronze_table(feed))).group_by("event_date")
    return rows.agg(_number("received"), excluded.sum().cast(pl.Int64).alias("excluded"))


def _accepted(lake: Lake, feed: Feed) -> Sequence[pl.LazyFrame]:
    outputs = [silver_table(feed, output) for output in feed.outputs]
    return [_rows(lake, table).group_by("event_date").agg(_number("accepted")) for table in outputs]


def _lost(lake: Lake, feed: Feed) -> pl.LazyFrame:
    conflict = pl.col("outcome") == CONFLICT
    rows = _rows(lake, DUPLICATES).filter(pl.col("feed") == feed.name).group_by("event_date")
    return rows.agg(
        (~conflict).sum().cast(pl.Int64).alias("duplicates"), conflict.sum().cast(pl.Int64).alias("conflicts")
    )


def _refused(lake: Lake, feed: Feed) -> pl.LazyFrame:
    rows = _rows(lake, QUARANTINE).filter(pl.col("feed") == feed.name)
    return rows.group_by("event_date").agg(_number("quarantined"))


def _rows(lake: Lake, table: Table) -> pl.LazyFrame:
    """A table's rows; none if it was never written: looking must not create tables."""
    return lake.open(table).scan() if lake.exists(table) else pl.LazyFrame(schema=table.schema)


def _number(name: str) -> pl.Expr:
    return pl.len().cast(pl.Int64).alias(name)
