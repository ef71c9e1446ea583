"""A bot with endless touches costs what its rows cost, and is credited as anyone else."""

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.transforms.attribution.attribute import attribute
from advertisex_assets.transforms.attribution.candidates import candidates
from advertisex_assets.transforms.attribution.crowds import crowded_conversions
from tests.oracles import attribution as oracle
from tests.transforms.attribution.engines import on_duckdb, on_polars, sorted_rows
from tests.transforms.attribution.journeys import (
    DAY_US,
    START_US,
    conversion_frame,
    conversion_rows,
    touch_frame,
    touch_rows,
)

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
CAPS = st.sampled_from([1, 2, 3, 50])


@relaxed
@given(touches=touch_rows(30), conversions=conversion_rows(), touch_cap=CAPS)
def test_crowds_are_credited_as_anyone(touches: list, conversions: list, touch_cap: int) -> None:
    """Pairs made by counting give what brute force gives."""
    result = on_polars(
        lambda touches, conversions: attribute(touches, conversions, touch_cap, crowded=True),
        touches=touch_frame(touches),
        conversions=conversion_frame(conversions),
    )
    assert sorted_rows(result.to_dicts()) == sorted_rows(oracle.attribute(touches, conversions, touch_cap))


@settings(relaxed, max_examples=3)
@given(touches=touch_rows(40, 20), conversions=conversion_rows(10, 5))
def test_engines_agree(touches: list, conversions: list) -> None:
    """DuckDB makes the same pairs."""
    frames = {"touches": touch_frame(touches), "conversions": conversion_frame(conversions)}
    one, other = (
        engine(lambda touches, conversions: candidates(touches, conversions, 3), **frames)
        for engine in (on_polars, on_duckdb)
    )
    assert one.schema == other.schema
    assert one.sort(pl.all(), nulls_last=True).equals(other.sort(pl.all(), nulls_last=True))


@relaxed
@given(touches=touch_rows(30), conversions=conversion_rows(8), most=st.integers(1, 20))
def test_crowds_are_found(touches: list, conversions: list, most: int) -> None:
    """By counting every pair that shares a key."""
    expected = set()
    for key in ("click_id", "impression_id", "user_id"):
        for one in conversions:
            asked = sum(other[key] == one[key] for other in conversions)
            if one[key] is not None and asked * sum(t[key] == one[key] for t in touches) > most:
                expected.add(one["conversion_id"])
    found = on_polars(
        lambda touches, conversions: crowded_conversions(touches, conversions, most),
        touches=touch_frame(touches),
        conversions=conversion_frame(conversions),
    )
    assert set(found["conversion_id"]) == expected


def test_a_million_touches_make_few_pairs() -> None:
    """Of one bot with 300,000 touches and 1,000 conversions: some hundred pairs each, not 300 million."""
    count, asked, cap = 300_000, 1_000, 50
    at = START_US + pl.int_range(count, dtype=pl.Int64) * (DAY_US // count)
    row = {"touch_type": "view", "user_id": "bot", "advertiser_id": "a1", "campaign_id": "c1"}
    touches = pl.select(
        touch_id=pl.format("t{}", pl.int_range(count)), event_at=at, **{k: pl.lit(v) for k, v in row.items()}
    )
    absent = [name for name in touch_frame([]).columns if name not in touches.columns]
    touches = touches.with_columns(pl.lit(None, touch_frame([]).schema[name]).alias(name) for name in absent)
    sale = {"user_id": "bot", "advertiser_id": "a1", "click_window_us": DAY_US, "view_window_us": DAY_US}
    sales = [sale | {"conversion_id": f"v{n}", "event_at": START_US + DAY_US // 2 + n} for n in range(asked)]
    pairs = on_polars(
        lambda touches, conversions: candidates(touches, conversions, cap + 1),
        touches=touches,
        conversions=conversion_frame(sales),
    )
    per_conversion = pairs.filter(pl.col("link") == 0).group_by("conversion_id").len()["len"]
    assert per_conversion.len() == asked
    assert cap < per_conversion.min() <= per_conversion.max() <= 4 * (cap + 1)
