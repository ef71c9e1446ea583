"""Which impression a click came from: by impression_id where given, else the latest that fits.

Not here: clicks that precede every impression (orphans of the funnel), which simply get none.
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.candidates import NO_TOUCH, SAME_USER, candidates
from advertisex_assets.transforms.attribution.competition import strongest_link
from advertisex_assets.transforms.attribution.contract import TOUCH_ORDER, Frame

MATCHED_COLUMNS = ("touch_id", "impression_id", "linked_by")


def clicks_with_impressions(clicks: Frame, impressions: Frame, window_us: int) -> Frame:
    """The impression of each click that has one, found the way in which conversions find touches.

    Both frames have the touch columns of `candidates`. An impression fits a click when it has its impression_id or
    its user, is at most `window_us` older and not later, and differs in no known advertiser, campaign or creative
    (a click is made on one creative). Returns touch_id (the click), impression_id, linked_by ("impression_id" |
    "user_id"), one row per matched click.
    """
    pairs = candidates(impressions, _as_conversions(clicks, window_us)).filter(nw.col("link") > NO_TOUCH)
    known = clicks.select(
        conversion_id=nw.col("touch_id"),
        click_campaign=nw.col("campaign_id"),
        click_creative=nw.col("creative_id"),
    )
    fitting = strongest_link(
        pairs.join(known, on="conversion_id", how="inner").filter(
            _agree("campaign_id", "click_campaign"), _agree("creative_id", "click_creative")
        )
    )
    place = nw.col("touch_at").cum_count().over("conversion_id", order_by=TOUCH_ORDER).cast(nw.Int64)
    size = nw.len().over("conversion_id").cast(nw.Int64)
    by_user = nw.col("link") == SAME_USER
    return (
        fitting.with_columns(place=place, size=size)
        .filter(nw.col("place") == nw.col("size"))
        .select(
            touch_id=nw.col("conversion_id"),
            impression_id=nw.col("touch_id"),
            linked_by=nw.when(by_user).then(nw.lit("user_id")).otherwise(nw.lit("impression_id")),
        )
    )


def _as_conversions(clicks: Frame, window_us: int) -> Frame:
    window = nw.lit(window_us, nw.Int64)
    return clicks.select(
        "event_at", "user_id", "advertiser_id", "impression_id", conversion_id=nw.col("touch_id")
    ).with_columns(
        event_date=nw.lit(None, nw.Date),
        click_id=nw.lit(None, nw.String),
        revenue_micros=nw.lit(None, nw.Int64),
        click_window_us=window,
        view_window_us=window,
    )


def _agree(one: str, other: str) -> nw.Expr:
    return nw.col(one).is_null() | nw.col(other).is_null() | (nw.col(one) == nw.col(other))
