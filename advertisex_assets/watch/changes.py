"""Changes: campaigns whose traffic changed because somebody meant it to, so that nobody is alarmed by it."""

from datetime import datetime

import polars as pl

from resources.lake import Lake
from schemas.checks.signals import SegmentKind
from schemas.tables.gold import CAMPAIGN_DAILY
from schemas.tables.reference import CAMPAIGNS, CREATIVES
from schemas.tables.table import Table

CHANGES = {"kind": pl.String(), "segment": pl.String(), "at_us": pl.Int64()}

NEARLY_SPENT = 0.97
"""Pacing stops a campaign a little before its budget is gone, since bids under way still cost."""


def known_changes(lake: Lake, now: datetime) -> pl.DataFrame:
    """CHANGES up to now: creatives that moved, flights that began or ended, budgets that are spent."""
    found = [_moved(lake), _flights(lake), _spent(lake)]
    happened = pl.col("at_us") <= int(now.timestamp() * 1_000_000)
    return pl.concat(found).filter(happened).drop_nulls().with_columns(
        pl.lit(str(SegmentKind.CAMPAIGN)).alias("kind")
    ).select(pl.col(name).cast(dtype) for name, dtype in CHANGES.items()).collect()  # fmt: skip


def _moved(lake: Lake) -> pl.LazyFrame:
    """Both campaigns of a creative that changed hands: the one it left and the one it joined."""
    creatives = _rows(lake, CREATIVES)
    moved = creatives.filter(pl.col("campaign_id").n_unique().over("creative_id") > 1)
    ends = [moved.select(segment="campaign_id", at_us=_micros(name)) for name in ("valid_from", "valid_to")]
    return pl.concat(ends)


def _flights(lake: Lake) -> pl.LazyFrame:
    campaigns = _rows(lake, CAMPAIGNS)
    begin = campaigns.select(segment="campaign_id", at_us=_micros("starts_on"))
    end = campaigns.select(segment="campaign_id", at_us=_micros("ends_on"))
    return pl.concat([begin, end])


def _spent(lake: Lake) -> pl.LazyFrame:
    """The date on which a campaign's spend reached its budget."""
    budgets = (
        _rows(lake, CAMPAIGNS).filter(pl.col("valid_to").is_null()).select("campaign_id", "budget_micros")
    )
    daily = _rows(lake, CAMPAIGN_DAILY).select("campaign_id", "event_date", "spend_micros")
    by_day = daily.group_by("campaign_id", "event_date").agg(pl.col("spend_micros").sum()).sort("event_date")
    so_far = by_day.with_columns(pl.col("spend_micros").cum_sum().over("campaign_id").alias("so_far"))
    over = so_far.join(budgets, on="campaign_id").filter(
        (pl.col("budget_micros") > 0) & (pl.col("so_far") >= pl.col("budget_micros") * NEARLY_SPENT)
    )
    return over.group_by("campaign_id").agg(pl.col("event_date").min()).select(
        segment="campaign_id", at_us=_micros("event_date")
    )  # fmt: skip


def _micros(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Datetime("us")).cast(pl.Int64)


def _rows(lake: Lake, table: Table) -> pl.LazyFrame:
    return lake.open(table).scan() if lake.exists(table) else pl.LazyFrame(schema=table.schema)
