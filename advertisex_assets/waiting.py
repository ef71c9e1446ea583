"""Waiting: what silver and gold have yet to take in, found in the Delta logs; sensors and `refresh` ask here."""

from collections.abc import Sequence
from datetime import date

from dagster import AssetKey

from advertisex_assets.gold.marts import MARTS
from advertisex_assets.gold.pending import pending_gold
from advertisex_assets.gold.publish import due_dates
from advertisex_assets.holds import held_dates, silver_batch
from advertisex_assets.silver.handles import open_tables
from advertisex_assets.silver.inputs import silver_inputs
from advertisex_assets.silver.invalid_traffic import open_invalid_traffic
from advertisex_assets.silver.invalid_traffic_asset import KEY as INVALID_TRAFFIC_KEY
from advertisex_assets.silver.invalid_traffic_asset import limits
from advertisex_assets.silver.pending import pending_dates
from resources.lake import Lake
from resources.run import utc_now
from resources.settings import settings
from resources.world import open_lake
from schemas.discover import all_feeds
from schemas.feed import Feed
from schemas.tables.silver import DUPLICATES, QUARANTINE
from sensors.touched_dates import Waiting


def waiting_work() -> Sequence[Waiting]:
    """Silver that waits, with all of gold for the same dates in the same run; else invalid traffic, else gold that
    waits. What is held does not wait: it would be held again."""
    lake = open_lake()
    silver = [work for feed in all_feeds() if (work := _silver(lake, feed)).dates]
    if silver:
        touched = frozenset(day for work in silver for day in work.dates)
        return [*silver, Waiting(frozenset([INVALID_TRAFFIC_KEY, *gold_keys()]), touched)]
    invalid = open_invalid_traffic(lake, limits()).pending()
    if invalid:
        return [Waiting(frozenset([INVALID_TRAFFIC_KEY, *gold_keys()]), frozenset(invalid))]
    return [
        Waiting(frozenset({AssetKey(["gold", name])}), frozenset(dates))
        for name, dates in pending_gold(lake).items()
    ]


def days_to_finalise() -> Sequence[date]:
    """The days whose numbers are due to be published."""
    return due_dates(open_lake(), utc_now(), settings().final_after_days)


def _silver(lake: Lake, feed: Feed) -> Waiting:
    dates = pending_dates(open_tables(lake, feed), silver_inputs(lake))
    return Waiting(frozenset(silver_keys(feed)), frozenset(dates) - held_dates(lake, silver_batch(feed)))


def silver_keys(feed: Feed) -> list[AssetKey]:
    """The keys of a feed's silver assets."""
    tables = [AssetKey(["silver", output.table]) for output in feed.outputs]
    return tables + [AssetKey(["silver", table.name, feed.name]) for table in (QUARANTINE, DUPLICATES)]


def gold_keys() -> list[AssetKey]:
    """The keys of all marts."""
    return [AssetKey(["gold", mart.name]) for mart in MARTS]
