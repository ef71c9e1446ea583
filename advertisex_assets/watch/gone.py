"""Gone: tables whose files somebody deleted, as problems; the log says which dates and how many records they held."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from advertisex_assets.transforms.watch.conservation import date_ranges
from advertisex_assets.watch.feed_problem import Links
from resources.lake import Lake
from resources.lake.presence import gone_files
from schemas.alerts.incident import Impact, Problem
from schemas.alerts.kinds import RECORDS_LOST
from schemas.tables.table import Table

SHOWN = 3
"""Paths that a person is told; all of them are in the table's log."""


def gone_problems(
    lake: Lake, tables: Sequence[Table], scope: str, owner: str, now: datetime, links: Links
) -> list[Problem]:
    """One problem for each table that lacks files, with the exact dates, records and files."""
    problems = []
    for table in tables:
        gone = gone_files(lake, table) if lake.exists(table) and table.has_dates else []
        if not gone:
            continue
        rows = sum(one.rows for one in gone)
        days = (day for one in gone for day in pl.date_range(one.first, one.last, eager=True))
        dates = ", ".join(
            str(first) if first == last else f"{first} to {last}" for first, last in date_ranges(days)
        )
        paths = ", ".join(one.path for one in gone[:SHOWN]) + (" ..." if len(gone) > SHOWN else "")
        summary = f"{rows:,} records of {table.full_name} of {dates} are gone with {len(gone)} deleted files: {paths}."
        problems.append(
            Problem(
                key=f"{scope}/gone/{table.full_name}",
                scope=scope,
                kind=RECORDS_LOST,
                summary=summary,
                since=now,
                subject=table.full_name,
                owner=owner,
                impact=Impact(rows),
                link=links.asset(table.layer, table.name),
                detail=str(gone[0].first),
            )
        )
    return problems
