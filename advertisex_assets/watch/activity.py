"""Activity: keeps `ops.activity` up to date with silver, date by date, and reads it."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from advertisex_assets.silver.handles import FeedTables, date_mark, open_tables
from advertisex_assets.transforms.watch.activity import (
    ACTIVITY_SCHEMA,
    activity_of,
    refusals_of,
    repeats_of,
    unknown_fields_of,
)
from resources.lake import CommitConflictError, Lake, LakeTable, Marks
from resources.lake.dates import dates_predicate
from schemas.checks.thresholds import HISTORY_DAYS
from schemas.feed import Feed
from schemas.tables.bronze import bronze_table
from schemas.tables.watch import ACTIVITY

DATES_AT_ONCE = 7
"""A first look at a long history is counted week by week, in bounded memory."""


def refresh_activity(lake: Lake, feeds: Sequence[Feed]) -> int:
    """Counts every date of the last four weeks whose silver changed since; returns how many dates that were."""
    return sum(_refresh(lake, feed) for feed in feeds if lake.exists(bronze_table(feed)))


def read_activity(lake: Lake) -> pl.DataFrame:
    """ACTIVITY_SCHEMA of all feeds; no rows if nothing was counted yet."""
    if not lake.exists(ACTIVITY):
        return pl.DataFrame(schema=ACTIVITY_SCHEMA)
    rows = lake.open(ACTIVITY).scan()
    newest = rows.select(pl.col("event_date").max()).collect().item()
    recent = rows.filter(pl.col("event_date") >= (newest or date.max) - timedelta(days=HISTORY_DAYS + 1))
    key = ["bucket_us", "kind", "segment", "measure"]
    return recent.group_by(key).agg(pl.col("value").sum()).select(list(ACTIVITY_SCHEMA)).collect()


def _refresh(lake: Lake, feed: Feed) -> int:
    tables, activity = open_tables(lake, feed), lake.open(ACTIVITY)
    changed = _changed_dates(tables, activity)
    days = sorted(changed)
    for start in range(0, len(days), DATES_AT_ONCE):
        some = days[start : start + DATES_AT_ONCE]
        marks = Marks({_mark(feed, day): changed[day] for day in some})
        predicate = f"feed = '{feed.name}' AND {dates_predicate(some)}"
        try:
            activity.replace(_counted(tables, some), predicate, marks)
        except CommitConflictError:
            # Somebody else counts the same dates; what is still behind is counted at the next look.
            return start
    return len(days)


def _changed_dates(tables: FeedTables, activity: LakeTable) -> dict[date, int]:
    """Recent dates whose generations (how often each table was written) differ from what was counted."""
    feed = tables.feed
    counted = activity.marks()
    written = [table.marks() for table in tables.dated]
    dates = {day for table in tables.outputs.values() for day in table.rows_by_date()}
    newest = max(dates, default=date.min)
    generations = {
        day: sum(marks.get(f"{date_mark(feed, day)}/generation", 0) for marks in written)
        for day in dates
        if newest - day <= timedelta(days=HISTORY_DAYS + 1)
    }
    return {day: version for day, version in generations.items() if counted.get(_mark(feed, day)) != version}


def _mark(feed: Feed, day: date) -> str:
    return f"activity/{date_mark(feed, day)}"


def _counted(tables: FeedTables, days: Sequence[date]) -> pl.DataFrame:
    feed = tables.feed
    parts = []
    lost = _of_dates(tables.duplicates, days).filter(pl.col("feed") == feed.name)
    refused = _of_dates(tables.quarantine, days).filter(pl.col("feed") == feed.name)
    for table in tables.outputs.values():
        rows = _of_dates(table, days)
        parts.append(activity_of(table.table.name, rows, _money(feed, table)))
        winners = rows.select("event_id", "campaign_id", "website").unique("event_id")
        repeats = lost.filter(pl.col("outcome") == "duplicate").select(
            "event_id", "event_date", "received_at"
        )
        parts.append(repeats_of(table.table.name, repeats.join(winners, on="event_id")))
        parts.append(unknown_fields_of(table.table.name, rows))
    parts.append(
        refusals_of(feed.name, refused, [_of_dates(table, days) for table in tables.outputs.values()])
    )
    return pl.concat(parts).with_columns(pl.lit(feed.name).alias("feed"))


def _of_dates(table: LakeTable, days: Sequence[date]) -> pl.LazyFrame:
    """The rows of those dates, times as epoch microseconds."""
    rows = table.scan().filter(pl.col("event_date").is_in(days))
    times = [name for name in ("event_at", "received_at") if name in table.table.schema]
    return rows.with_columns(pl.col(times).cast(pl.Int64))


def _money(feed: Feed, table: LakeTable) -> str | None:
    return feed.money_column if feed.money_column in table.table.schema else None
