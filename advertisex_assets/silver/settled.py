"""Settled: the rows of one pass, ready to be committed, wherever they wait."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl

from resources.lake import LakeTable, Marks
from resources.lake.table import dates_predicate
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
        table.replace(self._of(dates), feed_predicate(table.table, feed, dates), marks)

    def append(self, table: LakeTable, dates: Collection[date], marks: Marks) -> None:
        """Adds the rows of those dates, in one commit."""
        table.append(self._of(dates), marks)

    def collect(self) -> pl.DataFrame:
        """All of them at once."""
        return self.spool.collect()

    def _of(self, dates: Collection[date]) -> Iterator[pl.DataFrame]:
        wanted = pl.col("event_date").is_in(sorted(dates))
        return (piece.filter(wanted) for piece in self.spool)


def feed_predicate(table: Table, feed: Feed, dates: Collection[date]) -> str:
    """Names the feed's rows of those dates, in a table that may hold several feeds."""
    shared = "feed" in table.partition_by
    return (f"feed = '{feed.name}' AND " if shared else "") + dates_predicate(dates)
