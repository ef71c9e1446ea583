"""The reference tables as CSV: advertisers, campaigns and creatives with the time in which each row is valid (SCD2).

Not here: what they contain (`world`).
"""

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from resources.sample_traffic.config import TrafficConfig
from resources.sample_traffic.world import CAMPAIGNS_PER_ADVERTISER, ZONES, World

ISO = "%Y-%m-%dT%H:%M:%SZ"
HISTORY = timedelta(days=365)
"""References were valid long before the first event."""
RAISE_FACTOR = 2
"""By how much one campaign's budget grows half-way."""


def write_reference(directory: Path, config: TrafficConfig, world: World) -> None:
    """Write campaigns.csv, creatives.csv and advertisers.csv; an empty valid_to means still valid."""
    directory.mkdir(parents=True, exist_ok=True)
    since = config.start_at - HISTORY
    middle = config.start_at + timedelta(days=config.days // 2)
    _campaigns(world, since, middle).write_csv(directory / "campaigns.csv")
    _creatives(world, since, middle).write_csv(directory / "creatives.csv")
    _advertisers(world, since).write_csv(directory / "advertisers.csv")


def _campaigns(world: World, since: datetime, middle: datetime) -> pl.DataFrame:
    columns = ("campaign_id", "advertiser_id", "name", "budget_micros", "currency")
    table = world.campaign_table.select(columns)
    raised = pl.col("campaign_id") == world.campaigns[0].campaign_id
    after = table.filter(raised).with_columns(pl.col("budget_micros") * RAISE_FACTOR)
    return _two_versions(table, raised, after, since, middle, "campaign_id")


def _creatives(world: World, since: datetime, middle: datetime) -> pl.DataFrame:
    name = pl.concat_str(pl.lit("creative "), pl.col("creative_id"))
    table = world.creative_table.select("creative_id", campaign_id="home_campaign_id", name=name)
    moved = pl.col("creative_id") == world.moved_creative_id
    after = table.filter(moved).with_columns(campaign_id=pl.lit(world.receiving_campaign_id))
    return _two_versions(table, moved, after, since, middle, "creative_id")


def _advertisers(world: World, since: datetime) -> pl.DataFrame:
    first = world.campaigns[::CAMPAIGNS_PER_ADVERTISER]
    rows = [
        (c.advertiser_id, f"{c.name.split()[0].title()} {i + 1}", ZONES[i % len(ZONES)], c.currency)
        for i, c in enumerate(first)
    ]
    table = pl.DataFrame(rows, schema=["advertiser_id", "name", "reporting_zone", "currency"], orient="row")
    return _valid(table, since, None)


def _two_versions(
    table: pl.DataFrame, changes: pl.Expr, after: pl.DataFrame, since: datetime, middle: datetime, key: str
) -> pl.DataFrame:
    parts = [_valid(table.filter(~changes), since, None), _valid(table.filter(changes), since, middle)]
    return pl.concat([*parts, _valid(after, middle, None)]).sort(key, "valid_from")


def _valid(table: pl.DataFrame, since: datetime, until: datetime | None) -> pl.DataFrame:
    end = until.strftime(ISO) if until else None
    return table.with_columns(valid_from=pl.lit(since.strftime(ISO)), valid_to=pl.lit(end, pl.String))
