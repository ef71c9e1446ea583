"""A late row redoes every conversion that it changes, and none that it cannot reach."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.transforms.attribution.affected import (
    affected_by_conversions,
    affected_by_touches,
    reachable_conversions_us,
    reaching_touches_us,
)
from tests.oracles import attribution as oracle
from tests.transforms.attribution.engines import on_duckdb, on_polars
from tests.transforms.attribution.journeys import (
    DAY_US,
    conversion_frame,
    conversion_rows,
    touch_frame,
    touch_rows,
)

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=80)
Rows = set[tuple[Any, ...]]


def _rows(rows: list[dict], ids: set[str]) -> Rows:
    columns = ("event_date", "user_bucket", "conversion_id")
    return {tuple(row[name] for name in columns) for row in rows if row["conversion_id"] in ids}


def _changed(before: list[dict], after: list[dict]) -> set[str]:
    """Conversions whose rows differ between two full runs."""
    as_sets = [{tuple(row.items()) for row in rows} for rows in (before, after)]
    return {dict(row)["conversion_id"] for row in as_sets[0] ^ as_sets[1]}


@relaxed
@given(touches=touch_rows(), conversions=conversion_rows(), late=st.integers(0, 3))
def test_late_touches(touches: list, conversions: list, late: int) -> None:
    """A full run with the late touches differs from one without only inside the affected conversions."""
    changed = _changed(oracle.attribute(touches[late:], conversions), oracle.attribute(touches, conversions))
    reached = {c["conversion_id"] for c in conversions if oracle.candidates(touches[:late], c)}
    frames = {"late_touches": touch_frame(touches[:late]), "conversions": conversion_frame(conversions)}
    affected = set(on_polars(affected_by_touches, **frames).rows())
    assert affected == _rows(conversions, reached)
    assert affected >= _rows(conversions, changed)


@relaxed
@given(touches=touch_rows(), conversions=conversion_rows(), late=st.integers(0, 2))
def test_late_conversions(touches: list, conversions: list, late: int) -> None:
    """A late conversion changes itself, and no other conversion."""
    changed = _changed(oracle.attribute(touches, conversions[late:]), oracle.attribute(touches, conversions))
    affected = set(
        on_polars(affected_by_conversions, late_conversions=conversion_frame(conversions[:late])).rows()
    )
    assert affected == _rows(conversions, changed)


@settings(relaxed, max_examples=4)
@given(touches=touch_rows(20, 5), conversions=conversion_rows(10, 5))
def test_engines_agree(touches: list, conversions: list) -> None:
    """DuckDB names the same conversions."""
    frames = {"late_touches": touch_frame(touches), "conversions": conversion_frame(conversions)}
    one, other = (engine(affected_by_touches, **frames) for engine in (on_polars, on_duckdb))
    assert one.schema == other.schema
    assert set(one.rows()) == set(other.rows())


@relaxed
@given(touches=touch_rows(), conversions=conversion_rows())
def test_scan_ranges_leave_nothing_out(touches: list, conversions: list) -> None:
    """Pruned by time, nothing that pairs is lost."""
    for conversion in conversions:
        at = conversion["event_at"]
        for touch in oracle.candidates(touches, conversion):
            first, last = reachable_conversions_us(touch["event_at"], touch["event_at"], 30 * DAY_US)
            assert first <= at <= last
            first, last = reaching_touches_us(at, at, 30 * DAY_US)
            assert first <= touch["event_at"] <= last
