"""A date too large for memory is made in parts, and holds the rows that it would have been made of at once."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from advertisex_assets.gold.mart import Mart
from advertisex_assets.gold.parts import ranges
from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.gold.sources import Sources
from resources.lake import Lake
from resources.lake.live import live_files
from resources.run import Run
from tests.journeys.gold.histories import FIRST, MARTS_UNDER_TEST, Write, apply, gold_rows, history
from tests.journeys.gold.silver_rows import at
from tests.journeys.world import new_seed

RUN = Run("test", lambda: datetime(2026, 4, 2, 12, tzinfo=UTC))


LAST = [
    Write("append", kind, FIRST, [{"event_id": f"{n}", "event_at": at(FIRST, n), "user_bucket": n} for n in range(3)])
    for kind in ("impressions", "conversions")
]
"""A date of which every mart has something to divide."""


def in_small_parts(mart: Mart) -> Mart:
    """The mart cut after every row that it can be cut after."""
    return replace(mart, cut=mart.cut and replace(mart.cut, step=1, most_rows=1))


def test_parts_together_are_the_whole(tmp_path: Path) -> None:
    seed = new_seed()
    at_once, in_parts, along, chance = *(Lake(str(tmp_path / str(n))) for n in range(3)), random.Random(seed)
    small = [in_small_parts(mart) for mart in MARTS_UNDER_TEST]
    for write in [*history(seed), *LAST]:
        for lake in (at_once, in_parts, along):
            apply(lake, [write])
        if chance.random() < 0.4:
            refresh_gold(along, RUN, marts=small)
    for lake, marts in ((at_once, MARTS_UNDER_TEST), (in_parts, small), (along, small)):
        refresh_gold(lake, RUN, marts=marts)

    assert gold_rows(at_once) == gold_rows(in_parts) == gold_rows(along)
    assert contents_of(at_once) == contents_of(in_parts) == contents_of(along)
    assert was_in_parts(in_parts) and not was_in_parts(at_once)


def was_in_parts(lake: Lake) -> bool:
    """Whether every mart that can be cut has a date in several files."""
    opened = [lake.open(mart.table) for mart in MARTS_UNDER_TEST if mart.cut]
    return all(any(len(live_files(table, [day])) > 1 for day in table.rows_by_date()) for table in opened)


def contents_of(lake: Lake) -> dict[str, dict[date, int]]:
    """What the marks say of every date."""
    sources = Sources(lake)
    opened = {mart.name: sources[mart.table.full_name] for mart in MARTS_UNDER_TEST}
    return {name: {day: one.generation(day) for day in one.rows_by_date} for name, one in opened.items()}


@given(st.dictionaries(st.integers(0, 20), st.integers(1, 9)), st.integers(1, 12))
def test_ranges_cover_each_value_once_and_are_small(counts: dict[int, int], most_rows: int) -> None:
    found = ranges(counts.items(), most_rows)

    assert [value for low, high in found for value in sorted(counts) if low <= value <= high] == sorted(counts)
    for low, high in found:
        assert low == high or sum(counts.get(value, 0) for value in range(low, high + 1)) <= most_rows
