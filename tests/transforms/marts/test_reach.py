"""Reach: exact for a day, and from merged sketches within the stated error for any set of days and campaigns."""

import random
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.transforms.marts.reach import sketched, users_by
from advertisex_assets.transforms.marts.sketches import STANDARD_ERROR, merged, reach_of, sketch_of
from schemas.tables.gold import CAMPAIGN_REACH, USER_REACH
from schemas.tables.table import Table
from tests.transforms.marts.events import ENGINES, frame, judged_kinds

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=30)
few = settings(relaxed, max_examples=4)

Rows = tuple[dict[str, list[dict[str, Any]]], pl.DataFrame]
SURE = 5 * STANDARD_ERROR
"""Five standard errors: a right sketch fails once in two million runs."""

TABLES = pytest.mark.parametrize("table", [CAMPAIGN_REACH, USER_REACH], ids=lambda table: table.name)


def computed(engine: str, table: Table, rows: Rows) -> pl.DataFrame:
    """The mart on an engine."""
    kinds, invalid = rows
    shown = frame("impressions", kinds["impressions"])
    return sketched(table)(ENGINES[engine](users_by(table), impressions=shown, invalid_traffic=invalid))


@TABLES
@relaxed
@given(rows=judged_kinds())
def test_users_and_frequency_are_exact(table: Table, rows: Rows) -> None:
    """Known users with valid impressions, each once per row; sketches of so few are exact too."""
    kinds, invalid = rows
    bad = {row["event_id"] for row in invalid.filter(table="impressions").to_dicts()}
    seen: dict[tuple, list[str]] = {}
    for row in kinds["impressions"]:
        if row["user_id"] and row["event_id"] not in bad:
            key = tuple(
                (row | {"website": row["website"] or "(unassigned)"})[name] for name in table.grain_columns
            )
            seen.setdefault(key, []).append(row["user_id"])
    found = {
        tuple(row[name] for name in table.grain_columns): row
        for row in computed("polars", table, rows).to_dicts()
    }
    assert found.keys() == seen.keys()
    for key, users in seen.items():
        assert (found[key]["users"], found[key]["impressions"]) == (len(set(users)), len(users))
        assert found[key]["frequency"] == len(users) / len(set(users))
        assert reach_of([found[key]["users_sketch"]]).users == pytest.approx(len(set(users)), rel=1e-6)


@TABLES
@few
@given(rows=judged_kinds())
def test_engines_agree_to_the_byte(table: Table, rows: Rows) -> None:
    """Sketches too."""
    one, *others = (computed(engine, table, rows).sort(table.grain_columns) for engine in ENGINES)
    assert all(other.equals(one) for other in others)


def test_merged_reach_is_within_its_error() -> None:
    """Thirty days that share most of their users: the union, not the sum."""
    chance = random.Random()
    audience = [f"user-{chance.getrandbits(64)}" for _ in range(60_000)]
    days = [chance.sample(audience, chance.randrange(500, 20_000)) for _ in range(30)]
    truth = len(set().union(*days))
    reach = reach_of([sketch_of(day) for day in days])
    assert abs(reach.users - truth) / truth < SURE
    assert reach.lower < reach.users < reach.upper


@relaxed
@given(groups=st.lists(st.sets(st.integers(0, 3_000), max_size=40), max_size=6), seed=st.integers(0, 99))
def test_order_of_merging_changes_nothing(groups: list[set[int]], seed: int) -> None:
    """Merging rows first, or in another order, or the same row twice, reaches the same users."""
    sketches = [sketch_of(map(str, group)) for group in groups]
    shuffled = random.Random(seed).sample(sketches, len(sketches))
    expected = len(set().union(*groups))
    for way in (sketches, shuffled, [*sketches, *shuffled], [merged(sketches)]):
        assert reach_of(way).users == pytest.approx(expected, rel=SURE, abs=1e-6)
