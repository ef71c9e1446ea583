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
from advertisex_assets.transforms.attribution.crowds import crowded_conversions
from advertisex_assets.transforms.marts.activity import VIEWABLE_MS
from advertisex_assets.transforms.marts.traffic import only_valid
from advertisex_assets.transforms.marts.windows import with_windows
from schemas.tables.gold import ATTRIBUTION, TOUCHES
from schemas.tables.gold.touches import BY_CLICK, BY_IMPRESSION, BY_USER

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
    """Valid clicks and views as touches (TOUCH_COLUMNS), from silver."""
    found = valid_touches(impressions, clicks, invalid_traffic).with_columns(touch_id=stamped("touch_id"))
    return found.select(*TOUCH_COLUMNS)


def valid_touches(impressions: Frame, clicks: Frame, invalid_traffic: Frame) -> Frame:
    """Valid clicks, and views; of these, where viewability was measured, only viewable ones. Plain touch_id."""
    views = only_valid("impressions", impressions, invalid_traffic).filter(
        nw.col("viewable_ms").is_null() | (nw.col("viewable_ms") >= VIEWABLE_MS)
    )
    clicked = only_valid("clicks", clicks, invalid_traffic)
    both = [
        views.with_columns(
            touch_type=nw.lit(VIEW),
            impression_id=nw.coalesce("impression_id", "event_id"),
            click_id=nw.lit(None, nw.String),
        ),
        clicked.with_columns(touch_type=nw.lit(CLICK), click_id=nw.coalesce("click_id", "event_id")),
    ]
    columns = ("event_date", *TOUCH_COLUMNS)
    return nw.concat(
        [kind.with_columns(touch_id=nw.col("event_id")).select(*columns) for kind in both], how="vertical"
    )


def touches_by_key(impressions: Frame, clicks: Frame, invalid_traffic: Frame) -> Frame:
    """`gold.touches`: every touch once by its user, and once by each id that it carries."""
    found = valid_touches(impressions, clicks, invalid_traffic)
    by_id = [found.filter(~nw.col(name).is_null()) for name in (BY_IMPRESSION, BY_CLICK)]
    rows = zip((BY_USER, BY_IMPRESSION, BY_CLICK), (found, *by_id), strict=True)
    return nw.concat(
        [each.with_columns(found_by=nw.lit(name), key=nw.col(name)) for name, each in rows], how="vertical"
    ).select(*TOUCHES.schema)


def each_once(touches: Frame) -> Frame:
    """Rows of `gold.touches` that any keys found, as if each had been found by its user."""
    distinct = touches.drop("found_by", "key").unique()
    return distinct.with_columns(found_by=nw.lit(BY_USER), key=nw.col(BY_USER))


def all_of(touches: Frame) -> Frame:
    """The touches (TOUCH_COLUMNS) of `gold.touches`."""
    by_user = touches.filter(nw.col("found_by") == BY_USER)
    return by_user.with_columns(touch_id=stamped("touch_id")).select(*TOUCH_COLUMNS)


def crowded(touches: Frame, conversions: Frame) -> Frame:
    """event_date and event_id of conversions whose touches are counted, not joined: a bot's."""
    asking = conversions.with_columns(conversion_id=stamped("event_id"))
    found = crowded_conversions(all_of(touches), asking)
    return asking.join(found, on="conversion_id", how="semi").select("event_date", "event_id")


def conversions_to_credit(conversions: Frame, campaigns: Frame, advertisers: Frame) -> Frame:
    """Silver conversions with stamped `conversion_id` and their windows (Int64 us); all of silver's columns stay."""
    named = conversions.with_columns(conversion_id=stamped("event_id"))
    return with_windows(named, campaigns, advertisers)


def attribution(
    touches: Frame, conversions: Frame, campaigns: Frame, advertisers: Frame, is_crowd: bool = False
) -> Frame:
    """`gold.attribution` of the conversions handed in, from `gold.touches`; times as Int64 epoch microseconds."""
    credited = conversions_to_credit(conversions, campaigns, advertisers)
    rows = attribute(all_of(touches), credited.select(*CONVERSION_COLUMNS), crowded=is_crowd)
    extra = credited.select("conversion_id", "currency", "user_bucket")
    own = [name for name in rows.collect_schema().names() if name not in ("currency", "user_bucket")]
    whole = rows.select(*own).join(extra, on="conversion_id", how="left")
    return whole.with_columns(
        conversion_at=stamp_of("conversion_id"),
        conversion_id=unstamped_id("conversion_id"),
        touch_at=stamp_of("touch_id"),
        touch_id=unstamped_id("touch_id"),
    ).select(*ATTRIBUTION.schema)
