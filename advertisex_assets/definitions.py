"""The composition root: every asset, sensor and resource that Dagster sees; feeds and marts are found, not listed."""

from dagster import Definitions

from advertisex_assets.bronze.assets import bronze_asset
from advertisex_assets.gold.assets import gold_asset
from advertisex_assets.gold.marts import MARTS
from advertisex_assets.silver.assets import silver_assets
from resources.world import World
from schemas.discover import all_feeds


def build() -> Definitions:
    """The definitions of this project."""
    feeds = all_feeds()
    return Definitions(
        assets=[
            *(bronze_asset(feed) for feed in feeds),
            *(silver_assets(feed) for feed in feeds),
            *(gold_asset(mart) for mart in MARTS),
        ],
        sensors=[],
        resources={"world": World()},
    )


defs = build()
