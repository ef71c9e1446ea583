"""Every rule finds what its sentence says, on every engine, and each invalid event counts once."""

import polars as pl
from hypothesis import given, settings

from advertisex_assets.transforms.invalid_traffic import broken_rules, by_event
from schemas.invalid_traffic import RULES
from tests.oracles import invalid_traffic as oracle
from tests.transforms.attribution.engines import Engine, on_duckdb, on_polars
from tests.transforms.invalid_traffic.events import (
    CLICKS,
    CONVERSIONS,
    IMPRESSIONS,
    LIMITS,
    PLAIN_LIMITS,
    Row,
    frames,
)


@settings(deadline=None, max_examples=120)
@given(IMPRESSIONS, CLICKS, CONVERSIONS)
def test_polars_finds_what_comparing_all_with_all_finds(
    impressions: list[Row], clicks: list[Row], conversions: list[Row]
) -> None:
    _assert_equals_oracle(on_polars, impressions, clicks, conversions)


@settings(deadline=None, max_examples=8)
@given(IMPRESSIONS, CLICKS, CONVERSIONS)
def test_duckdb_finds_the_same(impressions: list[Row], clicks: list[Row], conversions: list[Row]) -> None:
    _assert_equals_oracle(on_duckdb, impressions, clicks, conversions)


@settings(deadline=None, max_examples=60)
@given(IMPRESSIONS, CLICKS, CONVERSIONS)
def test_each_invalid_event_has_one_first_reason_among_all_of_its_reasons(
    impressions: list[Row], clicks: list[Row], conversions: list[Row]
) -> None:
    """So the counts by first reason add up to the invalid events."""
    found = _found(on_polars, impressions, clicks, conversions)
    events = by_event(found)
    assert events.select("event_date", "table", "event_id").is_duplicated().sum() == 0
    order = [rule.code for rule in RULES]
    for row in events.to_dicts():
        mine = found.filter(event_date=row["event_date"], table=row["table"], event_id=row["event_id"])
        assert row["reasons"] == sorted(set(mine["code"]), key=order.index)
        assert row["reason"] == row["reasons"][0]
        assert row["rule_versions"] == [f"{code}/1" for code in row["reasons"]]
    assert set(events["event_id"]) == set(found["event_id"])


def _found(engine: Engine, impressions: list[Row], clicks: list[Row], conversions: list[Row]) -> pl.DataFrame:
    tables = frames(impressions, clicks, conversions)
    return engine(lambda **lazy: broken_rules(**lazy, limits=LIMITS), **tables)


def _assert_equals_oracle(
    engine: Engine, impressions: list[Row], clicks: list[Row], conversions: list[Row]
) -> None:
    found = _found(engine, impressions, clicks, conversions).select("table", "event_id", "code").rows()
    assert set(found) == oracle.broken_rules(impressions, clicks, conversions, PLAIN_LIMITS)
