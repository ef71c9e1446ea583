"""Settled: the rows of one pass, ready to be committed, wherever they wait."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl

from resources.lake import LakeTable, Marks
from resources.lake.dates import dates_predicate
from resources.lake.pieces import as_declared
from resources.lake.place import Place
from resources.lake.share import Share
from resources.lake.take import NewFile, put_files, take, take_instead
from resources.spool import owned
from schemas.contracts import grain_marks, hold_unless_typed, hold_unless_unique
from schemas.feed import Feed
from schemas.tables.table import Table

FILE_BYTES_IN_MEMORY = 16 << 20
"""How much of one table waits for its file. With 128 MB, in every table, and chosen rows that hold all the bytes they
were chosen from, a date of 900,000 rows took twice the memory of one of 300,000."""


class TableRows(Protocol):
    """The rows that a pass has for one table."""

    @property
    def height(self) -> int:
        """How many."""

    def hold_unless_fit(self, table: Table) -> None:
        """HeldBatchError unless all of them fit the table's contract."""

    def replace(self, table: LakeTable, feed: Feed, dates: Collection[date], marks: Marks) -> None:
        """Puts the rows of those dates in the place of the feed's, in one commit."""

    def append(self, table: LakeTable, dates: Collection[date], marks: Marks) -> None:
        """Adds the rows of those dates, in one commit."""


@dataclass(frozen=True)
class Settled:
    """The rows of one pass by table name, their counts by date, and what the contract did not expect (see
    `transforms.drift`)."""

    rows: Mapping[str, TableRows]
    counts: pl.DataFrame
    drift: pl.DataFrame


@dataclass(frozen=True)
class PlacedRows:
    """Rows of one table in files of its folder that are no part of it yet."""

    files: Sequence[NewFile]

    @property
    def height(self) -> int:
        """How many."""
        return sum(file.rows for file in self.files)

    def hold_unless_fit(self, table: Table) -> None:
        """Whoever wrote the files has looked."""

    def replace(self, table: LakeTable, feed: Feed, dates: Collection[date], marks: Marks) -> None:
        """Puts the files of those dates in the place of the feed's, in one commit."""
        gone = {"feed": [feed.name], "event_date": [day.isoformat() for day in dates]}
        mine = {name: gone[name] for name in table.table.partition_by}
        take_instead(table, self._of(dates), mine, marks)

    def append(self, table: LakeTable, dates: Collection[date], marks: Marks) -> None:
        """Adds the files of those dates, in one commit."""
        take(table, self._of(dates), marks)

    def _of(self, dates: Collection[date]) -> list[NewFile]:
        return [file for file in self.files if file.day in dates]


class PlacingRows:
    """Rows of one table that come piece by piece (at least one) and go into files of its folder when they are many.

    The files are no part of the table before it takes them; if nothing comes of the pass, `VACUUM` removes them.
    """

    def __init__(self, table: LakeTable) -> None:
        self._place = Place.of(table)
        self._kept: list[pl.DataFrame] = []
        self._bytes = 0
        self._files: list[NewFile] = []
        self._marks: list[pl.Series] = []
        self.height = 0

    def add(self, rows: pl.DataFrame) -> None:
        """Takes a piece; HeldBatchError if it does not fit the table's contract."""
        hold_unless_typed(self._place.table, rows)
        self._marks.append(grain_marks(self._place.table, rows))
        self.height += rows.height
        own = owned(rows)
        self._kept.append(own)
        self._bytes += own.estimated_size()
        if self._bytes > FILE_BYTES_IN_MEMORY:
            self._put()

    def hold_unless_fit(self, table: Table) -> None:
        """HeldBatchError if rows are doubled; the types of each piece were looked at when it came."""
        hold_unless_unique(table, pl.concat(self._marks), self._pieces())

    def replace(self, table: LakeTable, feed: Feed, dates: Collection[date], marks: Marks) -> None:
        """Puts the rows of those dates in the place of the feed's, in one commit."""
        self._placed().replace(table, feed, dates, marks)

    def append(self, table: LakeTable, dates: Collection[date], marks: Marks) -> None:
        """Adds the rows of those dates, in one commit."""
        self._placed().append(table, dates, marks)

    def _placed(self) -> PlacedRows:
        self._put()
        return PlacedRows(self._files)

    def _put(self) -> None:
        if self._kept:
            self._files += put_files(self._place, as_declared(self._place.table, pl.concat(self._kept)))
            self._kept, self._bytes = [], 0

    def _pieces(self) -> Iterator[pl.DataFrame]:
        yield from (Share(self._place, [file]).scan().collect() for file in self._files)
        yield from self._kept


def feed_predicate(table: Table, feed: Feed, dates: Collection[date]) -> str:
    """Names the feed's rows of those dates, in a table that may hold several feeds."""
    shared = "feed" in table.partition_by
    return (f"feed = '{feed.name}' AND " if shared else "") + dates_predicate(dates)
