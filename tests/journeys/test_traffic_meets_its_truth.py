"""Generated traffic ends up exactly as its generator says: every record, every campaign's sums, every credit."""

from pathlib import Path

import polars as pl
import pytest

from advertisex_assets.watch.status import status
from resources.sample_traffic import TrafficConfig, malformations, write_files
from schemas.discover import all_feeds, feed_named
from schemas.tables.bronze import POSITION
from schemas.tables.gold import ATTRIBUTION, CAMPAIGN_DAILY
from schemas.tables.silver import silver_tables
from tests.journeys.fates import fates, placed
from tests.journeys.world import World, contents, new_seed

FEEDS = ("impressions", "clicks_conversions", "bid_requests")
FOUND_BY_THE_LAKE = ["known_bot", "data_centre", "no_consent"]
SAID = (
    *("flags", "event_at_us", "event_date", "impression_id", "auction_id", "click_id"),
    *("price_micros", "revenue_micros", "viewable_ms"),
)
TIMES = ("event_at_us", "event_date")
"""The truth knows them of records that name a time; others take their transport's."""
LANDED = pl.col("outcome") != "excluded"


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A week of traffic from a seed drawn anew."""
    folder = tmp_path_factory.mktemp("traffic")
    write_files(folder / "t", TrafficConfig(seed=new_seed(), events=12_000))
    return folder / "t"


@pytest.fixture(scope="module")
def world(traffic: Path) -> World:
    """The same traffic, landed and refreshed."""
    world = World(traffic.parent)
    world.load_reference(traffic / "reference")
    for feed in FEEDS:
        world.land(feed, traffic / feed)
    world.refresh()
    return world


def test_every_record_meets_the_fate_that_the_truth_foretells(world: World, traffic: Path) -> None:
    """Outcome, refusal codes and table of each record, by its file and place."""
    truth = pl.read_parquet(traffic / "truth" / "records.parquet").filter(LANDED)
    table = pl.when(pl.col("outcome") == "accepted").then("table").alias("table")
    ordinal = pl.col("ordinal").cast(pl.Int64)
    truth = truth.select("feed", "file", ordinal, "outcome", pl.col("codes").list.sort(), table)
    ours = pl.concat([fates(world, feed, str(traffic)) for feed in FEEDS])
    both = truth.join(ours, on=["feed", "file", "ordinal"], how="full", coalesce=True, suffix="_found")
    same = [pl.col(name).eq_missing(pl.col(f"{name}_found")) for name in ("outcome", "codes", "table")]
    wrong = both.filter(~pl.all_horizontal(same))
    assert wrong.is_empty(), str(wrong.head(3).to_dicts())


def test_every_category_is_planted_and_so_is_put_to_the_test(traffic: Path) -> None:
    """Outcomes, every kind of malformation of every feed, and what is flagged."""
    truth = pl.read_parquet(traffic / "truth" / "records.parquet")
    assert set(truth["outcome"]) == {"accepted", "duplicate", "conflict", "quarantined", "excluded"}
    for feed in FEEDS:
        planted = {code for kind in getattr(malformations, feed.upper()) for code in kind.codes}
        refused = truth.filter(feed=feed, outcome="quarantined")
        assert set(refused["codes"].explode()) == planted
    flags = {"zone_assumed_utc", "bad_country", "bad_website", "bad_ip", "time_from_transport"}
    assert flags <= set(truth["flags"].explode())


def test_every_accepted_record_says_what_the_truth_says(world: World, traffic: Path) -> None:
    """Its flags, times, ids and amounts, to the microsecond and the micro."""
    truth = pl.read_parquet(traffic / "truth" / "records.parquet").filter(pl.col("outcome") == "accepted")
    truth = truth.with_columns(pl.col("ordinal").cast(pl.Int64), pl.col("flags").list.sort())
    for feed in FEEDS:
        places = placed(world, feed, str(traffic))
        for table in silver_tables(feed_named(feed)):
            ours = world.rows(table).join(places, on=POSITION).with_columns(
                pl.col("event_at").dt.epoch("us").alias("event_at_us"),
                # What the lake finds out beyond a record's own contract.
                pl.col("flags").list.set_difference(FOUND_BY_THE_LAKE).list.sort(),
            )
            if truth.filter(feed=feed, table=table.name).is_empty():
                continue  # the generator makes none of these
            both = truth.filter(feed=feed, table=table.name).join(
                ours, on=["feed", "file", "ordinal"], how="left", suffix="_found", validate="1:1"
            )
            told_of = [name for name in SAID if both[name].null_count() < both.height]
            assert {"flags", "event_at_us"} <= set(told_of)
            for name in told_of:
                judged = both if name not in TIMES else both.drop_nulls(name)
                wrong = judged.filter(~pl.col(name).eq_missing(pl.col(f"{name}_found")))
                told = wrong.select("file", "ordinal", name, f"{name}_found").head(3).to_dicts()
                assert wrong.is_empty(), f"{table.name}.{name}: {told}"


def test_sums_of_every_campaign_and_day_agree(world: World, traffic: Path) -> None:
    """Impressions, clicks, conversions and spend, to the micro."""
    keys, measures = ["event_date", "campaign_id"], ["impressions", "clicks", "conversions", "spend_micros"]
    truth = pl.read_parquet(traffic / "truth" / "campaign_daily.parquet").select(*keys, pl.col(measures).cast(pl.Int64))
    ours = world.rows(CAMPAIGN_DAILY).group_by(keys).agg(pl.col(measures).sum())
    assert ours.filter(pl.sum_horizontal(measures) > 0).sort(keys).equals(
        truth.filter(pl.sum_horizontal(measures) > 0).sort(keys)
    )


@pytest.mark.parametrize("model", ["last_click", "linear"])
def test_every_touch_gets_the_credit_that_it_earned(world: World, traffic: Path, model: str) -> None:
    """Attribution by touch, to the micro-credit."""
    keys = ["conversion_id", "touch_id", "credit_micros"]
    truth = pl.read_parquet(traffic / "truth" / "attribution.parquet").filter(pl.col("model") == model)
    ours = world.rows(ATTRIBUTION).filter(pl.col("model") == model)
    # The generator does not know the ids that the lake makes of an event's content.
    named = [pl.when(~pl.col(key).str.starts_with("content:")).then(key) for key in keys[:2]]
    assert sorted(ours.select(*named, keys[2]).rows(), key=str) == sorted(truth.select(keys).rows(), key=str)


def test_status_accounts_for_every_record(world: World, traffic: Path) -> None:
    """Received is what the generator delivered, files sent again included, and the outcomes add up to it."""
    truth = pl.read_parquet(traffic / "truth" / "records.parquet")
    for row in status(world.lake, all_feeds()):
        delivered = truth.filter(pl.col("feed") == row["feed"]).height
        assert row["received"] == delivered
        assert row["balanced"] is True


def test_landing_and_refreshing_again_changes_no_table(world: World, traffic: Path) -> None:
    """Only the list of arrivals grows."""
    before = dict(contents(world.lake))
    for feed in FEEDS:
        outcomes = {receipt.outcome for receipt in world.land(feed, traffic / feed)}
        assert outcomes == {"already_landed"}
    world.refresh()
    after = dict(contents(world.lake))
    changed = [name for name in after if name != "bronze.files" and not after[name].equals(before[name])]
    assert changed == []
