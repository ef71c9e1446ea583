"""The marts on Spark: the same columns, types and values as on Polars."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
import pytest

from advertisex_assets.gold.calendars import local_days
from advertisex_assets.transforms.marts.adjusted import conversions
from advertisex_assets.transforms.marts.arrival import arrivals
from advertisex_assets.transforms.marts.funnel import auction_funnel
from advertisex_assets.transforms.marts.journeys import attribution, touches_by_key
from advertisex_assets.transforms.marts.paths import conversion_paths
from advertisex_assets.transforms.marts.performance import performance, rolled_up
from advertisex_assets.transforms.marts.reach import users_by
from advertisex_assets.transforms.marts.reporting import reporting_daily
from advertisex_assets.transforms.marts.segments import segment_daily
from schemas.discover import declared_spend
from schemas.tables import gold
from tests.transforms.attribution.engines import on_polars
from tests.transforms.marts.events import KINDS, RATES, frame, from_silver
from tests.transforms.marts.spark_frames import many_events

pytestmark = pytest.mark.real

DAYS = [date(2026, 2, 28) + timedelta(days=n) for n in range(6)]
WINDOWS = dict.fromkeys(("valid_from", "valid_to", "click_window_days", "view_window_days"), pl.Int64())
CAMPAIGNS = {"campaign_id": pl.String()} | WINDOWS


@pytest.fixture(scope="module")
def inputs() -> dict[str, pl.DataFrame]:
    """Every input of every mart."""
    events = many_events()
    auctions = events["impressions"]["impression_id"].to_list()[::2]
    at = int(pl.Series([DAYS[1]]).cast(pl.Datetime("us")).cast(pl.Int64)[0])
    row = {"event_at": at, "event_date": DAYS[1], "exchange": "x", "floor_micros": 700_000, "currency": "USD"}
    requests = [row | {"event_id": f"r{n}", "auction_id": name} for n, name in enumerate(auctions)]
    wins = [
        row | {"event_id": f"o{n}", "auction_id": name, "outcome": "win"}
        for n, name in enumerate(auctions[::2])
    ]
    refunds = [
        row
        | {
            "event_id": f"x{n}",
            "adjusted_conversion_id": name,
            "conversion_type": "refund",
            "revenue_micros": n,
            "event_at": at + 40 * 86_400_000_000,
        }
        for n, name in enumerate(events["conversions"]["event_id"].to_list()[::2])
    ]
    return events | {
        "conversion_adjustments": frame("conversion_adjustments", refunds),
        "impressions": events["impressions"].with_columns(pl.col("impression_id").alias("auction_id")),
        "bid_requests": frame("bid_requests", requests),
        "auction_outcomes": frame("auction_outcomes", wins),
        "local_days": local_days(DAYS),
        "exchange_rates": pl.DataFrame(
            [{"currency": "EUR", "reporting_currency": "USD", "rate": 1_083_400_000}], schema=RATES
        ),
        "campaigns": pl.DataFrame(
            [{"campaign_id": "c1", "view_window_days": 3}], schema={"campaign_id": pl.String()} | WINDOWS
        ),
        "advertisers": pl.DataFrame(schema={"advertiser_id": pl.String()} | WINDOWS),
    }


SPEND = declared_spend()
EVENTS = (*KINDS, "invalid_traffic", "exchange_rates")
JOURNEYS = ("impressions", "clicks", "conversions", "invalid_traffic", "campaigns", "advertisers")
AUCTIONS = ("bid_requests", "auction_outcomes", "impressions", "clicks", "conversions")

MARTS = {
    "campaign_hourly": (performance(gold.CAMPAIGN_HOURLY, SPEND), EVENTS),
    "campaign_daily": (lambda **events: rolled_up(performance(gold.CAMPAIGN_HOURLY, SPEND)(**events)), EVENTS),
    "website_daily": (performance(gold.WEBSITE_DAILY, SPEND), EVENTS),
    "reporting_daily": (reporting_daily(SPEND), (*EVENTS, "local_days")),
    "touches": (touches_by_key, ("impressions", "clicks", "invalid_traffic")),
    "attribution": (from_silver(attribution), JOURNEYS),
    "conversion_paths": (from_silver(conversion_paths), JOURNEYS),
    "auction_funnel": (auction_funnel, AUCTIONS),
    "segment_daily": (
        segment_daily(SPEND),
        ("bid_requests", "impressions", "clicks", "conversions", "exchange_rates"),
    ),
    "conversions": (conversions, ("conversions", "conversion_adjustments", "exchange_rates")),
    "users": (users_by(gold.USER_REACH), ("impressions", "invalid_traffic")),
    "arrivals": (arrivals, KINDS),
}


SHORT = ("segment_daily",)
"""In `make test`, where tests/engines compares others of these: planning takes minutes. `make soak` has them."""


@pytest.mark.parametrize(
    ("transform", "names"),
    [
        pytest.param(*mart, id=name, marks=() if name in SHORT else pytest.mark.soak)
        for name, mart in MARTS.items()
    ],
)
def test_spark_equals_polars(
    spark: Any, inputs: dict[str, pl.DataFrame], transform: Callable[..., Any], names: tuple[str, ...]
) -> None:
    """To the type, floats to the last bit."""
    frames = {name: inputs[name] for name in names}
    lazy = {name: nw.from_native(spark.createDataFrame(each.to_arrow())) for name, each in frames.items()}
    result = pl.DataFrame(pl.from_arrow(transform(**lazy).to_native().toArrow()))
    expected = on_polars(transform, **frames)
    assert len(expected) > 1
    assert result.schema == expected.schema
    assert result.sort(pl.all(), nulls_last=True).equals(expected.sort(pl.all(), nulls_last=True))
