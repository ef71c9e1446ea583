"""The tables of one feed, opened together, and what they say about each date."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from advertisex_assets.silver.routes import Routes
from resources.lake import Lake, LakeTable, Marks
from resources.lake.dropped import dropped_dates, is_date
from schemas.feed import Feed
from schemas.tables.bronze import bronze_table, routes_table
from schemas.tables.ops import LEDGER, SCHEMA_DRIFT
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_tables

ERASED_MARK = "erased/"
"""Before a date: the mark in bronze that counts how often rows routed to it were erased."""

FRONTIER = "frontier"
"""The bronze version below which every date of the feed is done, under the frontier's fingerprint; beside it the last
decision about routes that was taken in."""

FINGERPRINT_BITS = 63
"""A Delta transaction version is a signed 64-bit integer."""


@dataclass(frozen=True)
class DateState:
    """What one table says about one date: the bronze version it has read, and under which fingerprint."""

    bronze_version: int | None
    fingerprint: int | None


@dataclass(frozen=True)
class FeedTables:
    """Handles on everything that one feed's silver is made of, all opened before anything is read."""

    feed: Feed
    bronze: LakeTable
    decisions: LakeTable
    routes: Routes
    quarantine: LakeTable
    duplicates: LakeTable
    outputs: Mapping[str, LakeTable]
    ledger: LakeTable
    drift: LakeTable
    _marks: dict[tuple[str, int], Mapping[str, int]] = field(default_factory=dict, init=False, compare=False)

    @property
    def dated(self) -> tuple[LakeTable, ...]:
        """The tables that carry marks per date, in the order they are committed."""
        return (self.quarantine, self.duplicates, *self.outputs.values())

    @cached_property
    def _bronze_marks(self) -> Mapping[str, int]:
        return self.bronze.marks()

    @cached_property
    def incomplete(self) -> frozenset[date]:
        """The dates of which retention has dropped bronze rows: they cannot be made anew."""
        return dropped_dates(self._bronze_marks)

    @cached_property
    def erasures(self) -> Mapping[date, int]:
        """How often bronze rows of a date were erased; dates without are left out."""
        marks = ((name.removeprefix(ERASED_MARK), times) for name, times in self._bronze_marks.items())
        return {date.fromisoformat(day): times for day, times in marks if is_date(day)}

    @property
    def frontier(self) -> int | None:
        """The bronze version up to which every date has its rows; None before the first time."""
        return self.ledger.mark(f"{self.feed.name}/{FRONTIER}")

    def state(self, day: date) -> DateState | None:
        """The state of a date if all tables agree on it; None if they differ (a crash in between) or never saw it."""
        states = {self._state_in(table, day) for table in self.dated}
        only = states.pop()
        return only if not states and only.bronze_version is not None else None

    def _state_in(self, table: LakeTable, day: date) -> DateState:
        name, marks = date_mark(self.feed, day), self.marks_of(table)
        return DateState(marks.get(name), marks.get(f"{name}/fingerprint"))

    def knows(self, day: date) -> bool:
        """Whether any table ever wrote that date for this feed."""
        return any(date_mark(self.feed, day) in self.marks_of(table) for table in self.dated)

    def marks_of(self, table: LakeTable) -> Mapping[str, int]:
        """All marks of the version that the handle shows, read once: a batch asks for hundreds."""
        shown = table.table.name, table.version
        if shown not in self._marks:
            self._marks[shown] = table.marks()
        return self._marks[shown]

    def window_of(self, dates: Iterable[date]) -> set[date]:
        """The dates and those within the feed's dedupe window of them."""
        window = self.feed.key.window_days
        return {day + timedelta(days=shift) for day in dates for shift in range(-window, window + 1)}


def open_tables(lake: Lake, feed: Feed) -> FeedTables:
    """Opens every table of the feed; handles are kept for a whole pass, so that a racing writer is noticed."""
    # Before bronze: a decision about a row that bronze does not show yet would be lost on its date.
    decisions = lake.open(routes_table(feed))
    return FeedTables(
        feed=feed,
        decisions=decisions,
        routes=Routes(decisions.scan().collect()),
        quarantine=lake.open(QUARANTINE),
        duplicates=lake.open(DUPLICATES),
        outputs={table.name: lake.open(table) for table in silver_tables(feed)},
        ledger=lake.open(LEDGER),
        drift=lake.open(SCHEMA_DRIFT),
        bronze=lake.open(bronze_table(feed)),
    )


def date_mark(feed: Feed, day: date) -> str:
    """The application id of a feed's date."""
    return f"{feed.name}/{day.isoformat()}"


def marks_for(
    tables: FeedTables,
    table: LakeTable,
    dates: Iterable[date],
    fingerprints: Mapping[date, int],
    is_changed: bool = True,
) -> Marks:
    """The marks that a commit to one table sets for those dates; the generation tells gold that they changed."""
    versions = claims(tables, table, dates, is_changed)
    for day in dates:
        name = date_mark(tables.feed, day)
        versions[name] = tables.bronze.version
        versions[f"{name}/fingerprint"] = fingerprints[day]
    return Marks(versions)


def claims(
    tables: FeedTables, table: LakeTable, dates: Iterable[date], is_changed: bool = True
) -> dict[str, int]:
    """The marks by which writers of one date, or of one whose rows decide about it, collide; those of other dates do
    not wait for each other.

    Every date within the window is claimed. Those whose rows changed have one more generation: raised for others it
    would have gold redo, after every batch, all that looks at the table from afar; an adjustment may concern
    conversions of three months.
    """
    wanted, marks = list(dates), tables.marks_of(table)
    names = [f"{date_mark(tables.feed, day)}/claim" for day in tables.window_of(wanted)]
    names += [f"{date_mark(tables.feed, day)}/generation" for day in wanted if is_changed]
    return {name: marks.get(name, 0) + 1 for name in names}


def fingerprint(*parts: str) -> int:
    """What a date depends on beside its rows, as one positive integer."""
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - FINGERPRINT_BITS) or 1
