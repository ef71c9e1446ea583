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
from advertisex_assets.transforms.attribution.crowds import JOIN_KEY, KEYS, latest_pairs
from advertisex_assets.transforms.attribution.windows import compatible_advertiser, in_window

LINKED_BY_CLICK = 2
LINKED_BY_IMPRESSION = 1
SAME_USER = 0
NO_TOUCH = -1
LINKS = (LINKED_BY_CLICK, LINKED_BY_IMPRESSION, SAME_USER)
"""Of the KEYS, in their order."""

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


def candidates(touches: Frame, conversions: Frame, latest: int | None = None) -> Frame:
    """Pair each conversion with every touch that may have earned it.

    Returns one row per (conversion_id, touch_type, touch_id), columns CANDIDATE_COLUMNS; `link` is Int64:
    2 same click_id, 1 same impression_id, 0 same user only. Null ids never match anything. Each conversion also has
    one row of link -1, touch_type "unattributed" and no touch_id, which only a conversion without touches keeps.
    With `latest`, pairs are made for crowds: of the strongest link of a conversion at least its latest so many clicks
    and views are there, and work grows with the rows, not with their product.
    """
    left = conversions.select(*CONVERSION_COLUMNS).rename(_CONVERSION_NAMES)
    right = touches.select(*TOUCH_COLUMNS).rename(_TOUCH_NAMES)
    # Three disjoint equi-joins, so that no pair needs deduplication. A weaker link leaves to the stronger ones what
    # they find, so what is missing from it is missing only where it does not count.
    pairs = [
        _pairs(left, right, key, KEYS[:place], link, latest)
        for place, (key, link) in enumerate(zip(KEYS, LINKS, strict=True))
    ]
    return nw.concat([*pairs, _no_touch(left)], how="vertical")


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


def _pairs(
    conversions: Frame, touches: Frame, key: str, stronger: tuple[str, ...], link: int, latest: int | None
) -> Frame:
    """Allowed pairs that agree on one key and on none of the stronger ones."""
    # The joined key is copied on the right: engines differ in whether they keep it.
    right = touches.with_columns(nw.col(f"touch_{key}").alias(JOIN_KEY))
    joined = (
        conversions.join(right, left_on=key, right_on=JOIN_KEY, how="inner")
        if latest is None
        else latest_pairs(conversions, right, key, latest)
    )
    allowed = joined.filter(in_window(), compatible_advertiser(), *[_differ(other) for other in stronger])
    return allowed.with_columns(link=nw.lit(link, nw.Int64)).select(*CANDIDATE_COLUMNS)


def _differ(key: str) -> nw.Expr:
    """True where the two sides do not share the key, null counting as not shared."""
    return nw.when(nw.col(key) == nw.col(f"touch_{key}")).then(nw.lit(False)).otherwise(nw.lit(True))
