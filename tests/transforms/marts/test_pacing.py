"""Pacing compares spend so far with an even spread of the budget, by the campaign's version of that day."""

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.gold.calendars import flight_days
from advertisex_assets.transforms.marts.pacing import LONGEST_FLIGHT_DAYS, pacing
from schemas.tables.gold import CAMPAIGN_REPORTING_DAILY
from schemas.tables.reference import CAMPAIGNS
from tests.oracles import marts_reporting as oracle
from tests.transforms.marts.events import ENGINES, NO_RATES

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=30)
few = settings(relaxed, max_examples=4)

FIRST = date(2026, 3, 1)
WANTED = [FIRST + timedelta(days=n) for n in range(4, 7)]
days = st.integers(0, 12).map(lambda n: FIRST + timedelta(days=n))
RATES = ("pacing", "budget_used")
Row = dict[str, Any]

spends = st.lists(
    st.fixed_dictionaries(
        {
            "campaign_id": st.sampled_from(["c1", "c2"]),
            "reporting_date": days,
            "reporting_zone": st.sampled_from(["UTC", "Asia/Tokyo"]),
            "currency": st.sampled_from(["USD", "EUR"]),
            "spend_micros": st.sampled_from([0, 1, 10**9]),
        }
    ),
    max_size=15,
    unique_by=lambda row: (row["campaign_id"], row["reporting_date"], row["reporting_zone"]),
)


@st.composite
def campaigns(draw: st.DrawFn) -> list[Row]:
    """Two campaigns, the first of which may change its budget in the middle of a day."""
    change = datetime(2026, 3, 6, draw(st.sampled_from([0, 9])), tzinfo=UTC)
    return [
        _campaign(draw, "c1", None, change),
        _campaign(draw, "c1", change, None),
        _campaign(draw, "c2", datetime(2026, 3, 5, tzinfo=UTC), None),
    ]


def _campaign(draw: st.DrawFn, name: str, since: datetime | None, until: datetime | None) -> Row:
    start = draw(days)
    return {
        "campaign_id": name,
        "advertiser_id": "a1",
        "currency": "USD",
        "budget_micros": draw(st.sampled_from([None, 0, 10, 10**15])),
        "starts_on": draw(st.sampled_from([None, start, start])),
        "ends_on": draw(st.sampled_from([None, start, start + timedelta(days=3), start + timedelta(days=9)])),
        "valid_from": since,
        "valid_to": until,
    }


def reference(rows: list[Row]) -> pl.DataFrame:
    """As gold reads it: times as Int64 microseconds, dates as Int64 days."""
    typed = pl.DataFrame([{n: row.get(n) for n in CAMPAIGNS.schema} for row in rows], schema=CAMPAIGNS.schema)
    return typed.with_columns(
        pl.col(pl.Datetime).cast(pl.Int64), pl.col(pl.Date).cast(pl.Int32).cast(pl.Int64)
    )


def spend_frame(rows: list[Row]) -> pl.DataFrame:
    """As the reporting mart stores it."""
    schema = CAMPAIGN_REPORTING_DAILY.schema
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def check(engine: str, spend: list[Row], booked: list[Row]) -> None:
    """The mart against the oracle."""
    frames = {
        "spend": spend_frame(spend),
        "campaigns": reference(booked),
        "days": flight_days(WANTED),
        "exchange_rates": NO_RATES,
    }
    result = ENGINES[engine](pacing, **frames)
    expected = oracle.pacing(spend, booked, WANTED)
    found = {(row["reporting_date"], row["campaign_id"]): row for row in result.to_dicts()}
    assert found.keys() == expected.keys()
    assert len(found) == result.height
    for key, wanted in expected.items():
        exact = [name for name in wanted if name not in RATES]
        assert {name: found[key][name] for name in exact} == {name: wanted[name] for name in exact}
        for name in RATES:
            assert (found[key][name] is None) == (wanted[name] is None)
            assert wanted[name] is None or math.isclose(found[key][name], wanted[name], rel_tol=1e-12)


@relaxed
@given(spend=spends, booked=campaigns())
def test_equals_the_oracle(spend: list[Row], booked: list[Row]) -> None:
    """Every running campaign has a row, with or without spend."""
    check("polars", spend, booked)


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "polars"])
@few
@given(spend=spends, booked=campaigns())
def test_on_other_engines(engine: str, spend: list[Row], booked: list[Row]) -> None:
    """The same elsewhere."""
    check(engine, spend, booked)


def test_flights_beyond_reach_have_no_spend_to_date() -> None:
    """Half a sum is worse than none."""
    long_ago = WANTED[0] - timedelta(days=LONGEST_FLIGHT_DAYS + 1)
    flight = {"starts_on": long_ago, "ends_on": WANTED[-1], "budget_micros": 5, "currency": "USD"}
    booked = [{"campaign_id": "c1", "advertiser_id": "a1"} | flight]
    frames = {
        "spend": spend_frame([]),
        "campaigns": reference(booked),
        "days": flight_days(WANTED),
        "exchange_rates": NO_RATES,
    }
    result = ENGINES["polars"](pacing, **frames)
    assert result["spend_to_date_micros"].to_list() == [None] * len(WANTED) == result["pacing"].to_list()
