"""A planted fault does what its kind says, within its interval and to its target, and nothing elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest

from resources.sample_traffic import FaultKind, PlantedFault, TrafficConfig
from resources.sample_traffic.feeds import FEEDS
from resources.sample_traffic.simulate import simulate

START, END = datetime(2026, 3, 3, 6, tzinfo=UTC), datetime(2026, 3, 4, 6, tzinfo=UTC)
CAMPAIGN, SITE = "103", "news-1.example"


def happened(config: TrafficConfig, feed: str) -> pl.DataFrame:
    """What one feed delivers, with a flag for the fault's interval."""
    rows = pl.concat([d.rows for d in simulate(config) if d.feed == feed])
    at = pl.col("event_at").cast(pl.Datetime("us", "UTC"))
    return rows.with_columns(during=at.is_between(START, END, closed="left"))


def during(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of the interval."""
    return rows.filter("during")


@pytest.fixture
def clean(drawn_seed: int) -> TrafficConfig:
    """Three days with nothing wrong but the fault."""
    return TrafficConfig(
        seed=drawn_seed,
        events=30_000,
        days=3,
        malformed_rate=0,
        duplicate_rate=0,
        conflict_rate=0,
        late_rate=0,
        broken_tracking=False,
    )


def before_and_after(
    clean: TrafficConfig, kind: FaultKind, feed: str, target: str | None, read: str | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What `read` (or the fault's feed) delivers without and with the fault."""
    faulty = replace(clean, planted_faults=(PlantedFault(kind, feed, target, START, END),))
    return happened(clean, read or feed), happened(faulty, read or feed)


@pytest.mark.parametrize("feed", FEEDS)
def test_drop_to_zero_leaves_nothing_of_the_feed(clean: TrafficConfig, feed: str) -> None:
    usual, faulty = before_and_after(clean, FaultKind.DROP_TO_ZERO, feed, None)
    assert len(during(usual)) > 100
    assert during(faulty).is_empty()
    assert len(faulty.filter(~pl.col("during"))) == len(usual.filter(~pl.col("during")))


def test_drop_30_percent_takes_about_that_share_of_one_campaign(clean: TrafficConfig) -> None:
    usual, faulty = before_and_after(clean, FaultKind.DROP_30_PERCENT, "impressions", CAMPAIGN)
    target = pl.col("campaign_target") == CAMPAIGN
    ratio = len(during(faulty).filter(target)) / len(during(usual).filter(target))
    assert 0.5 < ratio < 0.9
    assert during(faulty).filter(~target).height == during(usual).filter(~target).height


def test_a_tripled_ctr_makes_more_clicks_of_one_campaign(clean: TrafficConfig) -> None:
    usual, faulty = before_and_after(clean, FaultKind.CTR_TRIPLED, "clicks_conversions", None)
    counts = [
        during(rows).filter(pl.col("event_id").str.starts_with("clk-")).height for rows in (usual, faulty)
    ]
    assert 1.8 * counts[0] < counts[1] < 4.2 * counts[0]


def test_a_site_that_is_gone_shows_nothing(clean: TrafficConfig) -> None:
    usual, faulty = before_and_after(clean, FaultKind.SITE_GONE, "bid_requests", SITE)
    on_site = pl.col("website") == SITE
    assert during(usual).filter(on_site).height > 20
    assert during(faulty).filter(on_site).is_empty()
    assert during(faulty).filter(~on_site).height == during(usual).filter(~on_site).height


def test_a_duplicated_stream_delivers_everything_twice(clean: TrafficConfig) -> None:
    usual, faulty = before_and_after(clean, FaultKind.DUPLICATED_STREAM, "clicks_conversions", None)
    assert len(during(faulty)) == 2 * len(during(usual))


@pytest.mark.parametrize(
    ("kind", "column"), [(FaultKind.CURRENCY_SLIP, "price_micros"), (FaultKind.CLOCK_SKEW, "event_at")]
)
def test_wrong_amounts_and_clocks_change_values_but_not_counts(
    clean: TrafficConfig, kind: FaultKind, column: str
) -> None:
    usual, faulty = before_and_after(clean, kind, "impressions", None)
    both = usual.select("seq", "during", old=column).join(faulty.select("seq", new=column), on="seq")
    check: Callable[[pl.Expr, pl.Expr], pl.Expr] = {
        FaultKind.CURRENCY_SLIP: lambda old, new: new == old * 150,
        FaultKind.CLOCK_SKEW: lambda old, new: new == old - 3 * 3_600_000_000,
    }[kind]
    old, new = pl.col("old"), pl.col("new")
    assert both.height == usual.height == faulty.height
    assert both.filter("during").select(check(old, new).all()).item()
    assert both.filter(~pl.col("during")).select((old == new).all()).item()


def test_a_fault_that_cannot_be_planted_says_why() -> None:
    with pytest.raises(ValueError, match="feed must be one of"):
        PlantedFault(FaultKind.SITE_GONE, "views", None, START, END)
    with pytest.raises(ValueError, match="must end after it starts"):
        PlantedFault(FaultKind.SITE_GONE, "impressions", None, END, START)
    with pytest.raises(ValueError, match="events must be at least"):
        TrafficConfig(events=3)
