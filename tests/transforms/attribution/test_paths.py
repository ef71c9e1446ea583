"""Conversion paths are the touches that the credit is spread over, in order."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.transforms.attribution.paths import conversion_paths
from tests.oracles import attribution as oracle
from tests.transforms.attribution.engines import Engine, on_duckdb, on_polars, sorted_rows
from tests.transforms.attribution.journeys import conversion_frame, conversion_rows, touch_frame, touch_rows

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
CAPS = st.sampled_from([1, 2, 5])
DIMENSIONS = st.sampled_from(["campaign_id", "creative_id", "website"])


@relaxed
@given(touches=touch_rows(), conversions=conversion_rows(), dimension=DIMENSIONS, touch_cap=CAPS)
def test_polars_equals_brute_force(touches: list, conversions: list, dimension: str, touch_cap: int) -> None:
    """Path, length, time to convert, revenue and the cap mark of every conversion."""
    _assert_equals_brute_force(on_polars, touches, conversions, dimension, touch_cap)


@settings(relaxed, max_examples=4)
@given(touches=touch_rows(40, 10), conversions=conversion_rows(20, 5), dimension=DIMENSIONS, touch_cap=CAPS)
def test_duckdb_equals_brute_force(touches: list, conversions: list, dimension: str, touch_cap: int) -> None:
    """The same on DuckDB."""
    _assert_equals_brute_force(on_duckdb, touches, conversions, dimension, touch_cap)


def _assert_equals_brute_force(
    engine: Engine, touches: list, conversions: list, dimension: str, touch_cap: int
) -> None:
    result = engine(
        lambda touches, conversions: conversion_paths(touches, conversions, dimension, touch_cap),
        touches=touch_frame(touches),
        conversions=conversion_frame(conversions),
    )
    expected = oracle.paths(touches, conversions, dimension, touch_cap)
    assert sorted_rows(result.to_dicts()) == sorted_rows(expected)
