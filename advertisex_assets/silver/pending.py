"""Pending: which dates of a feed silver has yet to bring up to date, found in the Delta logs alone."""

from contextlib import suppress
from datetime import date, timedelta

import polars as pl

from advertisex_assets.silver.handles import FeedTables
from advertisex_assets.silver.inputs import Inputs
from resources.lake import CommitConflictError, Marks

FRONTIER = "frontier"
"""The bronze version below which every date of the feed is done, under the frontier's fingerprint."""


def pending_dates(tables: FeedTables, inputs: Inputs) -> dict[date, int]:
    """Dates to refresh, with the number of bronze rows that wait for them.

    Only rows after the frontier are looked at, unless the fingerprint has changed: then every date is.
    """
    touched = _touched(tables, _frontier(tables, inputs))
    waiting = {
        day: rows for day, rows, version in touched.iter_rows() if not _is_done(tables, day, version, inputs)
    }
    return waiting | dict.fromkeys(_torn(tables, touched["event_date"].to_list()), 0)


def advance_frontier(tables: FeedTables, inputs: Inputs) -> None:
    """Notes that nothing is pending up to the bronze version of the handles."""
    fingerprint = inputs.frontier_fingerprint(tables.feed)
    name = f"{tables.feed.name}/{FRONTIER}"
    if (
        tables.ledger.mark(name) == tables.bronze.version
        and tables.ledger.mark(f"{name}/fingerprint") == fingerprint
    ):
        return
    marks = Marks({name: tables.bronze.version, f"{name}/fingerprint": fingerprint})
    # A racing writer's frontier is as true as ours: the next pass looks only at what came after it.
    with suppress(CommitConflictError):
        tables.ledger.append(pl.DataFrame(schema=tables.ledger.table.schema), marks)


def _frontier(tables: FeedTables, inputs: Inputs) -> int | None:
    fingerprint = inputs.frontier_fingerprint(tables.feed)
    name = f"{tables.feed.name}/{FRONTIER}"
    return tables.ledger.mark(name) if tables.ledger.mark(f"{name}/fingerprint") == fingerprint else None


def _touched(tables: FeedTables, frontier: int | None) -> pl.DataFrame:
    """event_date, rows, and the last bronze version that brought some."""
    rows = pl.len().cast(pl.Int64).alias("rows")
    if frontier is None:
        counted = tables.bronze.scan().group_by("event_date").agg(rows).collect()
        return counted.with_columns(pl.lit(tables.bronze.version).cast(pl.Int64).alias("version"))
    changed = tables.bronze.changes(after=frontier, columns=["event_date"])
    return changed.group_by("event_date").agg(
        rows, pl.col("_commit_version").max().cast(pl.Int64).alias("version")
    )


def _is_done(tables: FeedTables, day: date, version: int, inputs: Inputs) -> bool:
    state = tables.state(day)
    if (
        state is None
        or state.bronze_version is None
        or state.fingerprint != inputs.fingerprint(tables.feed, day)
    ):
        return False
    return state.bronze_version >= version


def _torn(tables: FeedTables, touched: list[date]) -> set[date]:
    """Dates near touched ones that a pass was rebuilding when it died: their tables disagree.

    A pass that disturbs a date may disturb the next: follow them until all are calm.
    """
    seen, edge, torn = set(touched), set(touched), set()
    while edge:
        near = {day + timedelta(days=shift) for day in edge for shift in _reach(tables)} - seen
        edge = {day for day in near if tables.knows(day) and tables.state(day) is None}
        seen |= near
        torn |= edge
    return torn


def _reach(tables: FeedTables) -> range:
    window = tables.feed.key.window_days
    return range(-window, window + 1)
