"""Refunds, restatements and retractions change the conversion that they name, on its own date."""

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.transforms.attribution.adjustments import adjusted_conversions, orphan_adjustments
from tests.oracles import adjustments as oracle
from tests.transforms.attribution.engines import Engine, on_duckdb, on_polars, sorted_rows
from tests.transforms.attribution.journeys import CONVERSIONS, START_US, conversion_frame, conversion_rows

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
SCHEMA = {
    "adjustment_id": pl.String(), "conversion_id": pl.String(), "event_at": pl.Int64(),
    "adjustment_type": pl.String(), "value_micros": pl.Int64(),
}  # fmt: skip


def _adjustment(name: str, conversion: str, at: int, kind: str, value: int) -> dict:
    return dict(
        zip(SCHEMA, (name, conversion, at, kind, None if kind == "retraction" else value), strict=True)
    )


adjustment_rows = st.lists(
    st.builds(
        _adjustment,
        st.uuids().map(str),
        st.sampled_from(["v0", "v1", "v2", "nobody"]),
        st.integers(START_US, START_US + 3),
        # Retractions end a conversion, so they are the rarer draw.
        st.sampled_from(["refund"] * 4 + ["restatement"] * 3 + ["retraction"]),
        st.integers(-(10**12), 10**12),
    ),
    max_size=12,
)


@relaxed
@given(conversions=conversion_rows(), adjustments=adjustment_rows)
def test_polars_equals_one_at_a_time(conversions: list, adjustments: list) -> None:
    """The same as applying each adjustment in time order."""
    _assert_equals_one_at_a_time(on_polars, conversions, adjustments)


@settings(relaxed, max_examples=8)
@given(conversions=conversion_rows(min_size=3), adjustments=adjustment_rows)
def test_duckdb_equals_one_at_a_time(conversions: list, adjustments: list) -> None:
    """The same on DuckDB."""
    _assert_equals_one_at_a_time(on_duckdb, conversions, adjustments)


def _assert_equals_one_at_a_time(engine: Engine, conversions: list, adjustments: list) -> None:
    frames = {
        "conversions": conversion_frame(conversions),
        "adjustments": pl.DataFrame(adjustments, schema=SCHEMA),
    }
    result = engine(adjusted_conversions, **frames)
    assert set(result.columns) == set(CONVERSIONS)
    expected = oracle.adjusted(conversions, adjustments)
    assert sorted_rows(result.to_dicts()) == sorted_rows(expected)
    orphans = engine(orphan_adjustments, **frames)
    known = {conversion["conversion_id"] for conversion in conversions}
    lost = [a for a in adjustments if a["conversion_id"] not in known]
    assert sorted_rows(orphans.to_dicts()) == sorted_rows(lost)


@pytest.mark.parametrize(
    ("changes", "revenue"),
    [
        ([("refund", -30)], 70),
        ([("restatement", 40)], 40),
        ([("refund", -30), ("restatement", 40), ("refund", -5)], 35),
        ([("refund", -130)], -30),
        ([("retraction", 0)], None),
    ],
)
def test_worked_example(changes: list[tuple[str, int]], revenue: int | None) -> None:
    """Google Ads, conversion adjustments: a restatement sets the value, a retraction undoes."""
    rows = [_adjustment(str(n), "v", START_US + n, kind, value) for n, (kind, value) in enumerate(changes)]
    conversions = conversion_frame([{"conversion_id": "v", "revenue_micros": 100}])
    frames = {"conversions": conversions, "adjustments": pl.DataFrame(rows, schema=SCHEMA)}
    result = on_polars(adjusted_conversions, **frames)
    assert result["revenue_micros"].to_list() == ([] if revenue is None else [revenue])
