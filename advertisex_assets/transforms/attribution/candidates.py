"""Candidates: every (conversion, touch) pair that is allowed, with how the two are linked.

Not here: which candidates win (`competition`). Input contracts:

touches, one row per (touch_type, touch_id): touch_id String; touch_type "click" | "view"; event_at Int64 us;
user_id String or null (never a placeholder); advertiser_id, campaign_id, creative_id, website String or null;
impression_id (a view: its own; a click: the impression it came from, or null); click_id (a click: its own; a view:
null). Where viewability is reported, only viewable impressions are handed in; invalid traffic is left out before.

conversions, one row per conversion_id: conversion_id String; event_at Int64 us; event_date Date; user_id,
advertiser_id, impression_id, click_id String or null; revenue_micros Int64 or null; click_window_us and
view_window_us Int64, resolved per row from the window rules valid at that time.
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import (
    CONVERSION_COLUMNS,
    DIMENSIONS,
    TOUCH_COLUMNS,
    UNASSIGNED,
    UNATTRIBUTED,
    Frame,
)
from advertisex_assets.transforms.attribution.windows import compatible_advertiser, in_window

LINKED_BY_CLICK = 2
LINKED_BY_IMPRESSION = 1
SAME_USER = 0
NO_TOUCH = -1

CANDIDATE_COLUMNS = (
    "conversion_id",
    "event_date",
    "conversion_at",
    "conversion_revenue_micros",
    "touch_id",
    "touch_type",
    "touch_at",
    "campaign_id",
    "creative_id",
    "website",
    "link",
)

_TOUCH_NAMES = {
    "event_at": "touch_at",
    "user_id": "touch_user_id",
    "advertiser_id": "touch_advertiser_id",
    "impression_id": "touch_impression_id",
    "click_id": "touch_click_id",
}
_CONVERSION_NAMES = {"event_at": "conversion_at", "revenue_micros": "conversion_revenue_micros"}


def candidates(touches: Frame, conversions: Frame) -> Frame:
    """Pair each conversion with every touch that may have earned it.

    Returns one row per (conversion_id, touch_type, touch_id), columns CANDIDATE_COLUMNS; `link` is Int64:
    2 same click_id, 1 same impression_id, 0 same user only. Null ids never match anything. Each conversion also has
    one row of link -1, touch_type "unattributed" and no touch_id, which only a conversion without touches keeps.
    """
    left = conversions.select(*CONVERSION_COLUMNS).rename(_CONVERSION_NAMES)
    right = touches.select(*TOUCH_COLUMNS).rename(_TOUCH_NAMES)
    # Three disjoint equi-joins (each leaves out what an earlier one found), so no pair needs deduplication.
    by_user = _pairs(left, right, "user_id")
    by_click = _pairs(left, right, "click_id", "user_id")
    by_impression = _pairs(left, right, "impression_id", "user_id", "click_id")
    return nw.concat([by_user, by_click, by_impression, _no_touch(left)], how="vertical")


def _no_touch(conversions: Frame) -> Frame:
    """The stand-in that keeps a conversion in the result when nothing touched it."""
    return conversions.with_columns(
        touch_id=nw.lit(None, nw.String),
        touch_type=nw.lit(UNATTRIBUTED),
        touch_at=nw.col("conversion_at"),
        link=nw.lit(NO_TOUCH, nw.Int64),
        **unassigned(),
    ).select(*CANDIDATE_COLUMNS)


def unassigned() -> dict[str, nw.Expr]:
    """The touch's dimensions where no touch earned the credit."""
    return {name: nw.lit(UNASSIGNED) for name in DIMENSIONS}


def _pairs(conversions: Frame, touches: Frame, key: str, *found_before: str) -> Frame:
    """Allowed pairs that agree on one key and on none of those `found_before`."""
    # The joined key is copied on the right: engines differ in whether they keep it.
    right = touches.with_columns(nw.col(f"touch_{key}").alias("join_key"))
    pairs = conversions.join(right, left_on=key, right_on="join_key", how="inner")
    allowed = pairs.filter(in_window(), compatible_advertiser(), *[_differ(other) for other in found_before])
    return allowed.with_columns(link=_link()).select(*CANDIDATE_COLUMNS)


def _differ(key: str) -> nw.Expr:
    """True where the two sides do not share the key, null counting as not shared."""
    return nw.when(nw.col(key) == nw.col(f"touch_{key}")).then(nw.lit(False)).otherwise(nw.lit(True))


def _link() -> nw.Expr:
    """How strongly a pair is linked, the strongest first."""
    return (
        nw.when(nw.col("click_id") == nw.col("touch_click_id"))
        .then(nw.lit(LINKED_BY_CLICK, nw.Int64))
        .when(nw.col("impression_id") == nw.col("touch_impression_id"))
        .then(nw.lit(LINKED_BY_IMPRESSION, nw.Int64))
        .otherwise(nw.lit(SAME_USER, nw.Int64))
    )
