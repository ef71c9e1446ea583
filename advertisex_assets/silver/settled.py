"""Settled: the rows of one pass, ready to be committed, wherever they wait."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl

from resources.lake import LakeTable, Marks
from resources.lake.pieces import as_declared
from resources.lake.place import Located
from resources.lake.table import dates_predicate
from resources.lake.take import NewFile, put_files, take, take_instead
from resources.spool import Spool
from schemas.contracts import hold_unless_all_fit
from schemas.feed import Feed
from schemas.tables.table import Table


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


@dataclass(frozen=True)
class SpooledRows:
    """Rows in a spool of this process."""

    spool: Spool

    @property
    def height(self) -> int:
        """How many."""
        return self.spool.height

    def hold_unless_fit(self, table: Table) -> None:
        """HeldBatchError unless all of them fit the table's contract."""
        hold_unless_all_fit(table, self.spool)

    def replace(self, table: LakeTable, feed: Feed, dates: Collection[date], marks: Marks) -> None:
        """Puts the rows of those dates in the place of the feed's, in one commit."""
        self._placed(table, dates).replace(table, feed, dates, marks)

    def append(self, table: LakeTable, dates: Collection[date], marks: Marks) -> None:
        """Adds the rows of those dates, in one commit."""
        self._placed(table, dates).append(table, dates, marks)

    def collect(self) -> pl.DataFrame:
        """All of them at once."""
        return self.spool.collect()

    def _placed(self, table: Located, dates: Collection[date]) -> PlacedRows:
        wanted = pl.col("event_date").is_in(sorted(dates))
        pieces = (as_declared(table.table, piece.filter(wanted)) for piece in self.spool)
        return PlacedRows([file for piece in pieces for file in put_files(table, piece)])


def feed_predicate(table: Table, feed: Feed, dates: Collection[date]) -> str:
    """Names the feed's rows of those dates, in a table that may hold several feeds."""
    shared = "feed" in table.partition_by
    return (f"feed = '{feed.name}' AND " if shared else "") + dates_predicate(dates)
