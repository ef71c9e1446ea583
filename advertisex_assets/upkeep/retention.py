"""Retention: drops the rows of days that are past their time, and keeps count of what was dropped.

Bronze goes by its landing dates, silver and gold by their event dates. What was dropped stays known by marks
(`resources.lake.dropped`): conservation still balances, and nothing is made anew from what is left.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from advertisex_assets.silver.routes import Routes
from resources.lake import CommitConflictError, Lake, LakeTable, Marks
from resources.lake.dropped import ROWS, raised
from resources.lake.exchange import replace_dates
from resources.lake.live import live_files
from resources.lake.rewrite import rewrite
from resources.run import Run
from schemas.discover import feed_named
from schemas.errors import AdvertiseXError
from schemas.tables.bronze import EXCLUDED_KINDS, routes_table
from schemas.tables.table import Table

ATTEMPTS = 20
"""How often dropping starts again when another writer commits first."""

Count = tuple[str, str, int]
"""Key, what is counted, how many."""


def drop_expired(lake: Lake, table: Table, days: int | None, run: Run) -> int:
    """Drops the dates older than so many days, a commit for each; returns how many rows that were."""
    if days is None or not table.has_dates:
        return 0
    first_kept = run.clock().date() - timedelta(days=days)
    known = lake.open(table).rows_by_date()
    return sum(_until_won(lake, table, day, run) for day in sorted(known) if day < first_kept)


def _until_won(lake: Lake, table: Table, day: date, run: Run) -> int:
    for _ in range(ATTEMPTS):
        try:
            return _drop(lake, lake.open(table), day, run)
        except CommitConflictError:
            continue
    raise AdvertiseXError(f"{table.full_name} of {day} lost {ATTEMPTS} races against other writers; run it again.")


def _drop(lake: Lake, opened: LakeTable, day: date, run: Run) -> int:
    held = opened.rows_by_date().get(day, 0)
    counts = list(_counts(opened, day, lake))
    marks = raised(opened, counts)
    run.step(f"upkeep:drop:{opened.table.name}")
    if opened.table.append_only:
        rewrite(opened, [file for file in live_files(opened) if file.day == day], None, marks)
    else:
        replace_dates(opened, pl.DataFrame(schema=opened.table.schema), [day], Marks(marks))
    return held


def _counts(opened: LakeTable, day: date, lake: Lake) -> Iterator[Count]:
    """What is about to be dropped, by each key that somebody adds it up by."""
    rows = opened.scan_dates(day, day, opened.table.date_column)
    schema = opened.table.schema
    if "record_index" in schema and "landing_date" in schema and "kind" in schema:
        yield from _received(rows, opened, lake)
    elif "feed" in schema:
        yield from _of_feeds(rows, opened.table)
    else:
        yield day.isoformat(), ROWS, rows.select(pl.len()).collect().item()


def _received(rows: pl.LazyFrame, opened: LakeTable, lake: Lake) -> Iterator[Count]:
    """Bronze rows by the date that they are routed to now, and by source."""
    feed = feed_named(opened.table.name)
    routes = Routes(lake.open(routes_table(feed)).scan().collect())
    by_date = routes.applied(rows).group_by("event_date").agg(
        pl.len(), pl.col("kind").is_in(EXCLUDED_KINDS).sum().alias("excluded")
    )
    for day, number, excluded in by_date.collect().iter_rows():
        yield day.isoformat(), ROWS, number
        yield day.isoformat(), "excluded", excluded
    by_source = rows.group_by("source", "partition").agg(
        pl.len(), (pl.col("record_index") == 0).sum().alias("messages")
    )
    for source, partition, number, messages in by_source.collect().iter_rows():
        yield f"{source}/{partition}", ROWS, number
        yield f"{source}/{partition}", "messages", messages


def _of_feeds(rows: pl.LazyFrame, table: Table) -> Iterator[Count]:
    """Quarantined and lost rows by feed and event date."""
    conflicts = pl.col("outcome") == "conflict" if "outcome" in table.schema else pl.lit(False)
    counted = rows.group_by("feed", table.date_column).agg(pl.len(), conflicts.sum().alias("conflicts"))
    for feed, day, number, conflicting in counted.collect().iter_rows():
        yield f"{feed}/{day.isoformat()}", ROWS, number
        yield f"{feed}/{day.isoformat()}", "conflicts", conflicting
