"""Attribution is exact: brute force agrees to the micro on every engine, whatever the order of the rows."""

import random
from collections import defaultdict

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.transforms.attribution.attribute import attribute
from advertisex_assets.transforms.attribution.models import WEIGHTS
from tests.oracles import attribution as oracle
from tests.transforms.attribution.engines import Engine, on_duckdb, on_polars, sorted_rows
from tests.transforms.attribution.journeys import conversion_frame, conversion_rows, touch_frame, touch_rows

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
# DuckDB takes about a second to bind the plan, whatever the rows: few examples, with many rows each.
few = settings(relaxed, max_examples=8)
CAPS = st.sampled_from([1, 2, 3, 50])


@relaxed
@given(touches=touch_rows(), conversions=conversion_rows(), touch_cap=CAPS)
def test_polars_equals_brute_force(touches: list, conversions: list, touch_cap: int) -> None:
    """Every row of every model, to the micro-credit and the micro of revenue."""
    _assert_equals_brute_force(on_polars, touches, conversions, touch_cap)


@few
@given(touches=touch_rows(40, 10), conversions=conversion_rows(20, 5), touch_cap=CAPS)
def test_duckdb_equals_brute_force(touches: list, conversions: list, touch_cap: int) -> None:
    """The same on DuckDB."""
    _assert_equals_brute_force(on_duckdb, touches, conversions, touch_cap)


def _assert_equals_brute_force(engine: Engine, touches: list, conversions: list, touch_cap: int) -> None:
    result = engine(
        lambda touches, conversions: attribute(touches, conversions, touch_cap),
        touches=touch_frame(touches),
        conversions=conversion_frame(conversions),
    )
    assert sorted_rows(result.to_dicts()) == sorted_rows(oracle.attribute(touches, conversions, touch_cap))


@relaxed
@given(touches=touch_rows(), conversions=conversion_rows())
def test_credit_and_revenue_are_conserved(touches: list, conversions: list) -> None:
    """Per conversion and model: credit sums to 1,000,000, revenue to the conversion's, in all models."""
    rows = on_polars(
        attribute, touches=touch_frame(touches), conversions=conversion_frame(conversions)
    ).to_dicts()
    credit, revenue = defaultdict(int), defaultdict(int)
    for row in rows:
        credit[row["conversion_id"], row["model"]] += row["credit_micros"]
        revenue[row["conversion_id"], row["model"]] += row["revenue_micros"] or 0
    expected = {
        (c["conversion_id"], model): c["revenue_micros"] or 0 for c in conversions for model in WEIGHTS
    }
    assert revenue == expected
    assert set(credit) == set(expected) and set(credit.values()) <= {1_000_000}


@relaxed
@given(touches=touch_rows(max_size=25), conversions=conversion_rows(), seed=st.integers(0, 2**32))
def test_row_order_changes_nothing(touches: list, conversions: list, seed: int) -> None:
    """Shuffled input, the same rows."""
    shuffle = random.Random(seed).shuffle
    before = on_polars(attribute, touches=touch_frame(touches), conversions=conversion_frame(conversions))
    shuffle(touches), shuffle(conversions)
    after = on_polars(attribute, touches=touch_frame(touches), conversions=conversion_frame(conversions))
    assert sorted_rows(before.to_dicts()) == sorted_rows(after.to_dicts())


@few
@given(touches=touch_rows(40, 10), conversions=conversion_rows(20, 5))
def test_engines_agree_to_the_type(touches: list, conversions: list) -> None:
    """Polars and DuckDB give the same columns, types and values."""
    frames = {"touches": touch_frame(touches), "conversions": conversion_frame(conversions)}
    one, other = (engine(attribute, **frames) for engine in (on_polars, on_duckdb))
    assert one.schema == other.schema
    assert one.sort(pl.all(), nulls_last=True).equals(other.sort(pl.all(), nulls_last=True))
