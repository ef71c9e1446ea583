"""Conversions: the rules that compare a conversion with its click."""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.invalid_traffic.shared import (
    CONVERSIONS,
    Frame,
    broken,
    latest_before,
    micros,
)
from schemas.invalid_traffic import CONVERSION_OF_INVALID_CLICK, CONVERSION_TOO_FAST, Limits


def conversion_rules(conversions: Frame, clicks: Frame, limits: Limits) -> list[Frame]:
    """event_date, table, event_id, code of conversions that came too soon after the click that they name, or, where
    they name none, after their user's latest click on the same campaign."""
    fastest_us = micros(limits.fastest_conversion)
    click_at = clicks.filter(~nw.col("click_id").is_null()).select(
        "click_id", nw.col("event_at").alias("cause_at")
    )
    named = conversions.join(click_at, on="click_id", how="inner")
    nameless = conversions.filter(nw.col("click_id").is_null())
    followed = latest_before(nameless, clicks, ["user_id", "campaign_id"])
    age_us = nw.col("event_at") - nw.col("cause_at")
    too_fast = (age_us >= 0) & (age_us < fastest_us)
    return [broken(rows.filter(too_fast), CONVERSIONS, CONVERSION_TOO_FAST) for rows in (named, followed)]


def of_invalid_clicks(conversions: Frame, invalid_clicks: Frame, limits: Limits) -> Frame:
    """event_date, table, event_id, code of conversions that name one of those clicks, within the lookback after it."""
    named = invalid_clicks.select("click_id", nw.col("event_at").alias("cause_at"))
    age_us = nw.col("event_at") - nw.col("cause_at")
    near = age_us.is_between(-micros(limits.clock_tolerance), micros(limits.lookback))
    caused = conversions.join(named, on="click_id", how="inner").filter(near)
    return broken(caused, CONVERSIONS, CONVERSION_OF_INVALID_CLICK)
