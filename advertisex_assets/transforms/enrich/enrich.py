"""Enrich: all that is added to valid rows: reference data as of the event, website domain, browser and device."""

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.transforms.enrich.as_of import Frame, join_reference
from advertisex_assets.transforms.enrich.reference import Link, Reference
from advertisex_assets.transforms.enrich.user_agents import with_user_agent
from advertisex_assets.transforms.enrich.websites import with_website_domain
from schemas.invalid_traffic import KNOWN_BOT

ROW = "enrich:row"
JOINED = (
    "campaign_id",
    "creative_id",
    "stated_campaign_id",
    "stated_creative_id",
    "advertiser_id",
    "reporting_zone",
)


def enrich(rows: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """The same rows, in the same order, with the columns of `schemas.tables.silver.enriched`.

    Reads event_at, flags and, where the feed has them, campaign_id, creative_id, website, user_agent. Unknown
    campaigns and creatives become `(unassigned)`; no row is dropped.
    """
    filled = rows.with_columns(
        pl.lit(None, pl.String).alias(name)
        for name in ("campaign_id", "creative_id", "website")
        if name not in rows.columns
    )
    placed = _with_reference(with_website_domain(filled), reference)
    return flag_bots(with_user_agent(placed)) if "user_agent" in rows.columns else placed


def flag_bots(rows: pl.DataFrame) -> pl.DataFrame:
    """The flag `known_bot` on rows whose user agent is a listed crawler's."""
    flagged = pl.col("flags").list.concat(pl.lit([KNOWN_BOT.code]))
    return rows.with_columns(pl.when("is_bot").then(flagged).otherwise("flags").alias("flags"))


def _with_reference(rows: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Keys and times take part in the joins, each combination once: nothing changes between two bounds of validity."""
    asked = rows.select(
        "creative_id", "campaign_id", _last_bound(rows["event_at"].cast(pl.Int64), reference).alias("event_at")
    )
    distinct = asked.unique(maintain_order=True).with_row_index(ROW)
    frames = [_frame(link) for link in reference.links]
    told = join_reference(nw.from_native(distinct.lazy()), *frames).sort(ROW).collect(backend="polars").to_native()
    places = asked.join(distinct, on=asked.columns, how="left", nulls_equal=True, maintain_order="left")[ROW]
    return rows.with_columns(told.select(JOINED)[places])


def _last_bound(event_at: pl.Series, reference: Reference) -> pl.Series:
    """The last instant up to each time at which any reference row began or ended: what held then holds now."""
    bounds = reference.bounds
    return bounds.gather(bounds.search_sorted(event_at, side="right") - 1)


def _frame(link: Link) -> Frame | None:
    return nw.from_native(link.covering.lazy()) if link.is_loaded else None
