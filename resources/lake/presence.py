"""Presence: whether the files that a table's log names are there; a file that somebody deleted makes no commit."""

from datetime import date
from typing import NamedTuple
from urllib.parse import unquote

from resources.lake.lake import Lake
from resources.lake.live import live_files
from resources.lake.table import LakeTable
from resources.stores import NoSuchFileError, find
from schemas.tables.table import Table


class GoneFile(NamedTuple):
    """A file that the log names and nobody finds: its first and last date, its path below the table, its rows."""

    first: date
    last: date
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
    spans = ((file, file.span or (file.day, file.day)) for file in live_files(opened))
    return [GoneFile(first, last, file.path, file.rows) for file, (first, last) in spans if first and last]
