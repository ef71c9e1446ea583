"""Unmatched: events of a run whose campaign or creative the reference tables did not know at their time."""

from collections.abc import Mapping

import polars as pl

from advertisex_assets.transforms.enrich import UNASSIGNED
from resources.lake import Lake
from schemas.feed import Feed
from schemas.tables.silver import silver_tables
from schemas.tables.table import Table

CREATIVE_UNKNOWN = pl.col("stated_creative_id").is_not_null() & (pl.col("creative_id") == UNASSIGNED)
CAMPAIGN_UNKNOWN = pl.col("stated_campaign_id").is_not_null() & (
    pl.col("stated_campaign_id") != pl.col("campaign_id")
)
"""The campaign that stands is then the creative's, or none."""
NAMES_ANY = pl.col("stated_creative_id").is_not_null() | pl.col("stated_campaign_id").is_not_null()


def versions(lake: Lake, feed: Feed) -> Mapping[str, int]:
    """The version of each of the feed's tables of events."""
    return {table.name: lake.open(table).version for table in silver_tables(feed)}


def unmatched(lake: Lake, feed: Feed, since: Mapping[str, int]) -> tuple[int, int]:
    """How many events that came after those versions name a campaign or creative, and of how many it is unknown.

    Costs what came, not what the dates hold; where that cannot be told any more, the table is left out.
    """
    counts = [_counted(lake, table, since[table.name]) for table in silver_tables(feed)]
    return sum(named for named, _ in counts), sum(unknown for _, unknown in counts)


def _counted(lake: Lake, table: Table, since: int) -> tuple[int, int]:
    opened = lake.open(table)
    dates = opened.rows_by_date()
    added = opened.additions_since(since) if dates and opened.version > since else None
    rows = added.rows(min(dates), max(dates)) if added else None
    if rows is None or "stated_creative_id" not in table.schema or "stated_campaign_id" not in table.schema:
        return 0, 0
    counted = rows.select(named=NAMES_ANY.sum(), unknown=(CREATIVE_UNKNOWN | CAMPAIGN_UNKNOWN).sum()).collect()
    named, unknown = counted.row(0)
    return int(named), int(unknown)
