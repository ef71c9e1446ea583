"""Files that hold many dates: a date is replaced alone, by whoever is first, and merging changes no row."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advertisex_assets.upkeep.work import Rules, Upkept, upkeep_table
from resources.engine.duckdb import DuckDB
from resources.lake import CommitConflictError, Lake, Marks
from resources.lake.exchange import replace_dates
from resources.lake.format import ensure_format
from resources.lake.live import live_files
from resources.run import Run
from schemas.tables.gold import CAMPAIGN_DAILY

FIRST = date(2026, 3, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(6)]
NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)
"""Of the last day, which so is open."""

days = st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True)
steps = st.lists(st.tuples(days, st.integers(0, 3)) | st.none(), min_size=1, max_size=8)


def rows(dates: list[date], campaigns: int, impressions: int = 1) -> pl.DataFrame:
    """So many campaigns on each of the dates."""
    given = [
        {"event_date": day, "campaign_id": f"cmp-{number}", "impressions": impressions}
        for day in dates
        for number in range(campaigns)
    ]
    return pl.DataFrame(given, schema=CAMPAIGN_DAILY.schema)


def impressions(lake: Lake) -> dict[tuple[date, str], int]:
    """What the table holds."""
    found = lake.open(CAMPAIGN_DAILY).scan().select("event_date", "campaign_id", "impressions").collect()
    assert found.height == found.unique(["event_date", "campaign_id"]).height
    return {(day, campaign): number for day, campaign, number in found.iter_rows()}


def upkeep(lake: Lake, step: Callable[[str], None] = lambda _: None) -> Upkept:
    """A round."""
    return upkeep_table(lake, CAMPAIGN_DAILY, Rules(timedelta(0)), Run("upkeep", lambda: NOON, step))


@given(steps)
@settings(max_examples=20, deadline=None)
def test_every_date_is_what_was_written_last(done: list[tuple[list[date], int] | None]) -> None:
    """Whatever is replaced and merged, in whatever order."""
    expected: dict[tuple[date, str], int] = {}
    with TemporaryDirectory() as folder:
        lake = Lake(folder)
        for number, step in enumerate(done):
            if step is None:
                upkeep(lake)
                continue
            dates, campaigns = step
            new = rows(dates, campaigns, number)
            replace_dates(lake.open(CAMPAIGN_DAILY), new, dates, Marks())
            expected = {key: value for key, value in expected.items() if key[0] not in dates}
            expected |= dict.fromkeys(new.select("event_date", "campaign_id").iter_rows(), number)
        assert impressions(lake) == expected
        opened = lake.open(CAMPAIGN_DAILY)
        held = {day: sum(key[0] == day for key in expected) for day in DAYS}
        assert opened.rows_by_date() == {day: count for day, count in held.items() if count}
        with DuckDB() as engine:
            some = engine.collect(engine.scan_dates(opened, DAYS[1], DAYS[2]))
        assert some.height == held[DAYS[1]] + held[DAYS[2]]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """All dates in one file."""
    lake = Lake(str(tmp_path))
    replace_dates(lake.open(CAMPAIGN_DAILY), rows(DAYS, 2), DAYS, Marks())
    return lake


def test_of_two_who_replace_dates_of_one_file_both_succeed(lake: Lake) -> None:
    """A backfill of many dates runs side by side."""
    first, second = lake.open(CAMPAIGN_DAILY), lake.open(CAMPAIGN_DAILY)
    replace_dates(first, rows([DAYS[0]], 2, 7), [DAYS[0]], Marks())
    replace_dates(second, rows([DAYS[1]], 2, 8), [DAYS[1]], Marks())
    found = impressions(lake)
    assert len(found) == 2 * len(DAYS)
    assert found[DAYS[0], "cmp-1"] == 7
    assert found[DAYS[1], "cmp-1"] == 8


def test_of_two_who_replace_one_date_the_second_begins_again(lake: Lake) -> None:
    first, second = lake.open(CAMPAIGN_DAILY), lake.open(CAMPAIGN_DAILY)
    replace_dates(first, rows([DAYS[0]], 2, 7), [DAYS[0]], Marks())
    with pytest.raises(CommitConflictError):
        replace_dates(second, rows([DAYS[0]], 2, 8), [DAYS[0]], Marks())
    assert impressions(lake)[DAYS[0], "cmp-0"] == 7


def test_merging_gives_way_to_a_writer_who_was_first(lake: Lake) -> None:
    for day in DAYS[:2]:
        replace_dates(lake.open(CAMPAIGN_DAILY), rows([day], 2, 7), [day], Marks())

    def overtaken(step: str) -> None:
        if step.startswith("upkeep:merge"):
            replace_dates(lake.open(CAMPAIGN_DAILY), rows([DAYS[0]], 2, 8), [DAYS[0]], Marks())

    assert upkeep(lake, overtaken).lost_races == 1
    assert impressions(lake)[DAYS[0], "cmp-0"] == 8
    assert len(impressions(lake)) == 2 * len(DAYS)


def test_merged_dates_are_one_file_and_the_open_one_stays_alone(lake: Lake) -> None:
    for day in DAYS:
        replace_dates(lake.open(CAMPAIGN_DAILY), rows([day], 2, 7), [day], Marks())
    before = impressions(lake)
    assert len(live_files(lake.open(CAMPAIGN_DAILY))) == len(DAYS)
    upkeep(lake)
    assert sorted(file.span for file in live_files(lake.open(CAMPAIGN_DAILY))) == [
        (DAYS[0], DAYS[-2]),
        (DAYS[-1], DAYS[-1]),
    ]
    assert impressions(lake) == before


def test_a_lake_with_a_folder_for_each_date_is_migrated(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    old, held = replace(CAMPAIGN_DAILY, dated_by=None, partition_by=("event_date",)), rows(DAYS, 2)
    lake.open(old).append(held, Marks({"2026-03-01/generation": 7}))
    for _ in range(2):
        ensure_format(lake)
        opened = lake.open(CAMPAIGN_DAILY)
        assert opened.scan().collect().sort("event_date", "campaign_id").equals(held)
        assert opened.rows_by_date() == dict.fromkeys(DAYS, 2)
        assert opened.mark("2026-03-01/generation") == 7
        assert len(live_files(opened)) == 1
    replace_dates(opened, rows(DAYS[:1], 1, 9), DAYS[:1], Marks())
    assert len(impressions(lake)) == held.height - 1
