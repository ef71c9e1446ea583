"""The clicks_conversions feed of a chunk: all that people and bots did, with the revenue and campaign that it states.

Not here: who does what and when (`journeys`).
"""

import polars as pl

from resources.sample_traffic.config import TrafficConfig
from resources.sample_traffic.draws import Draws
from resources.sample_traffic.journeys import (
    COLUMNS,
    MINIMAL,
    VIEW_CONVERSION_RATE,
    VISIT_CONVERSION_RATE,
    clicks,
    conversions,
    flood,
    visits,
)
from resources.sample_traffic.rhythm import Chunk
from resources.sample_traffic.world import HOUSE_CURRENCY, UNKNOWN_CAMPAIGN_ID, UNKNOWN_CREATIVE_ID, World

PAID_TYPES = ("purchase", "sale")
UNPRICED_RATE = 0.05
"""Purchases that come without revenue."""
CENT_MICROS = 10_000

EMPTY_CAMPAIGN_RATE = 0.06
UNKNOWN_CAMPAIGN_RATE = 0.004


def actions(
    shown: pl.DataFrame, chunk: Chunk, draws: Draws, config: TrafficConfig, world: World
) -> pl.DataFrame:
    """One row per click, conversion and engagement that began in the chunk; conversions may lie weeks ahead."""
    clicked = clicks(shown, draws, config, world)
    visited = visits(chunk, draws, config, world)
    conversion_rate = world.campaign_table["conversion_rate"].gather(clicked["campaign"])
    seen = shown.with_columns(click_id=pl.lit(None, pl.String), conversion_type=pl.lit(None, pl.String))
    parts = (
        clicked,
        conversions(clicked, conversion_rate, "cnv", draws, config),
        conversions(seen, pl.lit(VIEW_CONVERSION_RATE), "vtc", draws, config),
        visited,
        conversions(visited, pl.lit(VISIT_CONVERSION_RATE), "org", draws, config),
        flood(chunk, draws, config, world),
    )
    rows = pl.concat([part.select(*COLUMNS, origin=pl.lit(i)) for i, part in enumerate(parts)])
    return _stated(_with_revenue(rows, draws, world), draws).drop("campaign", "tag")


def _with_revenue(rows: pl.DataFrame, draws: Draws, world: World) -> pl.DataFrame:
    count, table = len(rows), world.campaign_table
    value = table["revenue_micros"].gather(rows["campaign"]) * draws.spread("revenue", count)
    is_paid = pl.col("conversion_type").is_in(PAID_TYPES) & (pl.col("producer") != MINIMAL)
    priced = is_paid & ~draws.chance("unpriced", count, UNPRICED_RATE)
    return rows.with_columns(
        revenue_micros=pl.when(priced).then((value / CENT_MICROS).cast(pl.Int64) * CENT_MICROS),
        currency=pl.when(priced).then(table["currency"].gather(rows["campaign"])),
        website=pl.lit(None, pl.String),
    )


def _stated(rows: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Add campaign_id as the sender states it: mostly right, sometimes empty, rarely one that nobody knows."""
    count = len(rows)
    empty = draws.chance("empty_campaign", count, EMPTY_CAMPAIGN_RATE)
    unknown = draws.chance("unknown_campaign", count, UNKNOWN_CAMPAIGN_RATE) & ~empty
    stated = rows.with_columns(
        campaign_id=pl.when(unknown).then(pl.lit(UNKNOWN_CAMPAIGN_ID)).when(~empty).then("campaign_target"),
        # An unknown campaign's creative is as unknown as the campaign.
        creative_id=pl.when(~unknown).then("creative_id"),
    )
    known_creative = pl.col("creative_id").is_not_null() & (pl.col("creative_id") != UNKNOWN_CREATIVE_ID)
    unassigned = unknown | (pl.col("campaign_id").is_null() & ~known_creative)
    # Whoever knows no campaign knows no campaign's currency either.
    currency = pl.when(unassigned & pl.col("currency").is_not_null()).then(pl.lit(HOUSE_CURRENCY))
    return stated.with_columns(currency=pl.coalesce(currency, "currency"))
