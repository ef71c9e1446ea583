"""Touches: what attribution looks up: each touch under every key by which a conversion may find it."""

import polars as pl

from schemas.tables.gold.columns import EVENT_DATE
from schemas.tables.table import UTC_MICROS, Pieces, Table, TableColumn

FOUND_BY = BY_USER, BY_IMPRESSION, BY_CLICK = "user_id", "impression_id", "click_id"
"""What a row is found by: the column whose value is its key."""

TOUCHES = Table(
    layer="gold",
    name="touches",
    description="Valid clicks and viewable impressions, in order of what conversions find them by.",
    columns=(
        EVENT_DATE,
        TableColumn(
            "found_by", pl.String(), "user_id, impression_id or click_id: every touch has a user_id row."
        ),
        TableColumn("key", pl.String(), "The value of that column; null for touches without user."),
        TableColumn("touch_type", pl.String(), "click or view."),
        TableColumn("touch_id", pl.String(), "The touch (its `event_id` in silver)."),
        TableColumn("event_at", UTC_MICROS, "When it happened."),
        TableColumn("user_id", pl.String(), "The user's pseudonym."),
        TableColumn("advertiser_id", pl.String(), "The advertiser; null if unknown."),
        TableColumn("campaign_id", pl.String(), "The campaign."),
        TableColumn("creative_id", pl.String(), "The creative."),
        TableColumn("website", pl.String(), "The website."),
        TableColumn("impression_id", pl.String(), "A view's own id, or the impression that a click names."),
        TableColumn("click_id", pl.String(), "A click's own id; null for views."),
    ),
    grain="one touch under one key",
    grain_columns=("event_date", "found_by", "touch_type", "touch_id", "event_at"),
    partition_by=("event_date",),
    sort_by=("found_by", "key"),
    # A late touch looks up a handful of keys on each of thirty dates: it reads a row group of each.
    pieces=Pieces(row_group_rows=8_192, file_bytes=128_000_000),
)
