"""The blocking checks are silent on what attribution makes, and find every kind of damage."""

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from advertisex_assets.transforms.attribution.attribute import attribute
from advertisex_assets.transforms.attribution.invariants import misplaced, unbalanced
from tests.transforms.attribution.engines import on_duckdb, on_polars
from tests.transforms.attribution.journeys import conversion_frame, conversion_rows, touch_frame, touch_rows

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=40)
DAY_US = 86_400_000_000
TOUCHES = touch_frame(
    [
        {
            "touch_id": f"t{day}",
            "touch_type": "click",
            "event_at": day * DAY_US,
            "user_id": "u",
            "click_id": f"t{day}",
        }
        for day in (1, 2, 50)
    ]
)
CONVERSIONS = conversion_frame(
    [
        {
            "conversion_id": "v", "event_at": 31 * DAY_US, "user_id": "u", "revenue_micros": 100,
            "click_window_us": 30 * DAY_US, "view_window_us": DAY_US,
        }
    ]
)  # fmt: skip


@relaxed
@given(touches=touch_rows(), conversions=conversion_rows())
def test_silent_on_sound_rows(touches: list, conversions: list) -> None:
    """Nothing is unbalanced or misplaced in what `attribute` returns."""
    frames = {"touches": touch_frame(touches), "conversions": conversion_frame(conversions)}
    attribution = on_polars(attribute, **frames)
    assert on_polars(unbalanced, attribution=attribution, conversions=frames["conversions"]).is_empty()
    assert on_polars(misplaced, attribution=attribution, **frames).is_empty()


def _shifted(column: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda frame: frame.with_columns(pl.col(column) + (pl.int_range(pl.len()) == 0).cast(pl.Int64))


@pytest.mark.parametrize("engine", [on_polars, on_duckdb])
@pytest.mark.parametrize(
    "damage",
    [
        _shifted("credit_micros"),
        _shifted("revenue_micros"),
        lambda frame: frame.filter(pl.col("model") != "linear"),
        lambda frame: frame.with_columns(conversion_id=pl.lit("nobody")),
        lambda frame: pl.concat([frame, frame.head(1)]),
    ],
    ids=["credit", "revenue", "missing model", "unknown conversion", "doubled row"],
)
def test_damage_is_found(engine: Callable, damage: Callable) -> None:
    """Credit or revenue off by one micro, a model or conversion missing, a row doubled."""
    attribution = damage(on_polars(attribute, touches=TOUCHES, conversions=CONVERSIONS))
    assert len(engine(unbalanced, attribution=attribution, conversions=CONVERSIONS)) > 0


@pytest.mark.parametrize("engine", [on_polars, on_duckdb])
@pytest.mark.parametrize(
    "day", [0, 50, 99], ids=["before the window", "after the conversion", "unknown touch"]
)
def test_misplaced_touch_is_found(engine: Callable, day: int) -> None:
    """A touch that could not have been credited."""
    attribution = on_polars(attribute, touches=TOUCHES, conversions=CONVERSIONS)
    moved = TOUCHES.with_columns(event_at=pl.when(pl.col("touch_id") == "t1").then(0).otherwise("event_at"))
    damaged = attribution.with_columns(touch_id=pl.lit("t1" if day == 0 else f"t{day}"))
    wrong = engine(misplaced, attribution=damaged, touches=moved, conversions=CONVERSIONS)
    assert wrong.select("touch_id").unique().height == 1
