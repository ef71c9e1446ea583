"""Presence: whether the files that a table's log names are there; a file that somebody deleted makes no commit."""

from datetime import date
from typing import NamedTuple
from urllib.parse import unquote

import polars as pl

from resources.lake.lake import Lake
from resources.lake.table import LakeTable
from resources.stores import NoSuchFileError, find
from schemas.tables.table import Table


class GoneFile(NamedTuple):
    """A file that the log names and nobody finds: its partition's date, its path below the table, its rows."""

    day: date
    path: str
    rows: int


def gone_files(lake: Lake, table: Table) -> list[GoneFile]:
    """The files of a table that are gone, by date; costs one listing and reads no data.

    A file that was merged or vacuumed while we looked is not gone: what is missing is looked up in the newest log.
    """
    named = _named(lake.open(table))
    try:
        there = {unquote(found.below) for found in find(lake.uri(table))}
    except NoSuchFileError:
        there = set()
    gone = [one for one in named if unquote(one.path) not in there]
    still = {one.path for one in _named(lake.open(table))} if gone else set()
    return sorted(one for one in gone if one.path in still)


def _named(opened: LakeTable) -> list[GoneFile]:
    files = pl.DataFrame(opened._delta.get_add_actions(flatten=True))
    if files.is_empty():
        return []
    day = pl.col(f"partition.{opened.table.date_column}").cast(pl.Date)
    return [GoneFile(*row) for row in files.select(day, "path", "num_records").iter_rows()]
