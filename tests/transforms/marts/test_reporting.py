"""Days of an advertiser's time zone are what a clock there shows, also when they have 23 or 25 hours."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.gold.calendars import local_days
from advertisex_assets.transforms.marts.reporting import reporting_daily
from schemas.discover import declared_spend
from schemas.tables.gold import CAMPAIGN_REPORTING_DAILY
from tests.oracles import marts_performance, marts_reporting
from tests.transforms.marts.events import ENGINES, INVALID, NO_RATES, all_kinds, frame

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=20)
few = settings(relaxed, max_examples=3)

Kinds = dict[str, list[dict[str, Any]]]
CLOCKS_CHANGE = (
    datetime(2026, 3, 7, tzinfo=UTC),
    datetime(2026, 3, 28, tzinfo=UTC),
    datetime(2026, 10, 24, tzinfo=UTC),
)
"""Days before New York's and Berlin's clocks go forward, and before Berlin's go back."""

starts = st.sampled_from([int(day.timestamp()) * 1_000_000 for day in CLOCKS_CHANGE])
GRAIN = list(CAMPAIGN_REPORTING_DAILY.grain_columns)


def days_around(kinds: Kinds) -> list[date]:
    """Every local date that the rows can fall on."""
    dates = {row["event_date"] for rows in kinds.values() for row in rows} or {date(2026, 3, 7)}
    first, last = min(dates) - timedelta(days=1), max(dates) + timedelta(days=1)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def check(engine: str, kinds: Kinds) -> None:
    """The mart against the oracle."""
    frames = {kind: frame(kind, rows) for kind, rows in kinds.items()} | {
        "invalid_traffic": pl.DataFrame(schema=INVALID)
    }
    result = ENGINES[engine](
        reporting_daily(declared_spend()), **frames, local_days=local_days(days_around(kinds)), exchange_rates=NO_RATES
    )
    local = {kind: [marts_reporting.in_local_time(row) for row in rows] for kind, rows in kinds.items()}
    expected = marts_performance.performance(local, [], GRAIN)
    found = {tuple(row[name] for name in GRAIN): row for row in result.to_dicts()}
    assert found.keys() == expected.keys()
    names = (
        "impressions",
        "clicks",
        "conversions",
        "engagements",
        "spend_micros",
        "revenue_micros",
        "currency",
    )
    for key, wanted in expected.items():
        assert {name: found[key][name] for name in names} == {name: wanted[name] for name in names}


@relaxed
@given(kinds=starts.flatmap(all_kinds))
def test_local_days_are_what_clocks_show(kinds: Kinds) -> None:
    """Every row lands on one local day, the one that the standard library tells."""
    check("polars", kinds)


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "polars"])
@few
@given(kinds=starts.flatmap(all_kinds))
def test_on_other_engines(engine: str, kinds: Kinds) -> None:
    """The same elsewhere, since no engine converts a time zone."""
    check(engine, kinds)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Asia/Kolkata", date(2026, 3, 29), 24),
        ("Pacific/Apia", date(2011, 12, 30), 0),
    ],
)
def test_lengths_of_days(zone: str, day: date, hours: float) -> None:
    """Short, long, half-hour and skipped days."""
    spans = local_days([day]).filter(reporting_zone=zone)
    assert (spans["to_us"] - spans["from_us"]).sum() == hours * 3_600_000_000
