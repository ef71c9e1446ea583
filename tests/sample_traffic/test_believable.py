"""The traffic looks like ad traffic: rhythm, campaigns that differ, lost auctions, bots, a tag that breaks at noon."""

from datetime import timedelta

import polars as pl

from resources.sample_traffic.config import BROKEN_CAMPAIGN_ID, epoch_us
from resources.sample_traffic.rhythm import HOUR_US
from tests.sample_traffic.conftest import WrittenRun


def accepted(run: WrittenRun, table: str) -> pl.DataFrame:
    """Accepted rows of one table."""
    return run.records.filter((pl.col("outcome") == "accepted") & (pl.col("table") == table))


def test_evenings_are_busy_and_nights_are_quiet(run: WrittenRun) -> None:
    hour = accepted(run, "impressions").select(hour=pl.col("event_at_us") // HOUR_US % 24)["hour"]
    counts = hour.value_counts()
    per_hour = dict(zip(counts["hour"], counts["count"], strict=True))
    nights, evenings = (sum(per_hour.get(h, 0) for h in hours) for hours in ((2, 3, 4), (19, 20, 21)))
    assert evenings > 4 * nights > 0


def test_most_auctions_are_lost_and_impressions_name_their_auction(run: WrittenRun) -> None:
    assert run.summary["tables"]["impressions"] < 0.5 * run.summary["tables"]["bid_requests"]


def test_campaigns_differ_in_size_and_price(run: WrittenRun) -> None:
    campaigns = (
        accepted(run, "impressions")
        .group_by("campaign_id")
        .agg(pl.len(), price=pl.col("price_micros").mean())
    )
    known = campaigns.filter(pl.col("campaign_id") != "(unassigned)")
    assert known.height == run.config.campaigns
    assert known["len"].max() > 1.5 * known["len"].min()
    assert known["price"].max() > 1.5 * known["price"].min()


def test_no_campaign_spends_more_than_its_budget(run: WrittenRun) -> None:
    reference = pl.read_csv(
        run.directory / "reference" / "campaigns.csv", schema_overrides={"campaign_id": pl.String}
    )
    budgets = reference.group_by("campaign_id").agg(pl.col("budget_micros").max())
    daily = pl.read_parquet(run.directory / "truth" / "campaign_daily.parquet")
    spent = daily.group_by("campaign_id").agg(pl.col("spend_micros").sum()).join(budgets, on="campaign_id")
    creatives = pl.read_csv(
        run.directory / "reference" / "creatives.csv", schema_overrides={"campaign_id": pl.String}
    )
    # A creative that moves brings its spend along, which the receiving campaign's buyer never saw.
    received = creatives.filter(pl.col("valid_from") > pl.col("valid_from").min())["campaign_id"]
    over = spent.filter(pl.col("spend_micros") > pl.col("budget_micros"))
    assert set(over["campaign_id"]) <= set(received)


def test_tracking_of_one_campaign_breaks_at_noon(run: WrittenRun) -> None:
    noon = epoch_us(run.config.start_at + timedelta(days=run.config.days // 2, hours=12))
    actions = run.records.filter(
        (pl.col("feed") == "clicks_conversions") & (pl.col("stated_campaign_id") == BROKEN_CAMPAIGN_ID)
    )
    shown = accepted(run, "impressions").filter(pl.col("campaign_id") == BROKEN_CAMPAIGN_ID)
    assert actions.filter(pl.col("event_at_us") < noon).height
    assert actions.filter(pl.col("event_at_us") >= noon).is_empty()
    assert shown.filter(pl.col("event_at_us") >= noon).height


def test_one_bot_clicks_more_in_seconds_than_a_person_in_a_week(run: WrittenRun) -> None:
    burst = pl.col("event_at_us") // (60 * 1_000_000)
    clicks = accepted(run, "clicks").drop_nulls("user_id").group_by("user_id", burst).len()
    assert clicks["len"].max() >= 5


def test_journeys_span_days(run: WrittenRun) -> None:
    touched = accepted(run, "impressions").drop_nulls("user_id")
    days = touched.group_by("user_id").agg(pl.col("event_date").n_unique(), pl.len())
    assert (days["event_date"] > 2).mean() > 0.2


def test_reference_versions_join_without_gap_or_overlap(run: WrittenRun) -> None:
    for table, key in (
        ("campaigns", "campaign_id"),
        ("creatives", "creative_id"),
        ("advertisers", "advertiser_id"),
    ):
        versions = pl.read_csv(run.directory / "reference" / f"{table}.csv").sort(key, "valid_from")
        following = versions.with_columns(next_from=pl.col("valid_from").shift(-1).over(key))
        assert following.filter(~pl.col("valid_to").eq_missing(pl.col("next_from"))).is_empty()
