"""Whatever arrives in whatever order, whatever crashes or is backfilled: silver is what one rebuild would make."""

import contextlib
import dataclasses
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from advertisex_assets.bronze.files import FileLander
from advertisex_assets.silver.catch_up import catch_up, rebuild
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.transforms.enrich import Reference
from resources.files import list_files
from resources.lake import Lake
from resources.run import Run
from schemas.discover import feed_named
from schemas.feed import Feed
from schemas.rules import Rule, Severity
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_tables
from tests.journeys.world import KEY

FIRST = date(2026, 11, 2)
IMPRESSIONS = feed_named("impressions")
INPUTS = Inputs(Reference.empty(), KEY)


class Crash(BaseException):
    """The process dies here."""


def ruled(version: int) -> Feed:
    """The feed under a rule that changes its mind with each version: it refuses another creative."""
    rule = Rule("unloved", "Nobody wants it.", Severity.REFUSE, pl.col("creative_id") == f"c{version % 3}", version)
    return dataclasses.replace(IMPRESSIONS, extra_rules=(rule,))


records = st.builds(
    lambda key, day, content: {
        "impression_id": f"i{key}",
        "creative_id": f"c{content}",
        "timestamp": datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), UTC).isoformat(),
    },
    st.integers(0, 1),
    st.integers(0, 3),
    st.integers(0, 1),
)
"""Few ids, dates and contents: almost every record meets another one of its event."""

land = st.tuples(st.just("land"), st.lists(records, min_size=1, max_size=4), st.integers(0, 9))
refresh = st.tuples(st.just("refresh"))
crash = st.tuples(st.just("crash"), st.integers(0, 8))
rare = st.one_of(st.tuples(st.just("rebuild"), st.integers(0, 4)), st.tuples(st.just("rule"), st.integers(1, 2)))

chapters = st.lists(st.tuples(land, st.one_of(refresh, refresh, refresh, crash, rare)), min_size=2, max_size=5)
acts = chapters.map(lambda pairs: [act for pair in pairs for act in pair])
"""Mostly landings with refreshes in between: a rebuild or another rule would hide what went wrong before it."""


class Story:
    """A lake to which things happen."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lake, self.feed, self.files = folder, Lake(str(folder / "lake")), ruled(1), 0

    def land(self, rows: list[dict[str, str]], hour: int) -> None:
        """A file that was received at that hour: landings need not come in the order of their times."""
        path = self.folder / f"{self.files}.json"
        path.write_text("\n".join(json.dumps(row | {"n": self.files}) for row in rows))
        self.files += 1
        received = datetime(2026, 11, 9, hour, 0, self.files, tzinfo=UTC)
        FileLander(self.lake, self.feed, Run("land", lambda: received)).land(list_files(str(path))[0])

    def refresh(self) -> None:
        """What the sensor would have done."""
        catch_up(self.lake, self.feed, INPUTS, Run("refresh"))

    def crash(self, steps: int) -> None:
        """A refresh that dies before one of its commits."""
        left = iter(range(steps))

        def step(name: str) -> None:
            if next(left, None) is None:
                event(f"crashed before {name}")
                raise Crash

        with contextlib.suppress(Crash):
            catch_up(self.lake, self.feed, INPUTS, Run("crash", step=step))

    def rebuild(self, day: int) -> None:
        """A backfill by hand."""
        span = (FIRST, FIRST + timedelta(days=day))
        rebuild(self.lake, self.feed, INPUTS, Run("rebuild"), span)

    def rule(self, version: int) -> None:
        """New code with another rule."""
        self.feed = ruled(version)


def tables_of(lake: Lake, feed: Feed) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the feed's silver, sorted."""
    tables = (*silver_tables(feed), QUARANTINE, DUPLICATES)
    return {table.name: sorted(lake.open(table).scan().collect().rows(), key=repr) for table in tables}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=acts)
def test_any_story_ends_where_one_rebuild_ends(
    acts: list[tuple[object, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Landings, late rows, duplicates, conflicts, crashes, backfills and rule changes, in any order."""
    story = Story(tmp_path_factory.mktemp("story"))
    story.land([{"impression_id": "i0", "creative_id": "c0", "timestamp": "2026-11-04T00:00:00Z"}], 5)
    for name, *arguments in acts:
        getattr(story, str(name))(*arguments)
    story.refresh()
    once = Lake(str(story.folder / "once"))
    shutil.copytree(f"{story.lake.root}/bronze", f"{once.root}/bronze")
    catch_up(once, story.feed, INPUTS, Run("once"))
    assert tables_of(story.lake, story.feed) == tables_of(once, story.feed)
