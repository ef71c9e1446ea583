"""Journeys: silver rows as the touches and conversions that attribution reads, and its result with times.

Silver's event ids are unique within a few days only, while attribution wants them unique: here an id carries its time
in front (`stamped`), which is taken off again afterwards (`unstamped`) and gives `touch_at` and `conversion_at`.
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.attribute import attribute
from advertisex_assets.transforms.attribution.contract import (
    CLICK,
    CONVERSION_COLUMNS,
    TOUCH_COLUMNS,
    VIEW,
    Frame,
)
from advertisex_assets.transforms.marts.activity import VIEWABLE_MS
from advertisex_assets.transforms.marts.traffic import only_valid
from advertisex_assets.transforms.marts.windows import with_windows
from schemas.tables.gold import ATTRIBUTION

STAMP_BASE = 10**17
"""Added to a time in microseconds, so that every stamp has 18 digits until the year 5138."""
STAMP_LENGTH = 18


def stamped(id_column: str) -> nw.Expr:
    """The id with its time in front."""
    stamp = (nw.col("event_at") + STAMP_BASE).cast(nw.String)
    return nw.concat_str([stamp, nw.col(id_column)])


def unstamped_id(column: str) -> nw.Expr:
    """The id of a stamped one."""
    return nw.col(column).str.slice(STAMP_LENGTH)


def stamp_of(column: str) -> nw.Expr:
    """The time of a stamped id, Int64 epoch microseconds."""
    return nw.col(column).str.slice(0, STAMP_LENGTH).cast(nw.Int64) - STAMP_BASE


def touches(impressions: Frame, clicks: Frame, invalid_traffic: Frame) -> Frame:
    """Valid clicks and views as touches (TOUCH_COLUMNS)."""
    return as_touches(
        only_valid("impressions", impressions, invalid_traffic), only_valid("clicks", clicks, invalid_traffic)
    )


def as_touches(impressions: Frame, clicks: Frame) -> Frame:
    """Clicks and views as touches (TOUCH_COLUMNS); where viewability was measured, only viewable impressions."""
    seen = impressions.filter(nw.col("viewable_ms").is_null() | (nw.col("viewable_ms") >= VIEWABLE_MS))
    views = seen.with_columns(
        touch_type=nw.lit(VIEW),
        impression_id=nw.coalesce("impression_id", "event_id"),
        click_id=nw.lit(None, nw.String),
    )
    clicked = clicks.with_columns(touch_type=nw.lit(CLICK), click_id=nw.coalesce("click_id", "event_id"))
    both = [
        kind.with_columns(touch_id=stamped("event_id")).select(*TOUCH_COLUMNS) for kind in (views, clicked)
    ]
    return nw.concat(both, how="vertical")


def conversions_to_credit(conversions: Frame, campaigns: Frame, advertisers: Frame) -> Frame:
    """Silver conversions with stamped `conversion_id` and their windows (Int64 us); all of silver's columns stay."""
    named = conversions.with_columns(conversion_id=stamped("event_id"))
    return with_windows(named, campaigns, advertisers)


def attribution(
    impressions: Frame,
    clicks: Frame,
    conversions: Frame,
    invalid_traffic: Frame,
    campaigns: Frame,
    advertisers: Frame,
) -> Frame:
    """`gold.attribution` of the conversions handed in; times as Int64 epoch microseconds."""
    credited = conversions_to_credit(conversions, campaigns, advertisers)
    rows = attribute(touches(impressions, clicks, invalid_traffic), credited.select(*CONVERSION_COLUMNS))
    extra = credited.select("conversion_id", "currency", "user_bucket")
    own = [name for name in rows.collect_schema().names() if name not in ("currency", "user_bucket")]
    whole = rows.select(*own).join(extra, on="conversion_id", how="left")
    return whole.with_columns(
        conversion_at=stamp_of("conversion_id"),
        conversion_id=unstamped_id("conversion_id"),
        touch_at=stamp_of("touch_id"),
        touch_id=unstamped_id("touch_id"),
    ).select(*ATTRIBUTION.schema)
