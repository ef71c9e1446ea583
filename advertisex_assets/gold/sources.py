"""Sources: the tables that marts read, opened together, with their marks and rows by date taken once from the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from resources.lake import Lake, LakeTable
from schemas.discover import all_feeds
from schemas.errors import ContractError
from schemas.tables.gold import GOLD_TABLES
from schemas.tables.silver import silver_tables
from schemas.tables.table import Table


@dataclass(frozen=True)
class Source:
    """One table as a mart's input; `prefix` is what its marks begin with (silver's: the feed that fills it)."""

    opened: LakeTable
    prefix: str

    @cached_property
    def marks(self) -> Mapping[str, int]:
        """Every mark of the table."""
        return self.opened.marks()

    @cached_property
    def rows_by_date(self) -> Mapping[date, int]:
        """Rows per date, dates without rows left out."""
        return self.opened.rows_by_date()

    def generation(self, day: date) -> int | None:
        """How often the date was written; None if never."""
        return self.marks.get(generation_mark(day, self.prefix))

    def scan(self, first: date, last: date) -> pl.LazyFrame:
        """The rows of those dates, times as Int64 epoch microseconds."""
        times = [name for name, dtype in self.opened.table.schema.items() if isinstance(dtype, pl.Datetime)]
        return self.opened.scan_dates(first, last).with_columns(pl.col(times).cast(pl.Int64))


def generation_mark(day: date, prefix: str = "") -> str:
    """The application id under which a table counts the writes of a date."""
    return f"{prefix}{day.isoformat()}/generation"


class Sources:
    """The tables of a lake by full name (`silver.clicks`), each opened at first use and then kept.

    One instance sees one version of each table: make a new one to see what was written since.
    """

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._opened: dict[str, Source] = {}

    def __getitem__(self, name: str) -> Source:
        if name not in self._opened:
            table, prefix = _known(name)
            self._opened[name] = Source(self._lake.open(table), prefix)
        return self._opened[name]

    def reopened(self, name: str) -> Source:
        """The table at its newest version."""
        self._opened.pop(name, None)
        return self[name]


def _known(name: str) -> tuple[Table, str]:
    for table in GOLD_TABLES:
        if table.full_name == name:
            return table, ""
    for feed in all_feeds():
        for table in silver_tables(feed):
            if table.full_name == name:
                return table, f"{feed.name}/"
    raise ContractError(f"A mart reads {name}, which no feed or mart makes.")
