"""Generated traffic ends up exactly as its generator says: every record, every campaign's sums, every credit."""

from pathlib import Path

import polars as pl
import pytest

from advertisex_assets.watch.status import status
from resources.sample_traffic import TrafficConfig, write_files
from schemas.discover import all_feeds
from schemas.tables.gold import ATTRIBUTION, CAMPAIGN_DAILY
from tests.journeys.fates import fates
from tests.journeys.world import World, contents, new_seed

FEEDS = ("impressions", "clicks_conversions", "bid_requests")
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
