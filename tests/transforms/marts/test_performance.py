"""The performance marts count every silver row once, and every rate is its numerator over its denominator."""

import math
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from advertisex_assets.transforms.marts.performance import performance, rolled_up
from schemas.discover import declared_spend
from schemas.tables import gold
from schemas.tables.gold.performance import COUNTS
from schemas.tables.table import Table
from tests.oracles import marts_performance as oracle
from tests.transforms.marts.events import ENGINES, NO_RATES, frame, judged_kinds

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=20)
# DuckDB opens a database per example: slow for hypothesis, not for us.
few = settings(relaxed, max_examples=5)

TABLES = (gold.CAMPAIGN_DAILY, gold.CAMPAIGN_HOURLY, gold.CREATIVE_DAILY, gold.WEBSITE_DAILY)
Rows = tuple[dict[str, list[dict[str, Any]]], pl.DataFrame]


def computed(engine: str, table: Table, rows: Rows) -> pl.DataFrame:
    """The mart on an engine."""
    kinds, invalid = rows
    frames = {kind: frame(kind, events) for kind, events in kinds.items()}
    mart = performance(table, declared_spend())
    return ENGINES[engine](mart, **frames, invalid_traffic=invalid, exchange_rates=NO_RATES)


def close(value: float | None, exact: Fraction | None) -> bool:
    """A rate may differ from the exact one by float rounding alone."""
    if value is None or exact is None:
        return value is None and exact is None
    return math.isclose(value, exact, rel_tol=1e-12)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@relaxed
@given(rows=judged_kinds())
def test_equals_the_oracle(table: Table, rows: Rows) -> None:
    """Every row and column; rates are null where there is nothing to divide by."""
    result = computed("polars", table, rows).to_dicts()
    kinds, invalid = rows
    expected = oracle.performance(kinds, invalid.to_dicts(), list(table.grain_columns))
    found = {tuple(row[name] for name in table.grain_columns): row for row in result}
    assert len(result) == len(found)
    assert found.keys() == expected.keys()
    for key, wanted in expected.items():
        exact = {name for name in wanted if name not in oracle.RATES}
        assert {name: found[key][name] for name in exact} == {name: wanted[name] for name in exact}
        assert all(close(found[key][name], wanted[name]) for name in oracle.RATES), (found[key], wanted)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@few
@given(rows=judged_kinds())
def test_engines_agree(table: Table, rows: Rows) -> None:
    """The same columns, types and values on every engine, floats to the last bit."""
    one, *others = (computed(engine, table, rows).sort(table.grain_columns) for engine in ENGINES)
    assert all(other.equals(one) and other.schema == one.schema for other in others)


@relaxed
@given(rows=judged_kinds())
def test_hours_add_up_to_days(rows: Rows) -> None:
    """Counts of a day are the sums of its hours; so is its money, where the hours share the day's currency."""
    days = computed("polars", gold.CAMPAIGN_DAILY, rows)
    hours = computed("polars", gold.CAMPAIGN_HOURLY, rows)
    counted = [column.name for column in COUNTS] + ["money_rows"]
    key = ["event_date", "campaign_id"]
    assert (
        hours.group_by(key).agg(pl.col(counted).sum()).sort(key).equals(days.select(key + counted).sort(key))
    )
    same = hours.join(days.select(*key, pl.col("currency")), on=[*key, "currency"], nulls_equal=True)
    money = same.group_by(key).agg(pl.col("spend_micros", "revenue_micros").sum()).sort(key)
    assert money.equals(days.select(money.columns).sort(key))


@few
@given(rows=judged_kinds())
def test_types_are_the_contract(rows: Rows) -> None:
    """Columns and types are the table's, whatever the rows."""
    for table in TABLES:
        assert dict(computed("polars", table, rows).schema) == table.schema


@relaxed
@given(rows=judged_kinds())
def test_days_rolled_up_from_hours_are_the_same(rows: Rows) -> None:
    """To the last bit, whatever currencies the hours have."""
    direct = computed("polars", gold.CAMPAIGN_DAILY, rows)
    rolled = ENGINES["polars"](rolled_up, campaign_hourly=computed("polars", gold.CAMPAIGN_HOURLY, rows))
    assert rolled.sort(gold.CAMPAIGN_DAILY.grain_columns).equals(
        direct.sort(gold.CAMPAIGN_DAILY.grain_columns)
    )


@few
@given(rows=judged_kinds())
def test_rolling_up_on_other_engines(rows: Rows) -> None:
    """The same everywhere."""
    hours = computed("polars", gold.CAMPAIGN_HOURLY, rows)
    one, *others = (
        ENGINES[engine](rolled_up, campaign_hourly=hours).sort(gold.CAMPAIGN_DAILY.grain_columns)
        for engine in ENGINES
    )
    assert all(other.equals(one) for other in others)
