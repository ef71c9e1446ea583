"""Catch up: refreshes what is pending, or rebuilds what is asked for, in stretches that fit in memory."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain, repeat

import polars as pl

from advertisex_assets.silver.handles import FeedTables, open_tables
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.pending import advance_frontier, pending_dates
from advertisex_assets.silver.refresh import refresh_dates
from advertisex_assets.silver.steps import STRETCH_ROWS, stretch_rows
from advertisex_assets.silver.write import SilverReceipt
from resources.lake import Lake
from resources.run import Run
from schemas.feed import Feed

Span = tuple[date, date]


def catch_up(lake: Lake, feed: Feed, inputs: Inputs, run: Run, within: Span | None = None) -> SilverReceipt:
    """Refreshes the pending dates of a feed (those within the span, if given); returns what was done.

    Ends when nothing is pending: a date may send rows to others, which are pending then.
    """
    written: list[SilverReceipt] = []
    while True:
        tables = open_tables(lake, feed)
        decided = tables.decisions.version
        waiting = pending_dates(tables, inputs)
        chosen = {day: rows for day, rows in waiting.items() if within is None or within[0] <= day <= within[1]}
        written += _in_stretches(lake, tables, chosen, inputs, run)
        if lake.open(tables.decisions.table).version == decided:
            break
    if len(chosen) == len(waiting):
        advance_frontier(tables, inputs)
    return SilverReceipt.of(written)


def rebuild(lake: Lake, feed: Feed, inputs: Inputs, run: Run, span: Span) -> SilverReceipt:
    """Replaces every date of the span that has rows, from all its bronze rows; returns what was done.

    Dates outside of the span that rows turn out to belong to are pending afterwards.
    """
    tables = open_tables(lake, feed)
    parts = _in_stretches(lake, tables, landed_rows(tables, span), inputs, run, rebuild=True)
    return SilverReceipt.of(parts)


def rebuild_dates(
    lake: Lake, feed: Feed, inputs: Inputs, run: Run, rows_by_date: Mapping[date, int]
) -> SilverReceipt:
    """The same for single dates, given about how many rows each has."""
    parts = _in_stretches(lake, open_tables(lake, feed), rows_by_date, inputs, run, rebuild=True)
    return SilverReceipt.of(parts)


def _in_stretches(
    lake: Lake, tables: FeedTables, rows_by_date: Mapping[date, int], inputs: Inputs, run: Run, rebuild: bool = False
) -> list[SilverReceipt]:
    # The handles by which it was found out what is to do serve the first pass: opening them costs as much as it.
    handles = chain([tables], repeat(None))
    return [
        refresh_dates(lake, tables.feed, dates, inputs, run, rebuild, opened)
        for dates, opened in zip(stretches(rows_by_date, stretch_rows(run.engine)), handles, strict=False)
    ]


def landed_rows(tables: FeedTables, span: Span) -> dict[date, int]:
    """Every date of the span that ever had rows, with the number of those that landing routed to it."""
    landed = tables.bronze.scan_dates(*span, "event_date").group_by("event_date").agg(pl.len()).collect()
    # Incomplete dates too, which are refused: nothing of a date may be left to be read.
    routed = {day: 0 for day in tables.routes.dates() | tables.incomplete if span[0] <= day <= span[1]}
    return routed | dict(landed.iter_rows())


def stretches(rows_by_date: Mapping[date, int], most_rows: int = STRETCH_ROWS) -> Iterator[list[date]]:
    """The dates in order, cut so that no part but a single large date has more than `most_rows` rows."""
    part: list[date] = []
    rows = 0
    for day in sorted(rows_by_date):
        if part and rows + rows_by_date[day] > most_rows:
            yield part
            part, rows = [], 0
        part.append(day)
        rows += rows_by_date[day]
    if part:
        yield part
