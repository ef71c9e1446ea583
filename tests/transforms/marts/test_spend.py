"""Where spend counts billing notices, marts count them and no price of an impression, at every grain."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.transforms.marts.performance import performance, rolled_up
from schemas.feeds.auction_outcomes import BILLING
from schemas.spend import Spend
from schemas.tables import gold
from schemas.tables.table import Table
from schemas.types.price import PriceBasis
from tests.oracles import marts_performance as oracle
from tests.transforms.marts.events import ENGINES, NO_RATES, START_US, frame, judged_kinds

BILLED = Spend("auction_outcomes", "clearing_micros", PriceBasis.CPM, where=("outcome", BILLING))
HOUR_US = 3_600_000_000
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=25)
TABLES = (gold.CAMPAIGN_HOURLY, gold.CREATIVE_DAILY, gold.WEBSITE_DAILY)
Rows = list[dict[str, Any]]


@st.composite
def outcomes(draw: st.DrawFn) -> Rows:
    """Bids, wins and billing notices, some without a price, some of halves of a micro."""
    made = []
    for n in range(draw(st.integers(0, 12))):
        event_at = START_US + draw(st.integers(0, 71)) * HOUR_US
        made.append(
            {
                "event_id": f"o{n}",
                "event_at": event_at,
                "event_date": datetime.fromtimestamp(event_at / 10**6, UTC).date() + timedelta(0),
                "campaign_id": draw(st.sampled_from(["c1", "c3"])),
                "creative_id": "k1",
                "website": draw(st.sampled_from(["w1", None])),
                "outcome": draw(st.sampled_from(["bid", "win", BILLING, BILLING])),
                "clearing_micros": draw(st.sampled_from([None, 0, 499, 500, 1_500, 2_345_678])),
                "currency": draw(st.sampled_from(["USD", "EUR"])),
            }
        )
    return made


def computed(engine: str, table: Table, kinds: dict[str, Rows], invalid: pl.DataFrame) -> pl.DataFrame:
    """The mart on an engine."""
    frames = {name: frame(name, rows) for name, rows in kinds.items()}
    frames["spend_events"] = frames.pop("auction_outcomes")
    return ENGINES[engine](performance(table, BILLED), **frames, invalid_traffic=invalid, exchange_rates=NO_RATES)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@relaxed
@given(judged=judged_kinds(), notices=outcomes())
def test_equals_the_oracle(table: Table, judged: tuple[dict[str, Rows], pl.DataFrame], notices: Rows) -> None:
    """Every count and amount; a thousandth of each notice, in whole micros."""
    kinds, invalid = judged
    every = kinds | {"auction_outcomes": notices}
    result = computed("polars", table, every, invalid)
    expected = oracle.performance(every, invalid.to_dicts(), list(table.grain_columns))
    # Bids and wins alone make no row of a mart: the oracle's groups of them count nothing.
    expected = {key: row for key, row in expected.items() if any(row[name] for name in oracle_counts(row))}
    found = {tuple(row[name] for name in table.grain_columns): row for row in result.to_dicts()}
    for key, wanted in expected.items():
        exact = {name for name in wanted if name not in oracle.RATES}
        assert {name: found[key][name] for name in exact} == {name: wanted[name] for name in exact}
    assert result["spend_micros"].sum() == sum(row["spend_micros"] for row in expected.values())


def oracle_counts(row: dict[str, Any]) -> list[str]:
    """The columns of a row that count something."""
    return [name for name, value in row.items() if isinstance(value, int)]


@settings(relaxed, max_examples=4)
@given(judged=judged_kinds(), notices=outcomes())
def test_engines_agree_and_days_are_their_hours(
    judged: tuple[dict[str, Rows], pl.DataFrame], notices: Rows
) -> None:
    """DuckDB gives the same, and so does adding up hours."""
    kinds, invalid = judged
    every = kinds | {"auction_outcomes": notices}
    hours, elsewhere = (
        computed(engine, gold.CAMPAIGN_HOURLY, every, invalid).sort(gold.CAMPAIGN_HOURLY.grain_columns)
        for engine in ENGINES
    )
    assert hours.equals(elsewhere)
    days = ENGINES["polars"](rolled_up, campaign_hourly=hours).sort(gold.CAMPAIGN_DAILY.grain_columns)
    direct = computed("polars", gold.CAMPAIGN_DAILY, every, invalid).sort(gold.CAMPAIGN_DAILY.grain_columns)
    assert days.equals(direct)
