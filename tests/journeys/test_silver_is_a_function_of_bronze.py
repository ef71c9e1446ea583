"""Whatever arrives in whatever order, whatever crashes or is backfilled: silver is what one rebuild would make."""

import contextlib
import dataclasses
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from advertisex_assets.bronze.files import FileLander
from advertisex_assets.silver.catch_up import catch_up, rebuild
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.transforms.enrich import Reference
from resources.engine import POLARS, Engine
from resources.files import list_files
from resources.lake import Lake, key_filters
from resources.run import Run
from schemas.discover import feed_named
from schemas.feed import Feed
from schemas.rules import Rule, Severity
from schemas.tables.bronze import ORDER_KEY, POSITION
from schemas.tables.ops import SCHEMA_DRIFT
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_tables
from schemas.types import EventTime
from tests.journeys.world import KEY

FIRST = date(2026, 11, 2)
IMPRESSIONS = feed_named("impressions")
INPUTS = Inputs(Reference.empty(), KEY)


class Crash(BaseException):
    """The process dies here."""


@dataclasses.dataclass(frozen=True)
class Clock:
    """Event times as a contract reads them that is wrong by some days, and cannot read what ends in `unread`."""

    days: int
    unread: str

    dtype = EventTime.dtype
    meaning = "skewed time"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The time, later by those days."""
        return pl.when(~text.str.ends_with(self.unread)).then(EventTime().parse(text)) + timedelta(days=self.days)

    def rules(self, column: str) -> tuple[Rule, ...]:
        """As of any time."""
        return EventTime().rules(column)


CLOCKS = (EventTime(), Clock(1, "?"), Clock(0, "Z"), Clock(-1, "+00:00"))


def ruled(version: int) -> Feed:
    """The feed under rules that change their mind with each version: another creative is refused, times read anew."""
    rule = Rule("unloved", "Nobody wants it.", Severity.REFUSE, pl.col("creative_id") == f"c{version % 3}", version)
    timed = dataclasses.replace(IMPRESSIONS.time_column, type=CLOCKS[version % len(CLOCKS)])
    columns = tuple(timed if column.name == timed.name else column for column in IMPRESSIONS.columns)
    return dataclasses.replace(IMPRESSIONS, columns=columns, extra_rules=(rule,))


def record(key: int, day: int, content: int, zone: str = "Z") -> dict[str, str]:
    """An impression at midnight."""
    timestamp = f"{FIRST + timedelta(days=day)}T00:00:00{zone}"
    return {"impression_id": f"i{key}", "creative_id": f"c{content}", "timestamp": timestamp}


records = st.builds(
    record, st.integers(0, 1), st.integers(0, 3), st.integers(0, 1), st.sampled_from(["Z", "+00:00"])
)
"""Few ids, dates and contents: almost every record meets another one of its event."""

land = st.tuples(st.just("land"), st.lists(records, min_size=1, max_size=4), st.integers(0, 9))
refresh = st.tuples(st.just("refresh"))
crash = st.tuples(st.just("crash"), st.integers(0, 8))
rare = st.one_of(st.tuples(st.just("rebuild"), st.integers(0, 4)), st.tuples(st.just("rule"), st.integers(0, 5)))

chapters = st.lists(st.tuples(land, st.one_of(refresh, refresh, refresh, crash, rare)), min_size=2, max_size=5)
acts = chapters.map(lambda pairs: [act for pair in pairs for act in pair])
"""Mostly landings with refreshes in between: a rebuild or another rule would hide what went wrong before it."""


class Story:
    """A lake to which things happen."""

    def __init__(self, folder: Path, engine: Engine = POLARS) -> None:
        self.engine = engine
        self.folder, self.lake, self.feed, self.files = folder, Lake(str(folder / "lake")), ruled(4), 0

    def land(self, rows: list[dict[str, str]], hour: int) -> None:
        """A file that was received at that hour: landings need not come in the order of their times."""
        path = self.folder / f"{self.files}.json"
        path.write_text("\n".join(json.dumps(row | {"n": self.files}) for row in rows))
        self.files += 1
        received = datetime(2026, 11, 9, hour, 0, self.files, tzinfo=UTC)
        FileLander(self.lake, self.feed, Run("land", lambda: received)).land(list_files(str(path))[0])

    def refresh(self) -> None:
        """What the sensor would have done."""
        catch_up(self.lake, self.feed, INPUTS, Run("refresh", engine=self.engine))

    def crash(self, steps: int) -> None:
        """A refresh that dies before one of its commits."""
        left = iter(range(steps))

        def step(name: str) -> None:
            if next(left, None) is None:
                event(f"crashed before {name}")
                raise Crash

        with contextlib.suppress(Crash):
            catch_up(self.lake, self.feed, INPUTS, Run("crash", step=step, engine=self.engine))

    def rebuild(self, day: int) -> None:
        """A backfill by hand."""
        span = (FIRST, FIRST + timedelta(days=day))
        rebuild(self.lake, self.feed, INPUTS, Run("rebuild", engine=self.engine), span)

    def rule(self, version: int) -> None:
        """New code with other rules."""
        self.feed = ruled(version)


def tables_of(lake: Lake, feed: Feed) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the feed's silver, sorted, and what is told of unexpected fields (all records have one)."""
    tables = (*silver_tables(feed), QUARANTINE, DUPLICATES)
    rows = {table.name: sorted(lake.open(table).scan().collect().rows(), key=repr) for table in tables}
    drift = lake.open(SCHEMA_DRIFT).scan().sort(ORDER_KEY).group_by("event_date", "found", "field", "type")
    told = drift.agg(pl.col("rows").sum(), pl.col(POSITION).first()).collect()
    return rows | {SCHEMA_DRIFT.name: sorted(told.rows(), key=repr)}


WINNER_REFUSED = [
    ("land", [record(1, 1, 2)], 1),
    ("land", [record(1, 0, 0)], 2),
    ("refresh",),
    ("rule", 8),
    ("rebuild", 0),
]
"""The record of the second date wins until it is refused, which is known only after the first date was rebuilt."""

WINNER_MOVED = [
    ("land", [record(1, 1, 0), record(0, 3, 0)], 1),
    ("land", [record(1, 0, 0)], 2),
    ("refresh",),
    ("rule", 13),
    ("crash", 1),
]
"""Routes are kept, and then the process dies."""

MOVED_TO_A_DATE_THAT_WAS_DONE = [
    ("land", [record(1, 1, 0), record(0, 0, 0)], 1),
    ("refresh",),
    ("rule", 7),
    ("rebuild", 0),
]
"""The first date is up to date when the second one sends it a row."""


@pytest.fixture(autouse=True)
def _filters_of_small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are looked for through filters, as in large files."""
    monkeypatch.setattr(key_filters, "LARGE_ROWS", 0)
    monkeypatch.setattr(key_filters, "FEW_KEYS", 0)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=acts)
@example(acts=WINNER_REFUSED)
@example(acts=WINNER_MOVED)
@example(acts=MOVED_TO_A_DATE_THAT_WAS_DONE)
def test_any_story_ends_where_one_rebuild_ends(
    acts: list[tuple[object, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Landings, late rows, duplicates, conflicts, crashes, backfills, other rules and other readings of times, in any
    order; the rebuild knows nothing of what was decided on the way."""
    check_story(acts, Story(tmp_path_factory.mktemp("story")))


def check_story(acts: list[tuple[object, ...]], story: Story) -> None:
    """The story's tables, by whichever engine, are those of one rebuild by Polars."""
    story.land([{"impression_id": "i0", "creative_id": "c0", "timestamp": "2026-11-04T00:00:00Z"}], 5)
    for name, *arguments in acts:
        getattr(story, str(name))(*arguments)
    story.refresh()
    once = Lake(str(story.folder / "once"))
    no_routes = shutil.ignore_patterns("*_routes")
    shutil.copytree(f"{story.lake.root}/bronze", f"{once.root}/bronze", ignore=no_routes)
    catch_up(once, story.feed, INPUTS, Run("once"))
    assert tables_of(story.lake, story.feed) == tables_of(once, story.feed)
