"""Restatements list every step between what was published and what is true; completeness follows arrival curves."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.transforms.marts.arrival import SETTLED_HOURS, completeness
from advertisex_assets.transforms.marts.restate import METRICS, by_metric, restatements
from schemas.tables.gold import ARRIVALS, CAMPAIGN_DAILY, PUBLISHED
from tests.oracles import marts_published as oracle
from tests.transforms.marts.events import ENGINES

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=30)
few = settings(relaxed, max_examples=4)

DAY = date(2026, 3, 2)
every_engine = pytest.mark.parametrize("engine", ENGINES)

campaigns = st.lists(
    st.fixed_dictionaries(
        {"campaign_id": st.sampled_from(["c1", "c2", "c3"])} | {name: st.integers(0, 2) for name in METRICS}
    ),
    max_size=3,
    unique_by=lambda row: row["campaign_id"],
)


def daily(rows: list[dict[str, Any]], day: date = DAY) -> pl.DataFrame:
    """Rows of campaign_daily."""
    full = [{name: (row | {"event_date": day}).get(name) for name in CAMPAIGN_DAILY.schema} for row in rows]
    return pl.DataFrame(full, schema=CAMPAIGN_DAILY.schema)


def published(revisions: list[list[dict[str, Any]]]) -> pl.DataFrame:
    """Revisions as `publish` writes them."""
    parts = [
        ENGINES["polars"](by_metric, campaign_daily=daily(rows)).with_columns(
            pl.lit(number, pl.Int64).alias("revision"), pl.lit(f"cause {number}").alias("cause")
        )
        for number, rows in enumerate(revisions, start=1)
    ]
    names = ["event_date", "revision", "campaign_id", "metric", "value", "cause"]
    return pl.concat(
        [
            pl.DataFrame(schema={n: PUBLISHED.schema[n] for n in names}),
            *(part.select(names) for part in parts),
        ]
    )


def check_steps(engine: str, revisions: list[list[dict[str, Any]]], current: list[dict[str, Any]]) -> None:
    """The mart against the oracle."""
    causes = pl.DataFrame({"event_date": [DAY], "pending_cause": ["late_data"]})
    # Another date, which nobody published, must not show.
    now = pl.concat([daily(current), daily(current, DAY + timedelta(days=1))])
    rows = ENGINES[engine](
        restatements, published=published(revisions), campaign_daily=now, causes=causes
    ).to_dicts()
    found = {
        (row["revision"], row["campaign_id"], row["metric"]): (row["before"], row["after"], row["status"])
        for row in rows
    }
    numbers = [oracle.with_totals(each, list(METRICS)) for each in revisions]
    assert found == oracle.steps(numbers, oracle.with_totals(current, list(METRICS)))
    for row in rows:
        assert row["cause"] == ("late_data" if row["status"] == "pending" else f"cause {row['revision']}")


filled = campaigns.filter(bool)


@relaxed
@given(revisions=st.lists(filled, min_size=1, max_size=3), current=campaigns)
def test_every_step_is_listed(revisions: list, current: list) -> None:
    """From each revision to the next, and from the last to now; campaigns that came or went included."""
    check_steps("polars", revisions, current)


@every_engine
@few
@given(revisions=st.lists(filled, min_size=1, max_size=3), current=campaigns)
def test_steps_on_every_engine(engine: str, revisions: list, current: list) -> None:
    """The same everywhere."""
    check_steps(engine, revisions, current)


arrived = st.lists(
    st.fixed_dictionaries(
        {
            "event_date": st.integers(0, 20).map(lambda n: DAY + timedelta(days=n)),
            "advertiser_id": st.sampled_from(["a1", "a2"]),
            "age_hours": st.sampled_from([0, 5, 23, 24, 100, SETTLED_HOURS]),
            "events": st.integers(1, 50),
        }
    ),
    max_size=40,
    unique_by=lambda row: (row["event_date"], row["advertiser_id"], row["age_hours"]),
)


def check_completeness(engine: str, events: list[dict[str, Any]], young: int) -> None:
    """The transform against the oracle; the last `young` dates are not settled."""
    dates = sorted({row["event_date"] for row in events})
    old = len(dates) - young
    days = [
        {
            "event_date": day,
            "weekday": day.weekday(),
            "age_hours": SETTLED_HOURS if index < old else [24, 5, 100][index % 3],
            "is_settled": index < old,
        }
        for index, day in enumerate(dates)
    ]
    schema = {"event_date": pl.Date, "weekday": pl.Int64, "age_hours": pl.Int64, "is_settled": pl.Boolean}
    frames = {
        "arrivals": pl.DataFrame(events, schema=ARRIVALS.schema),
        "days": pl.DataFrame(days, schema=schema),
    }
    found = {
        (row["event_date"], row["advertiser_id"]): row
        for row in ENGINES[engine](completeness, **frames).to_dicts()
    }
    expected = oracle.completeness(events, days)
    assert found.keys() == expected.keys()
    for key, (total, usual, share) in expected.items():
        assert found[key]["events"] == total
        assert found[key]["completeness"] == (pytest.approx(share) if share else None)
        assert (found[key]["expected_events"] or None) == (pytest.approx(usual) if usual else None)


@relaxed
@given(events=arrived, young=st.integers(0, 5))
def test_completeness_follows_the_curve(events: list, young: int) -> None:
    """Null until a day of the same weekday has settled."""
    check_completeness("polars", events, young)


@every_engine
@few
@given(events=arrived, young=st.integers(0, 5))
def test_completeness_on_every_engine(engine: str, events: list, young: int) -> None:
    """The same everywhere."""
    check_completeness(engine, events, young)
