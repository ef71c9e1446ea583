"""Invalid traffic kept up to date: of date D it is a function of silver in [D - w, D + w] and of the rules.

Not here: the rules (`schemas/invalid_traffic`) and how they are judged (`transforms/invalid_traffic`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import chain, repeat

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.silver.catch_up import stretches
from advertisex_assets.silver.handles import fingerprint
from advertisex_assets.transforms.invalid_traffic import TABLES, broken_rules, by_event
from advertisex_assets.transforms.invalid_traffic.shared import CLICKS, IMPRESSIONS
from resources.lake import CommitConflictError, Lake, LakeTable, Marks
from resources.lake.dates import dates_predicate
from resources.run import Run
from schemas.discover import all_feeds
from schemas.errors import AdvertiseXError
from schemas.invalid_traffic import ONE_ROW, REACH_DAYS, RULES, Limits
from schemas.tables.silver import INVALID_TRAFFIC, silver_tables

ATTEMPTS = 20
"""How often a date is repeated when racing writers commit first; each repeat means that another one got ahead."""

READ = ("event_id", "event_date", "event_at", "user_id", "flags", "impression_id", "ip_key")
READ_OF_ACTIONS = ("campaign_id", "creative_id", "click_id")
"""What the rules read; the other columns stay on disk."""

AROUND = range(-REACH_DAYS, REACH_DAYS + 1)


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
        marks = self.own.marks()
        return sorted(
            day for day in self.known() if marks.get(_mark(day, "fingerprint")) != self.fingerprint(day)
        )

    def known(self) -> set[date]:
        """The dates with rows in silver; also those whose last row has left it, while something is found in them."""
        return {day for table in self.silver.values() for day in table.rows_by_date} | set(
            self.own.rows_by_date()
        )

    def fingerprint(self, day: date) -> int:
        """Everything that a date depends on: how often each date around it was written, and the rules."""
        written = [
            f"{name}/{shift}={table.generation(day + timedelta(days=shift))}"
            for name, table in sorted(self.silver.items())
            for shift in AROUND
        ]
        return fingerprint(*written, *(rule.identity for rule in RULES), repr(self.limits))

    def found(self, days: list[date]) -> pl.DataFrame:
        """The invalid events of those dates."""
        near = sorted({day + timedelta(days=shift) for day in days for shift in AROUND})
        rows = {name: _events(self.silver[name], near) for name in TABLES}
        rows[IMPRESSIONS] = rows[IMPRESSIONS].filter(_may_matter(rows[CLICKS].collect()))
        # Read once: a plan over the files would read them again for each rule.
        frames = {name: nw.from_native(one.collect(engine="streaming").lazy()) for name, one in rows.items()}
        native = broken_rules(**frames, limits=self.limits).collect(backend="polars").to_native()
        return by_event(native.filter(pl.col("event_date").is_in(days)))

    def stored(self, days: list[date]) -> pl.DataFrame:
        """What the table holds of those dates."""
        return self.own.scan_dates(days[0], days[-1]).filter(pl.col("event_date").is_in(days)).collect()


@dataclass(frozen=True)
class InvalidTrafficReceipt:
    """What one commit did: the dates it brought up to date, and those of them that changed."""

    dates: tuple[date, ...]
    changed: tuple[date, ...]
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
    lake: Lake,
    run: Run,
    limits: Limits,
    dates: Iterable[date] | None = None,
    opened: InvalidTraffic | None = None,
) -> list[InvalidTrafficReceipt]:
    """Replaces those dates (all that is pending by default) by what silver and the rules now say.

    Dates whose rows stay the same keep their generation, so that nothing that reads them is redone. `opened` serves
    the first attempt. AdvertiseXError after too many races.
    """
    tables = opened or open_invalid_traffic(lake, limits)
    wanted = tables.pending() if dates is None else sorted(set(dates))
    rows = {day: sum(table.rows_by_date.get(day, 0) for table in tables.silver.values()) for day in wanted}
    handles = chain([tables], repeat(None))
    return [_until_won(lake, run, limits, part, next(handles)) for part in stretches(rows)]


def _until_won(
    lake: Lake, run: Run, limits: Limits, days: list[date], opened: InvalidTraffic | None
) -> InvalidTrafficReceipt:
    for _ in range(ATTEMPTS):
        try:
            return _replace(opened or open_invalid_traffic(lake, limits), days, run)
        except CommitConflictError:
            opened = None
    raise AdvertiseXError(
        f"{INVALID_TRAFFIC.full_name} for {days[0]} to {days[-1]} lost {ATTEMPTS} races against other writers. "
        "Nothing is lost; run it again when fewer runs write the same dates."
    )


def _replace(tables: InvalidTraffic, days: list[date], run: Run) -> InvalidTrafficReceipt:
    found, stored = tables.found(days), tables.stored(days)
    changed = [day for day in days if not _same(found, stored, day)]
    marks = {_mark(day, "fingerprint"): tables.fingerprint(day) for day in days}
    # Set for every date, so that racing writers collide; raised only where rows changed.
    for day in days:
        marks[_mark(day, "generation")] = (tables.own.mark(_mark(day, "generation")) or 0) + (day in changed)
    run.step(f"silver:replace:{INVALID_TRAFFIC.name}")
    if changed:
        kept = found.filter(pl.col("event_date").is_in(changed))
        tables.own.replace(kept, dates_predicate(changed), Marks(marks))
    else:
        tables.own.append(found.clear(), Marks(marks))
    return InvalidTrafficReceipt(tuple(days), tuple(changed), found.height, tables.own.version)


def _same(found: pl.DataFrame, stored: pl.DataFrame, day: date) -> bool:
    columns = INVALID_TRAFFIC.grain_columns
    now, before = (rows.filter(pl.col("event_date") == day).sort(columns) for rows in (found, stored))
    return now.equals(before.select(now.columns))


def _may_matter(clicks: pl.DataFrame) -> pl.Expr:
    """Whether an impression breaks a rule by itself, is named by a click, or is of a user who clicked: of no other does
    any rule say anything, and they are by far the most."""
    flagged = (pl.col("flags").list.contains(rule.code) for rule in ONE_ROW)
    met = (pl.col(name).is_in(clicks[name].drop_nulls().unique().implode()) for name in ("impression_id", "user_id"))
    return pl.any_horizontal(*flagged, *met)


def _mark(day: date, name: str) -> str:
    return f"{day.isoformat()}/{name}"


def _events(silver: Silver, days: list[date]) -> pl.LazyFrame:
    names = [name for name in (*READ, *READ_OF_ACTIONS) if name in silver.opened.table.schema]
    rows = silver.opened.scan_dates(days[0], days[-1]).filter(pl.col("event_date").is_in(days)).select(names)
    # Whatever a feed does not carry is unknown for all of its rows.
    missing = [pl.lit(None, pl.String).alias(name) for name in READ if name not in names]
    return rows.with_columns(pl.col("event_at").cast(pl.Int64), *missing)
