"""Training on a month of a real lake gives what the definitions say of its journeys, and shares that are whole."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dagster import DagsterInstance, materialize

from advertisex_assets.gold.data_driven import shares_are_whole, train_month
from advertisex_assets.gold.data_driven_asset import data_driven_asset
from advertisex_assets.gold.gates import Batch, hold_unless_true
from advertisex_assets.gold.marts import mart_named
from advertisex_assets.gold.refresh import refresh_gold
from resources.dagster_world import World
from resources.lake import Lake
from resources.settings import settings
from schemas.errors import HeldBatchError
from schemas.tables.gold import DATA_DRIVEN
from tests.journeys.gold.silver_rows import at, judge, write
from tests.journeys.gold.test_refresh import run
from tests.oracles import attribution
from tests.oracles import data_driven as oracle

MONTH = date(2026, 3, 1)
BEFORE = date(2026, 2, 10)
DAY_US = 86_400_000_000
WINDOWS = {"click_window_us": 30 * DAY_US, "view_window_us": DAY_US}
Rows = list[dict[str, Any]]


@pytest.fixture
def traffic() -> dict[str, Rows]:
    """Events of a few users in and before the month, from a seed drawn anew."""
    seed = random.SystemRandom().randrange(2**31)
    print(f"seed {seed}")
    chance = random.Random(seed)
    sizes = {"impressions": 40, "clicks": 25, "conversions": 10}
    return {kind: [_event(chance, kind, n) for n in range(size)] for kind, size in sizes.items()}


def _event(chance: random.Random, kind: str, number: int) -> dict[str, Any]:
    first = MONTH if kind == "conversions" else BEFORE
    day = first + timedelta(days=chance.randrange((date(2026, 3, 31) - first).days + 1))
    return {
        "event_id": f"{kind}-{number}",
        "event_at": at(day, chance.randrange(24), chance.randrange(60)),
        "user_id": chance.choice(["u1", "u2", "u3", "u4", "u5", None]),
        "user_bucket": 0,
        "campaign_id": chance.choice(["c1", "c2", "c3", "c4"]),
        "creative_id": chance.choice(["k1", "k2", "k3"]),
        "website": chance.choice(["w1", "w2", None]),
        "viewable_ms": chance.choice([None, 0, 5_000]) if kind == "impressions" else None,
        "revenue_micros": 10 if kind == "conversions" else None,
        "currency": "USD",
    }


@pytest.fixture
def lake(tmp_path: Path, traffic: dict[str, Rows]) -> Lake:
    """The traffic in silver; the first impression and the first click are invalid."""
    made = Lake(str(tmp_path / "lake"))
    for kind, rows in traffic.items():
        for day, events in _by_date(rows).items():
            write(made, kind, day, events)
    invalid = [(kind, traffic[kind][0]) for kind in ("impressions", "clicks")]
    for day, events in _by_date([row | {"table": kind} for kind, row in invalid]).items():
        judge(made, day, [(row["table"], row["event_id"]) for row in events])
    refresh_gold(made, run(), marts=[mart_named("conversions")])
    return made


def _by_date(rows: Rows) -> dict[date, Rows]:
    days: dict[date, Rows] = defaultdict(list)
    for row in rows:
        days[row["event_at"].date()].append(row)
    return days


def _journeys(traffic: dict[str, Rows], dimension: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Of the month: each conversion's touches, and per user what led to none."""
    touches = [_touch(row, "view") for row in traffic["impressions"][1:] if row["viewable_ms"] != 0]
    touches += [_touch(row, "click") for row in traffic["clicks"][1:]]
    used = set()
    for row in traffic["conversions"]:
        conversion = _plain(row) | {"conversion_id": row["event_id"], **WINDOWS}
        used |= {touch["touch_id"] for touch in attribution.candidates(touches, conversion)}
        yield _path(attribution.competing(touches, conversion)[1], dimension), True
    unused = defaultdict(list)
    for touch in sorted(touches, key=lambda t: (t["event_at"], t["touch_id"].encode())):
        in_month = touch["event_at"] >= _us(datetime(2026, 3, 1, tzinfo=UTC))
        if in_month and touch["user_id"] and touch["touch_id"] not in used:
            unused[touch["user_id"]].append(touch)
    yield from ((_path(steps, dimension), False) for steps in unused.values())


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    nothing = {"advertiser_id": None, "click_id": None, "impression_id": None}
    return nothing | row | {"event_at": _us(row["event_at"])}


def _touch(row: dict[str, Any], kind: str) -> dict[str, Any]:
    return _plain(row) | {"touch_type": kind, "touch_id": f"{_us(row['event_at'])}{row['event_id']}"}


def _us(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


def _path(touches: Rows, dimension: str) -> tuple[str, ...]:
    return tuple(touch[dimension] or "(unknown)" for touch in touches)


@pytest.mark.parametrize("dimension", ["campaign_id", "creative_id", "website"])
def test_a_month_is_what_its_journeys_say(lake: Lake, traffic: dict[str, Rows], dimension: str) -> None:
    """Every effect, by Markov of order 1 to 3 and by Shapley, and shares that sum to exactly one."""
    rows = train_month(lake, MONTH, run()).rows.filter(dimension=dimension)
    journeys = [(path, converted) for path, converted in _journeys(traffic, dimension) if path]
    expected = {f"markov_{order}": oracle.removal_effects(journeys, order) for order in (1, 2, 3)}
    expected["shapley"] = oracle.shapley_values(journeys)
    for model, effects in expected.items():
        mine = rows.filter(model=model)
        if not any(effect > 0 for effect in effects.values()):
            assert mine.is_empty()
            continue
        found = dict(mine.select("channel", "effect").iter_rows())
        assert found == pytest.approx({name: float(effect) for name, effect in effects.items()}, abs=1e-9)
        assert mine["credit_micros"].sum() == 1_000_000
        assert set(mine["journeys"]) == {len(journeys)}
        assert set(mine["conversions"]) == {sum(converted for _, converted in journeys)}


def test_people_materialize_a_month(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through Dagster; again replaces it by the same numbers, and other months stay."""
    monkeypatch.setenv("ADVERTISEX_LAKE", lake.root)
    settings.cache_clear()
    try:
        for key in ("2026-02-01", "2026-03-01", "2026-03-01"):
            with DagsterInstance.ephemeral() as instance:
                resources = {"world": World()}
                done = materialize(
                    [data_driven_asset()], instance=instance, partition_key=key, resources=resources
                )
            assert done.success
    finally:
        settings.cache_clear()
    rows = lake.open(DATA_DRIVEN).scan().collect()
    assert rows["training_month"].unique().to_list() == [MONTH]
    assert rows.sort(DATA_DRIVEN.grain_columns).equals(train_month(lake, MONTH, run()).rows)


def test_shares_that_are_not_whole_are_held(lake: Lake) -> None:
    """One micro-credit too few stops the commit."""
    rows = train_month(lake, MONTH, run()).rows
    short = rows.with_columns(pl.col("credit_micros") - (pl.int_range(pl.len()) == 0).cast(pl.Int64))
    with pytest.raises(HeldBatchError, match=r"1,000,000"):
        hold_unless_true(DATA_DRIVEN, short, Batch([MONTH], {}, {}), (shares_are_whole,))
