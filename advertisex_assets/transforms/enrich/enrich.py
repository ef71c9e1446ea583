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
    """Only keys and times take part in the joins."""
    narrow = rows.select(
        pl.int_range(pl.len()).alias(ROW), "creative_id", "campaign_id", pl.col("event_at").cast(pl.Int64)
    )
    frames = [_frame(link) for link in reference.links]
    joined = (
        join_reference(nw.from_native(narrow.lazy()), *frames).sort(ROW).collect(backend="polars").to_native()
    )
    return rows.with_columns(joined.select(JOINED))


def _frame(link: Link) -> Frame | None:
    return nw.from_native(link.covering.lazy()) if link.is_loaded else None
