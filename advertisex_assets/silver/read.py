"""Read: the bronze rows of a plan, and the stored keys that they could be duplicates of."""

from datetime import date, timedelta

import polars as pl

from advertisex_assets.silver.handles import FeedTables
from advertisex_assets.silver.plan import Plan
from advertisex_assets.transforms.deduplicate import KEYS


def bronze_rows(tables: FeedTables, plan: Plan) -> pl.DataFrame:
    """The rows routed to the plan's dates: only the new ones for incremental dates, all for rebuilt ones."""
    names = list(tables.bronze.table.schema)
    return pl.concat([_new_rows(tables, plan).select(names), _all_rows(tables, plan).select(names)])


def _new_rows(tables: FeedTables, plan: Plan) -> pl.DataFrame:
    if not plan.incremental:
        return pl.DataFrame(schema=tables.bronze.table.schema)
    rows = tables.bronze.changes(after=min(plan.incremental.values()))
    read = pl.DataFrame(
        {"event_date": list(plan.incremental), "read_version": list(plan.incremental.values())},
        schema={"event_date": pl.Date, "read_version": pl.Int64},
    )
    return rows.join(read, on="event_date", how="inner").filter(
        pl.col("_commit_version") > pl.col("read_version")
    )


def _all_rows(tables: FeedTables, plan: Plan) -> pl.DataFrame:
    if not plan.rebuild:
        return pl.DataFrame(schema=tables.bronze.table.schema)
    span = tables.bronze.scan_dates(min(plan.rebuild), max(plan.rebuild), "event_date")
    return span.filter(pl.col("event_date").is_in(sorted(plan.rebuild))).collect()


def stored_keys(tables: FeedTables, plan: Plan) -> pl.LazyFrame:
    """Keys (see `deduplicate.KEYS`) of every stored valid record within the window of the plan's dates.

    Dates that are rebuilt are left out: their rows are all incoming.
    """
    window = timedelta(days=tables.feed.key.window_days)
    first, last = plan.dates[0] - window, plan.dates[-1] + window
    near = _within(plan, window)
    sources = [table.scan_dates(first, last, "event_date") for table in tables.outputs.values()]
    lost = tables.duplicates.scan_dates(first, last, "event_date").filter(pl.col("feed") == tables.feed.name)
    keys = [as_keys(source) for source in (*sources, lost)]
    return pl.concat(keys).filter(pl.col("day").is_in(near))


def _within(plan: Plan, window: timedelta) -> list[int]:
    epoch = date(1970, 1, 1)
    reach = range(-window.days, window.days + 1)
    near = {day + timedelta(days=shift) for day in plan.dates for shift in reach} - plan.rebuild
    return sorted((day - epoch).days for day in near)


def as_keys(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The columns that deduplication reads, in its units."""
    return rows.with_columns(
        pl.col("event_date").cast(pl.Int32).cast(pl.Int64).alias("day"),
        pl.col("received_at").cast(pl.Int64),
    ).select(KEYS)
