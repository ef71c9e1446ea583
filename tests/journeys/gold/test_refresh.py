"""Gold is a pure function of silver: whatever was written, in whatever order, with crashes and races in between."""

import random
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from advertisex_assets.gold.marts import MARTS
from advertisex_assets.gold.refresh import pending_gold, refresh_gold, refresh_mart
from resources.lake import Lake
from resources.run import Run
from tests.journeys.gold.histories import MARTS_UNDER_TEST, Write, apply, gold_rows, history

TABLES = [mart.table for mart in MARTS_UNDER_TEST]
NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)


def refresh(lake: Lake, step=lambda name: None):
    """Refreshes the marts under test."""
    return refresh_gold(lake, run(step), marts=MARTS_UNDER_TEST)


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


def run(step=lambda name: None) -> Run:
    """A run by a clock that stands still."""
    return Run("test", lambda: NOON, step)


@pytest.fixture
def seed() -> int:
    """Drawn anew in every run, and shown where a test fails."""
    drawn = random.randrange(2**32)
    print(f"seed {drawn}")
    return drawn


def fresh(path: Path, writes) -> Lake:
    """A lake whose gold was made once, after all writes."""
    lake = Lake(str(path))
    apply(lake, writes)
    refresh(lake)
    return lake


def test_refreshing_along_the_way_equals_one_fresh_rebuild(tmp_path: Path, seed: int) -> None:
    """Refreshes between writes leave what a rebuild at the end would make, dates that became empty included."""
    chance, writes, lake = random.Random(seed), history(seed), Lake(str(tmp_path / "steady"))
    for write in writes:
        apply(lake, [write])
        if chance.random() < 0.4:
            refresh(lake)
    refresh(lake)
    assert gold_rows(lake) == gold_rows(fresh(tmp_path / "fresh", writes))
    assert pending_gold(lake, MARTS_UNDER_TEST) == {}


def test_nothing_new_writes_nothing(tmp_path: Path, seed: int) -> None:
    """A refresh without news commits nothing."""
    lake = fresh(tmp_path, history(seed))
    before = {table.name: lake.open(table).version for table in TABLES}
    assert refresh(lake) == []
    assert {table.name: lake.open(table).version for table in TABLES} == before


def test_killed_before_any_commit_and_run_again(tmp_path: Path, seed: int) -> None:
    """A process that dies before a random commit loses nothing and doubles nothing."""
    writes = history(seed)
    whole = Lake(str(tmp_path / "fresh"))
    apply(whole, writes)
    commits = len(refresh(whole))
    lake = Lake(str(tmp_path / "killed"))
    apply(lake, writes)
    left = random.Random(seed).randrange(commits)

    def step(name: str) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed(name)

    with pytest.raises(Killed):
        refresh(lake, step)
    refresh(lake)
    assert gold_rows(lake) == gold_rows(whole)


def test_a_writer_that_read_older_silver_does_not_win(tmp_path: Path, seed: int) -> None:
    """Silver changes and another run refreshes while one is about to commit: the newer rows stay."""
    writes, late = history(seed), history(seed + 1)
    lake = Lake(str(tmp_path / "raced"))
    apply(lake, writes)
    raced, waiting = [], list(late)

    def overtake(name: str) -> None:
        if not raced:
            raced.append(name)
            # Each write once: what is appended twice is an event twice.
            some, waiting[:] = waiting[:10], waiting[10:]
            apply(lake, some)
            refresh(lake)

    for mart in MARTS_UNDER_TEST:
        raced.clear()
        refresh_mart(lake, mart, pending_gold(lake, MARTS_UNDER_TEST).get(mart.name, ()), run(overtake))
    apply(lake, waiting)
    refresh(lake)
    assert gold_rows(lake) == gold_rows(fresh(tmp_path / "fresh", [*writes, *late]))


def test_a_new_version_of_a_mart_redoes_all_its_dates(tmp_path: Path, seed: int, monkeypatch) -> None:
    """Raising a mart's version makes every date of it pending, and those of marts that read it."""
    tried = (history(start, writes=30) for start in count(seed))
    # One in a few hundred has no conversion that stays.
    lake = fresh(tmp_path, next(writes for writes in tried if _conversions(writes) == {"append"}))
    paths = next(mart for mart in MARTS_UNDER_TEST if mart.name == "conversion_paths")
    dates = sorted({row["event_date"] for row in gold_rows(lake)["conversion_paths"]})
    object.__setattr__(paths, "version", "next")
    try:
        waiting = pending_gold(lake, MARTS_UNDER_TEST)
        assert waiting["conversion_paths"] == waiting["conversion_daily"]
        assert set(dates) <= set(waiting["conversion_paths"])
        assert set(waiting) == {"conversion_paths", "conversion_daily"}
    finally:
        object.__setattr__(paths, "version", "1")


def _conversions(writes: list[Write]) -> set[str]:
    """How they were written."""
    return {one.how for one in writes if one.kind == "conversions"}


def test_every_mart_takes_part(tmp_path: Path, seed: int) -> None:
    """All marts, refreshed along the way once, equal a fresh rebuild."""
    writes = history(seed)
    lake, whole = Lake(str(tmp_path / "steady")), Lake(str(tmp_path / "fresh"))
    for part in (writes[:7], writes[7:]):
        apply(lake, part)
        refresh_gold(lake, run())
    apply(whole, writes)
    refresh_gold(whole, run())
    for mart in MARTS:
        one, other = (
            each.open(mart.table).scan().collect().sort(mart.table.grain_columns) for each in (lake, whole)
        )
        assert one.equals(other), mart.name
