"""Ours: both topics to bronze and silver, invalid traffic, campaign marts, and attribution under every model."""

from pathlib import Path

import polars as pl

from advertisex_assets.bronze.kafka import Budget, land_kafka
from advertisex_assets.gold.marts import mart_named
from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.reference.load import load_reference
from advertisex_assets.reference.read import read_reference
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.invalid_traffic import refresh_invalid_traffic
from benchmarks.measure import cost_of
from benchmarks.whole_job.outcome import LAST_CLICK, Job, Outcome, main, numbers_of
from resources.kafka import Kafka
from resources.lake import Lake
from resources.reference.folder import ReferenceFolder
from resources.run import new_run
from schemas.discover import feed_named
from schemas.invalid_traffic import Limits
from schemas.tables.gold import ATTRIBUTION, CAMPAIGN_DAILY
from schemas.tables.silver import QUARANTINE

FEEDS = ("impressions", "clicks_conversions")
MARTS = ("conversions", "campaign_hourly", "campaign_daily", "touches", "attribution", "attribution_daily")
KEY = b"benchmark"


def run(job: Job) -> Outcome:
    """All that waits, to gold."""
    lake = Lake(job.folder)
    load_reference(lake, ReferenceFolder(Path(job.reference)), KEY, "benchmark")
    cost = cost_of(lambda: _work(lake, Kafka({"bootstrap.servers": job.bootstrap_servers}, "ours")))
    attributed = lake.open(ATTRIBUTION).scan().filter(pl.col("model") == LAST_CLICK, pl.col("credit_micros") > 0)
    refused = lake.open(QUARANTINE).scan().select(pl.len()).collect().item()
    return Outcome(cost, numbers_of(lake.open(CAMPAIGN_DAILY).scan(), attributed, refused))


def _work(lake: Lake, kafka: Kafka) -> None:
    process = new_run("benchmark")
    for name in FEEDS:
        assert land_kafka(lake, feed_named(name), kafka, Budget(run_rows=10**12), process).is_caught_up
    inputs = Inputs(read_reference(lake), KEY)
    for name in FEEDS:
        catch_up(lake, feed_named(name), inputs, process)
    refresh_invalid_traffic(lake, process, Limits())
    refresh_gold(lake, process, marts=[mart_named(name) for name in MARTS])


if __name__ == "__main__":
    main(run)
