"""Clicks: the rules that compare a click with impressions, and with other clicks."""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.invalid_traffic.floods import in_floods, repeated
from advertisex_assets.transforms.invalid_traffic.shared import CLICKS, Frame, broken, latest_before, micros
from schemas.invalid_traffic import (
    CLICK_BEFORE_IMPRESSION,
    CLICK_FLOOD,
    CLICK_ON_INVALID,
    CLICK_TOO_FAST,
    CLICK_WITHOUT_IMPRESSION,
    DUPLICATE_CLICK,
    ONE_ROW,
    Limits,
)


def click_rules(clicks: Frame, impressions: Frame, limits: Limits) -> list[Frame]:
    """event_date, table, event_id, code of every rule that clicks break with other rows."""
    named = _with_impression(clicks, impressions, limits)
    age_us = nw.col("event_at") - nw.col("impression_at")
    tolerance_us, fastest_us = micros(limits.clock_tolerance), micros(limits.fastest_click)
    floods = [
        in_floods(clicks, "user_id", limits.flood_clicks_per_user, micros(limits.flood_window)),
        in_floods(named, "ip_key", limits.flood_clicks_per_address, micros(limits.flood_window)),
    ]
    duplicates = [
        repeated(clicks, ["user_id", "campaign_id", "creative_id"], micros(limits.duplicate_window)),
        repeated(clicks, ["impression_id"], micros(limits.duplicate_window)),
    ]
    return [
        broken(_without_impression(clicks, named, impressions, limits), CLICKS, CLICK_WITHOUT_IMPRESSION),
        broken(named.filter(age_us < -tolerance_us), CLICKS, CLICK_BEFORE_IMPRESSION),
        broken(named.filter((age_us >= 0) & (age_us < fastest_us)), CLICKS, CLICK_TOO_FAST),
        broken(named.filter(nw.col("is_invalid")), CLICKS, CLICK_ON_INVALID),
        *(broken(rows, CLICKS, CLICK_FLOOD) for rows in floods),
        *(broken(rows, CLICKS, DUPLICATE_CLICK) for rows in duplicates),
    ]


def _with_impression(clicks: Frame, impressions: Frame, limits: Limits) -> Frame:
    """The clicks that name an impression served around then: `impression_at`, `ip_key`, `is_invalid` of it."""
    invalid = nw.any_horizontal(
        *(nw.col("flags").list.contains(rule.code) for rule in ONE_ROW), ignore_nulls=True
    )
    shown = impressions.filter(~nw.col("impression_id").is_null()).select(
        "impression_id", nw.col("event_at").alias("impression_at"), "ip_key", invalid.alias("is_invalid")
    )
    distance_us = nw.col("event_at") - nw.col("impression_at")
    reach_us = micros(limits.lookback)
    near = clicks.join(shown, on="impression_id", how="inner").filter(
        distance_us.is_between(-reach_us, reach_us)
    )
    # One id on two dates is two impressions: the click is compared with the latest.
    latest = near.group_by("event_date", "event_id").agg(nw.col("impression_at").max())
    return near.join(latest, on=["event_date", "event_id", "impression_at"], how="semi")


def _without_impression(clicks: Frame, named: Frame, impressions: Frame, limits: Limits) -> Frame:
    """The clicks whose impression was not served, and whose user saw none either; clicks that name neither are not
    judged: nothing speaks against them."""
    earlier = impressions.with_columns(
        (nw.col("event_at") - micros(limits.clock_tolerance)).alias("event_at")
    )
    key = ["event_date", "event_id"]
    judged = clicks.filter(~nw.col("user_id").is_null() | ~nw.col("impression_id").is_null())
    unserved = judged.join(named, on=key, how="anti")
    since = latest_before(unserved, earlier, ["user_id"])
    seen = since.filter(nw.col("event_at") - nw.col("cause_at") <= micros(limits.lookback))
    return unserved.join(seen, on=key, how="anti")
