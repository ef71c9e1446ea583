"""Sources: the tables that marts read, opened together, with their marks and rows by date taken once from the log.

Shown to the engine in use (`frame`), and to Polars in this process (`scan`): what looks at the result must not depend
on what made it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, reduce
from operator import or_

import narwhals.stable.v2 as nw
import polars as pl
import polars.selectors as cs

from advertisex_assets.gold.validity import Validity
from resources.engine import POLARS, Engine, Frame
from resources.lake import Lake, LakeTable
from resources.lake.additions import Additions
from resources.lake.dropped import dropped_dates
from schemas.discover import all_feeds
from schemas.errors import ContractError
from schemas.tables.gold import GOLD_TABLES
from schemas.tables.ops import LEDGER
from schemas.tables.reference import REFERENCE_TABLES
from schemas.tables.silver import INVALID_TRAFFIC, silver_tables
from schemas.tables.table import Table

GENERATION = "/generation"
EVENT_AT = "event_at"
BILLION = 10**9
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Spans = Sequence[tuple[int, int]]
"""Half-open spans of time in Int64 epoch microseconds."""


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
    def dropped(self) -> frozenset[date]:
        """The dates of which retention has dropped rows."""
        return dropped_dates(self.marks)

    @cached_property
    def rows_by_date(self) -> Mapping[date, int]:
        """Rows per date, dates without rows left out."""
        return self.opened.rows_by_date()

    def generation(self, day: date) -> int:
        """The state of the date: 0 if it was never written; silver counts its writes, gold hashes its rows."""
        return self.marks.get(generation_mark(day, self.prefix), 0)

    def generations(self, first: date, last: date) -> str:
        """The state of each of the dates, as text; dates that were never written are left out."""
        days, texts = self._written
        return ",".join(texts[bisect_left(days, first.isoformat()) : bisect_right(days, last.isoformat())])

    @cached_property
    def _written(self) -> tuple[list[str], list[str]]:
        """ISO dates in order, and the generation of each beside it: cut out by search, since windows are long."""
        ends = [(name.removeprefix(self.prefix), mark) for name, mark in self.marks.items()]
        pairs = sorted((name[: -len(GENERATION)], mark) for name, mark in ends if name.endswith(GENERATION))
        return [day for day, _ in pairs], [f"{day}={mark}" for day, mark in pairs]

    def additions_since(self, version: int) -> Additions | None:
        """What was added after that version; None if the log no longer tells. Each version is looked up once."""
        if version not in self._additions:
            self._additions[version] = self.opened.additions_since(version)
        return self._additions[version]

    @cached_property
    def _additions(self) -> dict[int, Additions | None]:
        return {}

    @cached_property
    def validity(self) -> Validity:
        """Which rows of a reference table hold when."""
        return Validity(self.opened.scan().collect())

    def scan(self, first: date, last: date, where: pl.Expr | None = None) -> pl.LazyFrame:
        """The rows of those dates in this process, times as Int64 epoch microseconds."""
        rows = self.opened.scan_dates(first, last)
        # Before the cast: files and row groups are skipped by the statistics of the stored column.
        kept = rows if where is None else rows.filter(where)
        return kept.with_columns(pl.col(pl.Datetime).cast(pl.Int64))

    def frame(self, engine: Engine, first: date, last: date, during: Spans | None = None) -> Frame:
        """The same rows on an engine; only events during the spans, if given."""
        schema = self.opened.table.schema
        rows = engine.scan_dates(self.opened, first, last)
        if during is not None and EVENT_AT in schema:
            rows = rows.filter(reduce(or_, (_within(begin, end) for begin, end in during)))
        times = [name for name, dtype in schema.items() if isinstance(dtype, pl.Datetime)]
        return engine.epoch_micros(rows, times)

    def scan_reference(self) -> pl.LazyFrame:
        """All rows: times as Int64 epoch microseconds, dates as Int64 days since 1970, decimals as Int64 billionths.

        They are read in this process, whatever the engine: reference data is small beside events.
        """
        times, days = pl.col(pl.Datetime).cast(pl.Int64), pl.col(pl.Date).cast(pl.Int32).cast(pl.Int64)
        rates = (cs.decimal() * BILLION).cast(pl.Int64)
        return self.opened.scan().with_columns(times, days, rates)


def generation_mark(day: date, prefix: str = "") -> str:
    """The application id under which a table keeps the state of a date."""
    return f"{prefix}{day.isoformat()}{GENERATION}"


def _within(begin: int, end: int) -> nw.Expr:
    first, last = (nw.lit(EPOCH + timedelta(microseconds=moment)) for moment in (begin, end))
    return (nw.col(EVENT_AT) >= first) & (nw.col(EVENT_AT) < last)


class Sources:
    """The tables of a lake by full name (`silver.clicks`), each opened at first use and then kept; and who computes.

    One instance sees one version of each table: make a new one to see what was written since.
    """

    def __init__(self, lake: Lake, engine: Engine = POLARS) -> None:
        self._lake = lake
        self.engine = engine
        self._opened: dict[str, Source] = {}

    def __getitem__(self, name: str) -> Source:
        if name not in self._opened:
            table, prefix = _known(name)
            self._opened[name] = Source(self._lake.open(table), prefix)
        return self._opened[name]

    def open(self, names: Iterable[str]) -> None:
        """Opens tables now, in that order."""
        for name in names:
            self[name]

    def renew(self, name: str) -> None:
        """Shows the table's newest version from now on, by the same handle: it was written to."""
        if name in self._opened:
            source = self._opened[name]
            source.opened.renew()
            self._opened[name] = Source(source.opened, source.prefix)


def _known(name: str) -> tuple[Table, str]:
    for table in (*GOLD_TABLES, *REFERENCE_TABLES, INVALID_TRAFFIC, LEDGER):
        if table.full_name == name:
            return table, ""
    for feed in all_feeds():
        for table in silver_tables(feed):
            if table.full_name == name:
                return table, f"{feed.name}/"
    raise ContractError(f"A mart reads {name}, which no feed or mart makes.")
