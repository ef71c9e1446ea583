"""Pending: which dates of a feed silver has yet to bring up to date, found in the Delta logs alone."""

from contextlib import suppress
from datetime import date

import polars as pl

from advertisex_assets.silver.handles import FRONTIER, FeedTables
from advertisex_assets.silver.inputs import Inputs, due_fingerprint
from resources.lake import CommitConflictError, Marks


def pending_dates(tables: FeedTables, inputs: Inputs) -> dict[date, int]:
    """Dates to refresh, with the number of bronze rows that wait for them.

    Only rows after the frontier are looked at, unless the fingerprint has changed: then every date is.
    """
    touched = _touched(tables, inputs)
    waiting = {
        day: rows for day, rows, version in touched.iter_rows() if not _is_done(tables, day, version, inputs)
    }
    return waiting | dict.fromkeys(_torn(tables, touched["event_date"].to_list()), 0)


def advance_frontier(tables: FeedTables, inputs: Inputs) -> None:
    """Notes that nothing is pending up to the bronze version and the decisions of the handles."""
    due = _frontier_marks(tables, inputs)
    if all(tables.ledger.mark(name) == value for name, value in due.items()):
        return
    # A racing writer's frontier is as true as ours: the next pass looks only at what came after it.
    with suppress(CommitConflictError):
        tables.ledger.append(pl.DataFrame(schema=tables.ledger.table.schema), Marks(due))


def _frontier_marks(tables: FeedTables, inputs: Inputs) -> dict[str, int]:
    name = f"{tables.feed.name}/{FRONTIER}"
    return {
        name: tables.bronze.version,
        f"{name}/routes": tables.routes.last,
        f"{name}/erasures": sum(tables.erasures.values()),
        f"{name}/fingerprint": inputs.frontier_fingerprint(tables.feed),
    }


def _touched(tables: FeedTables, inputs: Inputs) -> pl.DataFrame:
    """event_date, rows, and the last bronze version that brought some (0 where rows were only routed again)."""
    name = f"{tables.feed.name}/{FRONTIER}"
    due = _frontier_marks(tables, inputs)
    # After an erasure, as after a change of rules, every date is looked at.
    is_current = all(
        (tables.ledger.mark(mark) or 0) == due[mark] for mark in (f"{name}/fingerprint", f"{name}/erasures")
    )
    landed = _landed(tables, tables.frontier if is_current else None)
    decided = tables.routes.dates(after=(tables.ledger.mark(f"{name}/routes") or 0) if is_current else 0)
    routed = pl.DataFrame({"event_date": sorted(decided)}, schema={"event_date": pl.Date})
    empty = [pl.lit(0, pl.Int64).alias(column) for column in ("rows", "version")]
    return pl.concat([landed, routed.with_columns(empty)]).group_by("event_date").agg(pl.all().max())


def _landed(tables: FeedTables, frontier: int | None) -> pl.DataFrame:
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
    if state is None or state.bronze_version is None:
        return False
    # What cannot be made anew stays under the rules that it was made by.
    is_due = day not in tables.incomplete and state.fingerprint != due_fingerprint(tables, inputs, day)
    return not is_due and state.bronze_version >= version


def _torn(tables: FeedTables, touched: list[date]) -> set[date]:
    """Dates near touched ones that a pass was rebuilding when it died: their tables disagree.

    A pass that disturbs a date may disturb the next: follow them until all are calm.
    """
    seen, edge, torn = set(touched), set(touched), set()
    while edge:
        near = tables.window_of(edge) - seen
        edge = {day for day in near if tables.knows(day) and tables.state(day) is None}
        seen |= near
        torn |= edge
    return torn
