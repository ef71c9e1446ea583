"""Invalid traffic kept up to date: of date D it is a function of silver in [D - w, D + w] and of the rules.

Not here: the rules (`schemas/invalid_traffic`) and how they are judged (`transforms/invalid_traffic`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.silver.handles import fingerprint
from advertisex_assets.transforms.invalid_traffic import TABLES, broken_rules, by_event
from resources.lake import CommitConflictError, Lake, LakeTable, Marks
from resources.lake.table import dates_predicate
from resources.run import Run
from schemas.discover import all_feeds
from schemas.errors import AdvertiseXError
from schemas.invalid_traffic import LOOKBACK_DAYS, RULES, Limits
from schemas.tables.silver import INVALID_TRAFFIC, silver_tables

ATTEMPTS = 20
"""How often a date is repeated when racing writers commit first; each repeat means that another one got ahead."""

READ = ("event_id", "event_date", "event_at", "user_id", "flags", "impression_id", "ip_key")
READ_OF_ACTIONS = ("campaign_id", "creative_id", "click_id")
"""What the rules read; the other columns stay on disk."""

AROUND = range(-LOOKBACK_DAYS, LOOKBACK_DAYS + 1)


@dataclass(frozen=True)
class Silver:
    """One silver table of events, the feed that fills it, and what its log says."""

    opened: LakeTable
    feed: str

    @cached_property
    def marks(self) -> Mapping[str, int]:
        """Every mark."""
        return self.opened.marks()

    @cached_property
    def rows_by_date(self) -> Mapping[date, int]:
        """Rows per date."""
        return self.opened.rows_by_date()

    def generation(self, day: date) -> int:
        """How often that date was written."""
        return self.marks.get(f"{self.feed}/{day.isoformat()}/generation", 0)


@dataclass(frozen=True)
class InvalidTraffic:
    """The table and all that it is made of, opened together, before anything is read."""

    own: LakeTable
    silver: Mapping[str, Silver]
    limits: Limits

    def pending(self) -> list[date]:
        """The dates that differ from what silver and the rules now say, in order."""
        dates = {day for table in self.silver.values() for day in table.rows_by_date}
        # A date whose last row has left silver still holds what was found in it.
        dates |= set(self.own.rows_by_date())
        marks = self.own.marks()
        return sorted(day for day in dates if marks.get(_mark(day, "fingerprint")) != self.fingerprint(day))

    def fingerprint(self, day: date) -> int:
        """Everything that a date depends on: how often each date around it was written, and the rules."""
        written = [
            f"{name}/{shift}={table.generation(day + timedelta(days=shift))}"
            for name, table in sorted(self.silver.items())
            for shift in AROUND
        ]
        return fingerprint(*written, *(rule.identity for rule in RULES), repr(self.limits))

    def found(self, day: date) -> pl.DataFrame:
        """The invalid events of a date."""
        reach = timedelta(days=LOOKBACK_DAYS)
        frames = {
            name: nw.from_native(_events(self.silver[name], day - reach, day + reach)) for name in TABLES
        }
        native = broken_rules(**frames, limits=self.limits).filter(nw.col("event_date") == day)
        return by_event(native.collect(backend="polars").to_native())


@dataclass(frozen=True)
class InvalidTrafficReceipt:
    """What one commit did."""

    day: date
    rows: int
    version: int


def open_invalid_traffic(lake: Lake, limits: Limits) -> InvalidTraffic:
    """Handles on the table and on the silver tables that it reads."""
    tables = {
        table.name: Silver(lake.open(table), feed.name)
        for feed in all_feeds()
        for table in silver_tables(feed)
        if table.name in TABLES
    }
    return InvalidTraffic(lake.open(INVALID_TRAFFIC), tables, limits)


def refresh_invalid_traffic(
    lake: Lake, run: Run, limits: Limits, dates: Iterable[date] | None = None
) -> list[InvalidTrafficReceipt]:
    """Replaces those dates (all that is pending by default), one commit each; AdvertiseXError after too many races."""
    wanted = open_invalid_traffic(lake, limits).pending() if dates is None else sorted(set(dates))
    return [_until_won(lake, run, limits, day) for day in wanted]


def _until_won(lake: Lake, run: Run, limits: Limits, day: date) -> InvalidTrafficReceipt:
    for _ in range(ATTEMPTS):
        try:
            return _replace(open_invalid_traffic(lake, limits), day, run)
        except CommitConflictError:
            continue
    raise AdvertiseXError(
        f"{INVALID_TRAFFIC.full_name} of {day} lost {ATTEMPTS} races against other writers. Nothing is lost; run it "
        "again when fewer runs write the same date."
    )


def _replace(tables: InvalidTraffic, day: date, run: Run) -> InvalidTrafficReceipt:
    rows = tables.found(day)
    written = (tables.own.mark(_mark(day, "generation")) or 0) + 1
    marks = {_mark(day, "fingerprint"): tables.fingerprint(day), _mark(day, "generation"): written}
    run.step(f"silver:replace:{INVALID_TRAFFIC.name}")
    tables.own.replace(rows, dates_predicate([day]), Marks(marks))
    return InvalidTrafficReceipt(day, rows.height, tables.own.version)


def _mark(day: date, name: str) -> str:
    return f"{day.isoformat()}/{name}"


def _events(silver: Silver, first: date, last: date) -> pl.LazyFrame:
    names = [name for name in (*READ, *READ_OF_ACTIONS) if name in silver.opened.table.schema]
    rows = silver.opened.scan_dates(first, last).select(names).with_columns(pl.col("event_at").cast(pl.Int64))
    # Whatever a feed does not carry is unknown for all of its rows.
    return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in READ if name not in names)
