"""One run of Dagster leaves nothing of its dates to do: each mart sees what the steps before it have written."""

import pytest
from dagster import AssetKey, DagsterInstance, materialize

from advertisex_assets.gold.assets import gold_asset
from advertisex_assets.gold.marts import MARTS
from advertisex_assets.silver.assets import silver_assets
from advertisex_assets.silver.invalid_traffic_asset import invalid_traffic_asset
from advertisex_assets.waiting import waiting_work
from resources.dagster_world import World
from schemas.discover import all_feeds
from schemas.feeds.impressions import FEED
from schemas.tables.gold import CAMPAIGN_DAILY
from sensors.touched_dates import run_requests
from tests.watch.lakes import FIRST_DAY, days_of_impressions, land

BATCHES = 2
"""The second meets tables with rows."""

READ_OTHER_DATES = {AssetKey(["gold", "campaign_pacing"])}
"""Made of the days of zones, of which those of the dates around have a run of their own."""


@pytest.fixture
def lake(configured_lake):
    return configured_lake


def made_by(run):
    made = [event.asset_key.path for event in run.get_asset_materialization_events()]
    return [path[1] for path in made if path[0] == "gold"]


def test_its_dates_are_not_pending_afterwards(lake):
    records = days_of_impressions(1)
    assets = [*map(silver_assets, all_feeds()), invalid_traffic_asset(), *map(gold_asset, MARTS)]
    half = len(records) // BATCHES
    for number in range(BATCHES):
        land(lake, FEED, records[number * half : (number + 1) * half], first_offset=number * half)
        [request] = run_requests(waiting_work())
        with DagsterInstance.ephemeral() as instance:
            done = materialize(
                assets,
                selection=list(request.asset_selection),
                tags=dict(request.tags),
                instance=instance,
                resources={"world": World()},
            )
        assert made_by(done) == [mart.name for mart in MARTS], "campaigns first"
        assert {key for work in waiting_work() if FIRST_DAY in work.dates for key in work.assets} <= READ_OTHER_DATES
    assert lake.open(CAMPAIGN_DAILY).scan().collect()["impressions"].sum() == BATCHES * half
