"""The journeys that train data-driven models, and the rows that come out, are right end to end."""

from collections import defaultdict

import narwhals.stable.v2 as nw
import pytest
from hypothesis import HealthCheck, given, settings

from advertisex_assets.transforms.attribution.data_driven.journeys import journey_steps
from advertisex_assets.transforms.attribution.data_driven.train import data_driven_rows
from tests.oracles import attribution
from tests.oracles import data_driven as oracle
from tests.transforms.attribution.engines import Engine, on_duckdb, on_polars
from tests.transforms.attribution.journeys import conversion_frame, conversion_rows, touch_frame, touch_rows

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
CAP = 4


def _expected(touches: list, conversions: list, dimension: str) -> list[tuple[tuple[str, ...], bool]]:
    """Converted journeys by conversion, then what no conversion could use by user and advertiser."""
    found, used = [], set()
    for conversion in conversions:
        used |= {(t["touch_type"], t["touch_id"]) for t in attribution.candidates(touches, conversion)}
        found.append((attribution.competing(touches, conversion)[1], True))
    unused = defaultdict(list)
    for touch in sorted(touches, key=lambda t: (t["event_at"], t["touch_id"].encode(), t["touch_type"])):
        if touch["user_id"] and (touch["touch_type"], touch["touch_id"]) not in used:
            unused[touch["user_id"], touch["advertiser_id"]].append(touch)
    found += [(path, False) for path in unused.values()]
    return [
        (tuple(t[dimension] or "(unknown)" for t in path[-CAP:]), converted)
        for path, converted in found
        if path
    ]


def _assert_journeys(engine: Engine, touches: list, conversions: list) -> None:
    rows = engine(
        lambda touches, conversions: journey_steps(touches, conversions, "website", CAP),
        touches=touch_frame(touches),
        conversions=conversion_frame(conversions),
    )
    journeys = defaultdict(list)
    for row in sorted(rows.to_dicts(), key=lambda row: (row["journey_id"], row["position"])):
        journeys[row["journey_id"]].append(row)
    for steps in journeys.values():
        assert [step["position"] for step in steps] == list(range(1, steps[0]["length"] + 1))
    actual = [
        (tuple(s["channel"] for s in steps), bool(steps[0]["converted"])) for steps in journeys.values()
    ]
    assert sorted(actual) == sorted(_expected(touches, conversions, "website"))


@relaxed
@given(touches=touch_rows(), conversions=conversion_rows())
def test_polars_journeys(touches: list, conversions: list) -> None:
    """Every journey, its steps in order, numbered from 1 to its length."""
    _assert_journeys(on_polars, touches, conversions)


@settings(relaxed, max_examples=4)
@given(touches=touch_rows(40, 10), conversions=conversion_rows(20, 5))
def test_duckdb_journeys(touches: list, conversions: list) -> None:
    """The same on DuckDB."""
    _assert_journeys(on_duckdb, touches, conversions)


@settings(relaxed, max_examples=30)
@given(touches=touch_rows(25, 4), conversions=conversion_rows(8, 1))
def test_rows_equal_the_definitions(touches: list, conversions: list) -> None:
    """Effects of gold.data_driven from raw touches, for each order and for Shapley."""
    lazy = (nw.from_native(frame.lazy()) for frame in (touch_frame(touches), conversion_frame(conversions)))
    rows = data_driven_rows(*lazy, dimension="campaign_id", seed=0, touch_cap=CAP)
    journeys = _expected(touches, conversions, "campaign_id")
    expected = {f"markov_{order}": oracle.removal_effects(journeys, order) for order in (1, 2, 3)}
    expected["shapley"] = oracle.shapley_values(journeys)
    for model, effects in expected.items():
        mine = {row["channel"]: row for row in rows if row["model"] == model}
        if not any(effect > 0 for effect in effects.values()):
            assert mine == {}
            continue
        assert {name: row["effect"] for name, row in mine.items()} == pytest.approx(
            {name: float(effect) for name, effect in effects.items()}, abs=1e-9
        )
        assert sum(row["credit_micros"] for row in mine.values()) == 1_000_000
