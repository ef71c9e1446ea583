"""Which (conversion, touch) pair is allowed: time and advertiser, told from the one joined row.

Not here: how pairs are found (`candidates`), or how pairs of one conversion compete (`competition`).
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import CLICK


def in_window() -> nw.Expr:
    """True where the touch is at or before its conversion and at most one window older.

    Both ends are inclusive, to the microsecond: a click exactly 30 days old is inside a 30-day window.
    Reads touch_type, touch_at, conversion_at, click_window_us, view_window_us (Int64 microseconds).
    """
    age_us = nw.col("conversion_at") - nw.col("touch_at")
    is_click = nw.col("touch_type") == CLICK
    window_us = nw.when(is_click).then(nw.col("click_window_us")).otherwise(nw.col("view_window_us"))
    return (age_us >= 0) & (age_us <= window_us)


def compatible_advertiser() -> nw.Expr:
    """True unless both advertisers are known and differ.

    A conversion without a campaign has no known advertiser, so all of the user's touches compete for it. The
    conversion's own campaign never narrows the choice: other campaigns of the advertiser may have earned it.
    """
    touch, conversion = nw.col("touch_advertiser_id"), nw.col("advertiser_id")
    return touch.is_null() | conversion.is_null() | (touch == conversion)
